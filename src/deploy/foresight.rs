//! What Azure says a deployment will deploy, asked beside its following. Nothing depends on it but a count and a
//! forecast, so whatever goes wrong is silence.

use azure_core::Bytes;
use serde_json::Value;
use tracing::debug;

use super::{
    Context,
    pace::{ANSWER_INTERVAL, FIRST_PAUSE, FORESEEN_WITHIN},
    preview::beside,
};
use crate::{
    arm::{Action, Answer, ArmError, Dependencies, DeploymentId, Progress, Target, TargetResource},
    event::Foreseen,
};

/// Has Azure validate what was submitted, and returns what it says will be deployed; `None` if it does not say that.
pub(super) async fn foresee(
    context: Context<'_>,
    id: &DeploymentId,
    body: &Bytes,
) -> Option<Foreseen> {
    // Of its own name Azure says only that it is active.
    let other = beside(id);
    let validating = validated(context, Target::Deployment(other.clone()), body);
    let answer = match context.clock.timeout(FORESEEN_WITHIN, validating).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            debug!(
                status = error.status(),
                "what will be deployed is not known"
            );
            return None;
        }
        Err(_) => return None,
    };
    let foreseen = Renaming::new(&other, id).read(&answer["properties"]);
    (!foreseen.resources.is_empty()).then_some(foreseen)
}

/// Azure's answer to a validation, with one more attempt after what may pass by itself.
async fn validated(context: Context<'_>, target: Target, body: &Bytes) -> Result<Value, ArmError> {
    let Context { arm, clock, .. } = context;
    let (mut place, mut has_failed) = (None, false);
    loop {
        let answer = match &place {
            None => arm.start(&target, Action::Validate, body.clone()).await,
            Some(at) => arm.poll(Action::Validate, at).await,
        };
        let wait = match answer {
            Ok(Answer { value, retry_after }) => match value {
                Progress::Done(answer) => return Ok(answer),
                Progress::Pending(at) => {
                    place = Some(at);
                    retry_after.unwrap_or_default().max(ANSWER_INTERVAL)
                }
            },
            Err(error) if error.is_transient() && !has_failed => {
                has_failed = true;
                error.retry_after().unwrap_or(FIRST_PAUSE)
            }
            Err(error) => return Err(error),
        };
        clock.sleep(wait).await;
    }
}

/// Gives what a template names after its deployment the name that it has in the deployment that is followed. Names
/// that a template makes from a hash of it stay as they are.
struct Renaming<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> Renaming<'a> {
    fn new(from: &'a DeploymentId, to: &'a DeploymentId) -> Self {
        Self {
            from: from.name(),
            to: to.name(),
        }
    }

    /// Reads what a validation says, as far as it goes.
    fn read(&self, properties: &Value) -> Foreseen {
        let resources = properties["validatedResources"].as_array();
        let resources = resources.into_iter().flatten();
        let identities = resources.filter_map(|resource| {
            let resource: TargetResource = serde_json::from_value(resource.clone()).ok()?;
            resource.is_known().then(|| resource.identity())
        });
        let dependencies = serde_json::from_value(properties["dependencies"].clone());
        Foreseen {
            resources: identities.map(|id| self.rename(&id)).collect(),
            dependencies: self.rename_all(dependencies.unwrap_or_default()),
        }
    }

    fn rename(&self, id: &str) -> String {
        id.replace(self.from, self.to)
    }

    fn rename_all(&self, dependencies: Dependencies) -> Dependencies {
        // They are in lower case.
        let (from, to) = (self.from.to_lowercase(), self.to.to_lowercase());
        let rename = |id: String| id.replace(&from, &to);
        let mut renamed = Dependencies::default();
        for (id, before) in dependencies {
            let before = before.into_iter().map(rename).collect();
            renamed.insert(rename(id), before);
        }
        renamed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCOPE: &str = "/subscriptions/s/providers/Microsoft.Resources/deployments/";

    fn read(properties: &Value) -> Foreseen {
        let id = DeploymentId::from_target(&format!("{SCOPE}Hub"));
        Renaming::new(&beside(&id), &id).read(properties)
    }

    #[test]
    fn resources_of_nested_deployments_and_of_extensions_are_foreseen() {
        let foreseen = read(&json!({
            "validatedResources": [
                {"id": "/subscriptions/s/resourceGroups/rg"},
                {"id": format!("{SCOPE}inner")},
                {"extension": {"name": "graph"}, "resourceType": "app@v1", "identifiers": {"uniqueName": "a"}},
                {"id": null}, {}, null, 7,
            ],
            "dependencies": [
                {"id": format!("{SCOPE}inner"), "dependsOn": [{"id": "/subscriptions/s/resourceGroups/RG"}]},
                7,
            ],
        }));
        let inner = format!("{SCOPE}inner");
        let group = "/subscriptions/s/resourceGroups/rg";
        assert_eq!(foreseen.resources, [group, &inner, "graph:app:a"]);
        let before: Vec<_> = foreseen.dependencies.of(&inner).collect();
        assert_eq!(before, [group.to_lowercase()]);
    }

    #[test]
    fn what_is_named_after_the_deployment_has_its_name() {
        let foreseen = read(&json!({
            "validatedResources": [{"id": format!("{SCOPE}Hub-preview-vnet")}],
            "dependencies": [
                {"id": format!("{SCOPE}Hub-preview-fw"), "dependsOn": [{"id": format!("{SCOPE}Hub-preview-vnet")}]},
            ],
        }));
        assert_eq!(foreseen.resources, [format!("{SCOPE}Hub-vnet")]);
        let fw = format!("{SCOPE}Hub-fw");
        let before: Vec<_> = foreseen.dependencies.of(&fw).collect();
        assert_eq!(before, [format!("{SCOPE}hub-vnet").to_lowercase()]);
    }

    #[test]
    fn an_answer_without_resources_foresees_nothing() {
        for odd in [
            json!({}),
            json!(null),
            json!({"validatedResources": null, "dependencies": null}),
            json!({"validatedResources": "all", "dependencies": 7}),
        ] {
            assert_eq!(read(&odd), Foreseen::default(), "{odd}");
        }
    }
}
