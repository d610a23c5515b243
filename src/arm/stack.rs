//! Deployment stacks: what Resource Manager answers about them, read leniently, and the requests about them.

use std::fmt;

use azure_core::{
    Bytes,
    http::{Method, Request},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Answer, Arm, ArmError, Correlation, DeploymentId, Location, ProvisioningState, Scope,
    client::{read, retry_after, unreadable, with_correlation, with_json},
    deployment::ASYNC_OPERATION,
    model::or_default,
};

/// The resource id of a deployment stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StackId {
    id: String,
    scope: String,
}

/// What the path of a stack has, in lower case.
const TYPE: &str = "/providers/microsoft.resources/deploymentstacks/";

impl StackId {
    /// The stack with this resource id; `None` if it is the id of something else.
    #[must_use]
    pub(crate) fn parse(id: &str) -> Option<Self> {
        let at = id.to_ascii_lowercase().find(TYPE)?;
        Some(Self {
            id: id.to_owned(),
            scope: id[..at].to_owned(),
        })
    }

    /// The id of the stack `name` at `scope`.
    #[must_use]
    pub(crate) fn new(scope: &Scope, name: &str) -> Self {
        let scope = scope.path();
        Self {
            id: format!("{scope}/providers/Microsoft.Resources/deploymentStacks/{name}"),
            scope,
        }
    }

    /// The id as text, beginning with a slash.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.id
    }

    /// The stack's name: the id's last segment.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// Where the what-if result `name` of this stack is kept.
    fn what_if_path(&self, name: &str) -> String {
        let scope = &self.scope;
        format!("{scope}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/{name}")
    }
}

impl fmt::Display for StackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// A stack as `GET` and `PUT` answer it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stack {
    /// What is known of it.
    #[serde(deserialize_with = "or_default")]
    pub(super) properties: StackProperties,
}

/// The properties of a stack that we read. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct StackProperties {
    /// Where it stands, in lower case.
    #[serde(deserialize_with = "or_default")]
    pub(crate) provisioning_state: ProvisioningState,
    /// The correlation id that came with the latest change.
    #[serde(deserialize_with = "or_default")]
    pub(crate) correlation_id: String,
    /// The deployment of the latest change; empty before there is one.
    #[serde(deserialize_with = "or_default")]
    pub(crate) deployment_id: String,
    /// Output name → `{"type": …, "value": …}`; a secure output has no value.
    #[serde(deserialize_with = "or_default")]
    pub(crate) outputs: Map<String, Value>,
    /// What it manages.
    #[serde(deserialize_with = "or_default")]
    pub(crate) resources: Vec<StackResource>,
    /// What the latest change took from it and left in Azure.
    #[serde(deserialize_with = "or_default")]
    pub(crate) detached_resources: Vec<StackResource>,
    /// What the latest change deleted.
    #[serde(deserialize_with = "or_default")]
    pub(crate) deleted_resources: Vec<StackResource>,
    /// What the latest change could not bring to where it should be.
    #[serde(deserialize_with = "or_default")]
    pub(crate) failed_resources: Vec<StackResource>,
    /// Why it failed.
    pub(crate) error: Value,
}

/// A resource of a stack.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StackResource {
    /// Its resource id; empty for a resource of an extension.
    #[serde(deserialize_with = "or_default")]
    pub(crate) id: String,
    /// Its type, where there is no id.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub(crate) kind: String,
    /// Why it failed.
    pub(crate) error: Value,
}

impl StackProperties {
    /// The deployment of the latest change, once there is one.
    #[must_use]
    pub(crate) fn deployment(&self) -> Option<DeploymentId> {
        let id = &self.deployment_id;
        (!id.is_empty()).then(|| DeploymentId::from_target(id))
    }
}

impl StackResource {
    /// What tells it from others: its id, else its type.
    #[must_use]
    pub(crate) fn identity(&self) -> &str {
        if self.id.is_empty() {
            &self.kind
        } else {
            &self.id
        }
    }
}

/// How one submission or deletion is getting on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AsyncStatus {
    /// Its state.
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: ProvisioningState,
    /// Why it failed.
    pub(crate) error: Value,
}

/// What Azure answered to the request to delete a stack.
#[derive(Clone, Debug)]
pub(crate) enum Deletion {
    /// It was accepted; there its state can be asked for, if that is at Azure.
    Accepted(Option<Location>),
    /// There is no such stack.
    Absent,
}

impl Arm {
    /// Deletes a stack. `settings` say what becomes of its resources, as pairs of the query.
    ///
    /// # Errors
    /// [`ArmError`]; 409 while the stack is being changed. An answer that neither says where the deletion can be
    /// followed nor that there was nothing is unreadable.
    pub(crate) async fn delete_stack(
        &self,
        id: &StackId,
        settings: &[(&str, &str)],
        correlation: &Correlation,
    ) -> Result<Deletion, ArmError> {
        let mut request = self.about_stack(id.as_str(), Method::Delete);
        request.url_mut().query_pairs_mut().extend_pairs(settings);
        let answer = self.send(with_correlation(request, correlation)).await?;
        match answer.headers().get_optional_str(&ASYNC_OPERATION) {
            Some(link) => {
                let location = self.same_origin(link).ok().map(Location);
                Ok(Deletion::Accepted(location))
            }
            None if u16::from(answer.status()) == 204 => Ok(Deletion::Absent),
            None => Err(unreadable(
                &answer,
                "it does not say where the deletion can be followed",
            )),
        }
    }

