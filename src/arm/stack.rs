//! What Resource Manager answers about deployment stacks, read leniently.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{DeploymentId, ProvisioningState, lenient::or_default};

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arm::model::AsyncStatus;

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
