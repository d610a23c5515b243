//! The id tokens of Azure Pipelines, which prove that a job may use a service connection.
//!
//! Source: the request of `AzurePipelinesCredential` in Azure's SDKs. Each answer is a new token that lives ten minutes.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{HttpClient, Method};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    clock::Clock,
    host::{
        host::Variable,
        id_token::{Endpoint, IdTokenError, IdTokens, Told},
    },
    http::without_body,
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
    refused,
};

/// A token that is not accepted is answered with 401 or, whatever the headers say, with a page to sign in.
fn refused(status: u16) -> &'static str {
    match status {
        203 | 302 | 401 => {
            "; it does not accept SYSTEM_ACCESSTOKEN: the step's `env` must set it to $(System.AccessToken), which lives \
             about a day; move work that takes longer to another job"
        }
        400 | 403 | 404 => {
            "; a task of this stage must name the service connection, such as `AzureCLI@2` with `azureSubscription`, the \
             pipeline must be authorised to use it, and AZURESUBSCRIPTION_SERVICE_CONNECTION_ID must be its id"
        }
        405 => "; it takes POST only: something in between has changed the request",
        _ => "",
    }
}

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
        let mut request = without_body(url, Method::Post);
        request.insert_header("content-type", "application/json");
        // Without it Azure DevOps leads to its page to sign in when the token is no longer valid.
        request.insert_header("x-tfs-fedauthredirect", "Suppress");
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use insta::assert_snapshot;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::testing::entra::{Answer, FakeAzure};

    const PAGE: &str = "<!DOCTYPE html><html><title>Azure DevOps Services | Sign In</title></html>";

    fn id_tokens(azure: &FakeAzure) -> PipelineTokens {
        let variable = FakeAzure::env_of_azure_pipelines;
        PipelineTokens::new(&variable, azure.http(), azure.clock()).unwrap()
    }

    /// What is said when the endpoint answers like this.
    async fn said(status: u16, body: &str) -> String {
        let azure = FakeAzure::start();
        azure.github_answers([Answer::Refuse(status, body.to_owned())]);
        let error = id_tokens(&azure).fetch("a").await.unwrap_err();
        assert!(!error.is_transient());
        assert_eq!(azure.elapsed(), Duration::ZERO);
        error.to_string()
    }

    #[tokio::test(start_paused = true)]
    async fn each_fetch_gets_a_new_token() {
        let azure = FakeAzure::start();
        let tokens = id_tokens(&azure);
        let (first, second) = (tokens.fetch("a").await, tokens.fetch("a").await);
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_ne!(first.expose_secret(), second.expose_secret());
    }

    #[tokio::test(start_paused = true)]
    async fn survives_a_flaky_endpoint() {
        for answer in [
            Answer::Hang,
            Answer::Refuse(503, "<html>unavailable</html>".to_owned()),
            Answer::Refuse(429, String::new()),
            Answer::Refuse(200, "{}".to_owned()),
            Answer::Drop,
        ] {
            let azure = FakeAzure::start();
            azure.github_answers([answer.clone(), answer]);
            assert!(id_tokens(&azure).fetch("a").await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_not_accepted_is_told() {
        assert_snapshot!(said(203, PAGE).await, @"Azure Pipelines issued no id token: HTTP 203: Azure DevOps Services | Sign In; it does not accept SYSTEM_ACCESSTOKEN: the step's `env` must set it to $(System.AccessToken), which lives about a day; move work that takes longer to another job");
        assert_snapshot!(said(401, "").await, @"Azure Pipelines issued no id token: HTTP 401; it does not accept SYSTEM_ACCESSTOKEN: the step's `env` must set it to $(System.AccessToken), which lives about a day; move work that takes longer to another job");
        assert!(
            said(302, PAGE)
                .await
                .contains("does not accept SYSTEM_ACCESSTOKEN")
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_may_not_be_used_is_told() {
        let body = r#"{"$id":"1","message":"There is no explicit reference to service connection 5e2f from current stage Hub.\r\n##vso[x.y]"}"#;
        assert_snapshot!(said(404, body).await, @"Azure Pipelines issued no id token: HTTP 404: There is no explicit reference to service connection 5e2f from current stage Hub. ##vso[x.y]; a task of this stage must name the service connection, such as `AzureCLI@2` with `azureSubscription`, the pipeline must be authorised to use it, and AZURESUBSCRIPTION_SERVICE_CONNECTION_ID must be its id");
        assert_snapshot!(said(405, "").await, @"Azure Pipelines issued no id token: HTTP 405; it takes POST only: something in between has changed the request");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_but_json_with_a_token_is_one() {
        assert_snapshot!(said(200, PAGE).await, @"Azure Pipelines' id-token endpoint cannot be reached: a web page came instead of a token; a captive portal, proxy or firewall answers in the server's place: let this machine reach the server, or set HTTPS_PROXY to the proxy to use");
        let token = r#"{"oidcToken": "hush-4711"}"#;
        let refused = said(203, token).await;
        assert!(!refused.contains("hush"), "{refused}");
        let azure = FakeAzure::start();
        azure.github_answers(vec![
            Answer::Refuse(200, r#"{"oidcToken": ""}"#.to_owned());
            3
        ]);
        let error = id_tokens(&azure).fetch("a").await.unwrap_err();
        assert_snapshot!(error, @"Azure Pipelines' id-token endpoint answered without a token");
    }

    #[tokio::test(start_paused = true)]
    async fn an_expired_access_token_is_told_with_its_time() {
        for status in [203, 302, 401] {
            let azure = FakeAzure::start();
            let tokens = id_tokens(&azure);
            tokio::time::sleep(Duration::from_hours(7)).await;
            azure.github_answers([Answer::Refuse(status, PAGE.to_owned())]);
            let error = tokens.fetch("a").await.unwrap_err().to_string();
            assert_eq!(
                error,
                "Azure Pipelines issues no more id tokens to this job: its request token expired at \
                 2026-01-05T08:10:00Z; move the rest of the work to another job"
            );
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let azure = FakeAzure::start();
        let without = |missing: &str, value: Option<&str>| {
            let variable = |name: &str| match name == missing {
                true => value.map(str::to_owned),
                false => FakeAzure::env_of_azure_pipelines(name),
            };
            let made = PipelineTokens::new(&variable, azure.http(), azure.clock());
            made.unwrap_err().to_string()
        };
        for value in [None, Some(""), Some("$(System.AccessToken)")] {
            assert_eq!(without(REQUEST_TOKEN, value), TOLD.advice);
        }
        for value in [None, Some(""), Some("$(connection)")] {
            assert_eq!(without(SERVICE_CONNECTION, value), NO_CONNECTION);
        }
        let clear = without(REQUEST_URL, Some("http://devops.test/"));
        assert!(clear.contains("in the clear"), "{clear}");
    }
}