    /// Starts a what-if of a stack, whose result will have this `name`. It may be repeated.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn put_stack_what_if(
        &self,
        id: &StackId,
        name: &str,
        body: Bytes,
    ) -> Result<Answer<Value>, ArmError> {
        let request = self.about_stack(&id.what_if_path(name), Method::Put);
        self.stack_what_if_answer(with_json(request, body)).await
    }

    /// Reads a what-if of a stack.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn stack_what_if(
        &self,
        id: &StackId,
        name: &str,
    ) -> Result<Answer<Value>, ArmError> {
        let request = self.about_stack(&id.what_if_path(name), Method::Get);
        self.stack_what_if_answer(request).await
    }

    async fn stack_what_if_answer(&self, request: Request) -> Result<Answer<Value>, ArmError> {
        let answer = self.send(request).await?;
        let value: Value = read(&answer)?;
        let state = value.pointer("/properties/provisioningState");
        let state = ProvisioningState::new(state.and_then(Value::as_str).unwrap_or_default());
        let has_changes = value
            .pointer("/properties/changes")
            .is_some_and(Value::is_object);
        if state.as_str().is_empty() || state.is_succeeded() && !has_changes {
            return Err(unreadable(&answer, "it holds no what-if"));
        }
        Ok(Answer {
            value,
            retry_after: retry_after(&answer),
        })
    }

    /// Deletes a what-if of a stack.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn delete_stack_what_if(
        &self,
        id: &StackId,
        name: &str,
    ) -> Result<(), ArmError> {
        let request = self.about_stack(&id.what_if_path(name), Method::Delete);
        self.send(request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";

    fn group() -> Scope {
        Scope::ResourceGroup {
            subscription: "00000000-0000-0000-0000-000000000001"
                .parse()
                .expect("a GUID"),
            name: "rg".to_owned(),
        }
    }

    #[test]
    fn ids() {
        let id = StackId::new(&group(), "hub");
        let path = format!("{GROUP}/providers/Microsoft.Resources/deploymentStacks/hub");
        assert_eq!((id.as_str(), id.name()), (path.as_str(), "hub"));
        assert_eq!(
            id.what_if_path("look"),
            format!("{GROUP}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/look")
        );
    }

    #[test]
    fn an_odd_stack_is_read_as_far_as_it_goes() {
        let stack: Stack = serde_json::from_value(json!({"properties": {
            "provisioningState": "deletingResources", "outputs": null, "deploymentId": null, "resources": "?",
            "failedResources": [{"id": "/x", "error": {"code": "ScopeLocked"}}, {"type": "Ext/kind", "id": null}],
        }}))
        .expect("readable");
        let properties = stack.properties;
        assert!(!properties.provisioning_state.is_terminal());
        assert_eq!(properties.deployment(), None);
        let failed: Vec<_> = properties
            .failed_resources
            .iter()
            .map(StackResource::identity)
            .collect();
        assert_eq!(failed, ["/x", "Ext/kind"]);
    }

    /// The bodies that Azure answered about stacks, if the recordings are at hand.
    fn recorded(file: &str) -> Option<Vec<(String, String, Value)>> {
        let folder = std::env::var("LONG_DEPLOY_SHARED_DATA")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_owned());
        let text = std::fs::read_to_string(format!("{folder}/recordings/{file}")).ok()?;
        let recording: Value = serde_json::from_str(&text).expect("a recording");
        let interactions = recording["interactions"].as_array().expect("interactions");
        let of_stacks = interactions.iter().map(|each| {
            let text = |name: &str| each[name].as_str().unwrap_or_default().to_owned();
            (text("method"), text("url"), each["responseBody"].clone())
        });
        Some(of_stacks.collect())
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn recorded_stacks_are_read() {
        let Some(interactions) = recorded("azd_stack_rg_2026.json") else {
            eprintln!("skipped: the recordings are not here");
            return;
        };
        let mut states = Vec::new();
        for (method, url, body) in interactions {
            let (path, _) = url.split_once('?').expect("a query");
            let is_status = path.contains("deploymentStackOperationStatus");
            if is_status {
                let operation: AsyncStatus = serde_json::from_value(body).expect("a status");
                assert!(operation.status.is_succeeded());
            } else if path.contains("/deploymentStacks/")
                && body["properties"]["provisioningState"].is_string()
            {
                let stack: Stack = serde_json::from_value(body).expect("a stack");
                let properties = stack.properties;
                assert!(!properties.correlation_id.is_empty());
                if properties.provisioning_state.is_succeeded() {
                    let deployment = properties.deployment().expect("its deployment");
                    assert!(deployment.name().starts_with("azd-stack-"), "{deployment}");
                    assert_eq!(
                        (properties.outputs.len(), properties.resources.len()),
                        (2, 1)
                    );
                }
                states.push(format!("{method} {}", properties.provisioning_state));
            }
        }
        assert_eq!(states[0], "PUT initializing");
        assert!(states[1..].iter().all(|state| state == "GET succeeded") && states.len() > 1);
    }
}
