//! Deployment stacks: what Resource Manager answers about them, read leniently, and the requests about them.

use std::fmt;

use azure_core::{
    Bytes,
    http::{Method, RawResponse, Request, headers::HeaderName},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Answer, Arm, ArmError, DeploymentId, Location, Progress, ProvisioningState, Scope,
    client::{CORRELATION_ID, STACKS_API, read, retry_after},
    model::or_default,
};

const ASYNC_OPERATION: HeaderName = HeaderName::from_static("azure-asyncoperation");

/// The resource id of a deployment stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StackId {
    id: String,
    scope: String,
}

impl StackId {
    /// The id of the stack `name` at `scope`.
    #[must_use]
    pub fn new(scope: &Scope, name: &str) -> Self {
        let scope = scope.path();
        Self {
            id: format!("{scope}/providers/Microsoft.Resources/deploymentStacks/{name}"),
            scope,
        }
    }

    /// The id as text, beginning with a slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// The stack's name: the id's last segment.
    #[must_use]
    pub fn name(&self) -> &str {
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
pub struct Stack {
    /// What is known of it.
    #[serde(deserialize_with = "or_default")]
    pub properties: StackProperties,
}

/// The properties of a stack that we read. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StackProperties {
    /// Where it stands, in lower case.
    pub provisioning_state: ProvisioningState,
    /// The correlation id that came with the latest change.
    #[serde(deserialize_with = "or_default")]
    pub correlation_id: String,
    /// The deployment of the latest change; empty before there is one.
    #[serde(deserialize_with = "or_default")]
    pub deployment_id: String,
    /// Output name → `{"type": …, "value": …}`; a secure output has no value.
    #[serde(deserialize_with = "or_default")]
    pub outputs: Map<String, Value>,
    /// What it manages.
    #[serde(deserialize_with = "or_default")]
    pub resources: Vec<StackResource>,
    /// What the latest change took from it and left in Azure.
    #[serde(deserialize_with = "or_default")]
    pub detached_resources: Vec<StackResource>,
    /// What the latest change deleted.
    #[serde(deserialize_with = "or_default")]
    pub deleted_resources: Vec<StackResource>,
    /// What the latest change could not bring to where it should be.
    #[serde(deserialize_with = "or_default")]
    pub failed_resources: Vec<StackResource>,
    /// Why it failed.
    pub error: Value,
}

/// A resource of a stack.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StackResource {
    /// Its resource id; empty for a resource of an extension.
    #[serde(deserialize_with = "or_default")]
    pub id: String,
    /// Its type, where there is no id.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// Why it failed.
    pub error: Value,
}

impl StackProperties {
    /// The deployment of the latest change, once there is one.
    #[must_use]
    pub fn deployment(&self) -> Option<DeploymentId> {
        let id = &self.deployment_id;
        (!id.is_empty()).then(|| DeploymentId::from_target(id))
    }
}

impl StackResource {
    /// What tells it from others: its id, else its type.
    #[must_use]
    pub fn identity(&self) -> &str {
        if self.id.is_empty() {
            &self.kind
        } else {
            &self.id
        }
    }
}

/// How a deletion is getting on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StackOperation {
    /// Its state, in lower case.
    pub status: ProvisioningState,
    /// Why it failed.
    pub error: Value,
}

impl Arm {
    /// Creates or updates a stack; `correlation_id` becomes its `properties.correlationId`.
    ///
    /// # Errors
    /// After [`ArmError::Unanswered`] and 5xx it may or may not have been accepted.
    pub async fn put_stack(
        &self,
        id: &StackId,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Stack, ArmError> {
        let mut request = self.about(id.as_str(), Method::Put);
        request.insert_header("content-type", "application/json");
        request.insert_header(CORRELATION_ID, correlation_id.to_owned());
        request.set_body(body);
        read(&self.send(request).await?)
    }

    /// Reads a stack.
    ///
    /// # Errors
    /// [`ArmError`]; 404 if there is none, and perhaps for a while after it was accepted.
    pub async fn stack(&self, id: &StackId) -> Result<Answer<Stack>, ArmError> {
        self.get(self.about(id.as_str(), Method::Get)).await
    }

    /// Deletes a stack. `settings` say what becomes of its resources, as pairs of the query. Returns where to see how
    /// it goes on, unless there was no such stack.
    ///
    /// # Errors
    /// [`ArmError`]; 409 while the stack is being changed.
    pub async fn delete_stack(
        &self,
        id: &StackId,
        settings: &[(&str, &str)],
        correlation_id: &str,
    ) -> Result<Option<Location>, ArmError> {
        let mut request = self.about(id.as_str(), Method::Delete);
        request.url_mut().query_pairs_mut().extend_pairs(settings);
        request.insert_header(CORRELATION_ID, correlation_id.to_owned());
        let answer = self.send(request).await?;
        match answer.headers().get_optional_str(&ASYNC_OPERATION) {
            Some(link) => self.same_origin(link).map(|url| Some(Location(url))),
            None => Ok(None),
        }
    }

    /// Looks how a deletion is getting on.
    ///
    /// # Errors
    /// [`ArmError`]; 404 when Azure has forgotten it.
    pub async fn stack_operation(&self, at: &Location) -> Result<Answer<StackOperation>, ArmError> {
        self.get(Request::new(at.0.clone(), Method::Get)).await
    }

    /// Starts the validation of a stack. It changes nothing, so it may be repeated.
    ///
    /// # Errors
    /// As [`Arm::post`].
    pub async fn validate_stack(
        &self,
        id: &StackId,
        body: Bytes,
    ) -> Result<Answer<Progress>, ArmError> {
        let mut request = self.about(&format!("{id}/validate"), Method::Post);
        request.insert_header("content-type", "application/json");
        request.set_body(body);
        let answer = self.send(request).await?;
        self.progress(&answer, None)
    }

    /// Starts a what-if of a stack, whose result will have this `name`. It may be repeated.
    ///
    /// # Errors
    /// [`ArmError`].
    pub async fn put_stack_what_if(
        &self,
        id: &StackId,
        name: &str,
        body: Bytes,
    ) -> Result<Answer<Value>, ArmError> {
        let mut request = self.about(&id.what_if_path(name), Method::Put);
        request.insert_header("content-type", "application/json");
        request.set_body(body);
        self.get(request).await
    }

    /// Reads a what-if of a stack.
    ///
    /// # Errors
    /// [`ArmError`].
    pub async fn stack_what_if(&self, id: &StackId, name: &str) -> Result<Answer<Value>, ArmError> {
        let path = id.what_if_path(name);
        self.get(self.about(&path, Method::Get)).await
    }

    /// Throws a what-if of a stack away.
    ///
    /// # Errors
    /// [`ArmError`].
    pub async fn delete_stack_what_if(&self, id: &StackId, name: &str) -> Result<(), ArmError> {
        let path = id.what_if_path(name);
        let request = self.about(&path, Method::Delete);
        self.send(request).await.map(drop)
    }

    fn about(&self, path: &str, method: Method) -> Request {
        Request::new(self.url_of(path, STACKS_API), method)
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Answer<T>, ArmError> {
        let answer: RawResponse = self.send(request).await?;
        Ok(Answer {
            value: read(&answer)?,
            retry_after: retry_after(&answer),
        })
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
                let operation: StackOperation = serde_json::from_value(body).expect("a status");
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
