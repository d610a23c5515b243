//! The id tokens of Azure Pipelines, which prove that a job may use a service connection.
//!
//! Source: the request of `AzurePipelinesCredential` in Azure's SDKs. Each answer is a new token that lives ten minutes.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{
    Bytes,
    http::{HttpClient, Method, Request},
};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    clock::Clock,
    host::{
        host::Variable,
        id_token::{Endpoint, IdTokenError, IdTokens, Told},
    },
};

/// Variable with the address of the endpoint.
pub(crate) const REQUEST_URL: &str = "SYSTEM_OIDCREQUESTURI";
/// Variable with the job's token, which a step gets only if its `env` says so.
pub(crate) const REQUEST_TOKEN: &str = "SYSTEM_ACCESSTOKEN";
/// Variable with the id of the service connection, which the tasks `AzureCLI` and `AzurePowerShell` set for their script.
pub(crate) const SERVICE_CONNECTION: &str = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

const TOLD: Told = Told {
    host: "Azure Pipelines",
    url: REQUEST_URL,
    token: REQUEST_TOKEN,
    advice: "Azure Pipelines offers this step no id token: give the step `env: SYSTEM_ACCESSTOKEN: \
             $(System.AccessToken)`",
    expired: "; move the rest of the work to another job",
};

const NO_CONNECTION: &str = "Azure Pipelines issues id tokens for a service connection: run the program in an \
                             `AzureCLI@2` task with `azureSubscription`, or set \
                             AZURESUBSCRIPTION_SERVICE_CONNECTION_ID to the id of the service connection";

/// The endpoint of Azure Pipelines for this job and a service connection.
#[derive(Clone, Debug)]
pub(super) struct PipelineTokens {
    endpoint: Endpoint,
    connection: String,
}

impl PipelineTokens {
    /// The endpoint that the environment names.
    ///
    /// # Errors
    /// As for [`Endpoint::new`].
    pub(super) fn new(
        variable: Variable<'_>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Self, IdTokenError> {
        // What is not defined stays as it was written in the pipeline's file.
        let defined = |name: &str| variable(name).filter(|value| !value.starts_with("$("));
        let connection = defined(SERVICE_CONNECTION).filter(|id| !id.is_empty());
        let advice = NO_CONNECTION;
        Ok(Self {
            endpoint: Endpoint::new(TOLD, &defined, http, clock)?,
            connection: connection.ok_or(IdTokenError::NotOffered { advice })?,
        })
    }
}

#[async_trait]
impl IdTokens for PipelineTokens {
    /// The audience is that of Entra ID, whatever is asked for.
    async fn fetch(&self, _audience: &str) -> Result<SecretString, IdTokenError> {
        let mut url = self.endpoint.url();
        url.query_pairs_mut()
            .append_pair("api-version", "7.1")
            .append_pair("serviceConnectionId", &self.connection);
        let mut request = Request::new(url, Method::Post);
        request.insert_header("content-type", "application/json");
        // Without it Azure DevOps leads to its page to sign in when the token is no longer valid.
        request.insert_header("x-tfs-fedauthredirect", "Suppress");
        request.set_body(Bytes::new());
        self.endpoint.fetch(request, read).await
    }

    fn expires(&self) -> Option<Timestamp> {
        self.endpoint.expires()
    }
}

fn read(body: &[u8]) -> Option<SecretString> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        oidc_token: String,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    (!answer.oidc_token.is_empty()).then(|| answer.oidc_token.into())
}
