//! GitHub's id tokens, which prove the identity of a workflow run.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{HttpClient, Method, Request};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    clock::Clock,
    host::{
        host::Variable,
        id_token::{Endpoint, IdTokenError, IdTokens, Told},
    },
};

/// Variable with the address of the endpoint; set only in a job that may use it.
pub(crate) const REQUEST_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// Variable with the secret that the endpoint asks for.
pub(crate) const REQUEST_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

const GITHUB: Told = Told {
    host: "GitHub",
    url: REQUEST_URL,
    token: REQUEST_TOKEN,
    advice: "GitHub offers this job no id token: give the job `permissions: id-token: write`; a reusable workflow \
             has it only when the calling job grants it, and a pull request from a fork never has it",
    expired: ", about six hours after the job began; move the rest of the work to another job",
    refused: |_| "",
};

/// Source: Forgejo's documentation, "Security: OpenID Connect". Its address ends with `?placeholder=true`.
const FORGEJO: Told = Told {
    host: "Forgejo",
    advice: "Forgejo offers this job no id token: write `enable-openid-connect: true` at the top of the workflow",
    expired: "; move the rest of the work to another job",
    ..GITHUB
};

const GITEA: Told = Told {
    host: "Gitea",
    advice: "Gitea offers this job no id token, as it issues none: give a client-secret",
    ..FORGEJO
};

/// What is told of the endpoint of the host with this name.
fn told(host: &str) -> Told {
    match host {
        "Forgejo" => FORGEJO,
        "Gitea" => GITEA,
        _ => GITHUB,
    }
}

/// The endpoint of GitHub, or of a host that keeps to its contract, for this job.
#[derive(Clone, Debug)]
pub(super) struct GitHubTokens(Endpoint);

impl GitHubTokens {
    /// The endpoint that the environment names.
    ///
    /// # Errors
    /// As for [`Endpoint::new`].
    pub(super) fn new(
        host: &str,
        variable: Variable<'_>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Self, IdTokenError> {
        Endpoint::new(told(host), variable, http, clock).map(Self)
    }
}

#[async_trait]
impl IdTokens for GitHubTokens {
    async fn fetch(&self, audience: &str) -> Result<SecretString, IdTokenError> {
        let mut url = self.0.url();
        url.query_pairs_mut().append_pair("audience", audience);
        self.0.fetch(Request::new(url, Method::Get), read).await
    }

    fn expires(&self) -> Option<Timestamp> {
        self.0.expires()
    }
}

fn read(body: &[u8]) -> Option<SecretString> {
    #[derive(serde::Deserialize)]
    struct Answer {
        value: String,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    (!answer.value.is_empty()).then(|| answer.value.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use insta::assert_snapshot;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::testing::entra::{Answer, FakeAzure};

    fn id_tokens(azure: &FakeAzure) -> GitHubTokens {
        GitHubTokens::new("GitHub", &FakeAzure::env, azure.http(), azure.clock()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn each_fetch_gets_a_new_token_for_the_audience() {
        let azure = FakeAzure::start();
        let tokens = id_tokens(&azure);
        let first = tokens.fetch("api://Aud & more").await.unwrap();
        let second = tokens.fetch("api://Aud & more").await.unwrap();
        assert_ne!(first.expose_secret(), second.expose_secret());
        let claims = crate::host::jwt::Claims::of(first.expose_secret()).unwrap();
        assert_eq!(claims.audience, "api://Aud & more");
    }

    #[tokio::test(start_paused = true)]
    async fn survives_a_flaky_endpoint() {
        for answer in [
            Answer::Hang,
            Answer::Refuse(503, "<html>unavailable</html>".to_owned()),
            Answer::Refuse(429, String::new()),
            Answer::Refuse(403, "Can't issue ID_TOKEN for this run".to_owned()),
            Answer::Drop,
        ] {
            let azure = FakeAzure::start();
            azure.github_answers([answer.clone(), answer]);
            assert!(id_tokens(&azure).fetch("a").await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn reports_status_and_body_when_it_stays_down() {
        let azure = FakeAzure::start();
        let down = Answer::Refuse(500, "Internal\r\n::error::server error".to_owned());
        azure.github_answers(vec![down; 3]);
        let error = id_tokens(&azure).fetch("a").await.unwrap_err();
        assert_snapshot!(error, @"GitHub issued no id token: HTTP 500: Internal ::error::server error");
        assert_eq!(azure.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_at_once_on_a_plain_refusal() {
        let azure = FakeAzure::start();
        azure.github_answers([Answer::Refuse(401, "Unauthorized".to_owned())]);
        let error = id_tokens(&azure).fetch("a").await.unwrap_err();
        assert_snapshot!(error, @"GitHub issued no id token: HTTP 401: Unauthorized");
        assert_eq!(azure.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn reports_an_expired_request_token() {
        let azure = FakeAzure::start();
        let tokens = id_tokens(&azure);
        assert_eq!(tokens.expires(), Some(FakeAzure::request_token_expiry()));
        tokio::time::sleep(Duration::from_hours(7)).await;
        azure.github_answers([Answer::Refuse(401, "Unauthorized".to_owned())]);
        let error = tokens.fetch("a").await.unwrap_err();
        assert_snapshot!(error, @"GitHub issues no more id tokens to this job: its request token expired at 2026-01-05T08:10:00Z, about six hours after the job began; move the rest of the work to another job");
    }

    #[tokio::test(start_paused = true)]
    async fn says_which_permission_is_missing() {
        let azure = FakeAzure::start();
        for missing in [REQUEST_URL, REQUEST_TOKEN] {
            let env = |name: &str| match name == missing {
                true => Some(String::new()),
                false => FakeAzure::env(name),
            };
            let error = GitHubTokens::new("GitHub", &env, azure.http(), azure.clock()).unwrap_err();
            let advice = GITHUB.advice;
            assert_eq!(error, IdTokenError::NotOffered { advice });
        }
        assert_snapshot!(GITHUB.advice, @"GitHub offers this job no id token: give the job `permissions: id-token: write`; a reusable workflow has it only when the calling job grants it, and a pull request from a fork never has it");
    }

    #[test]
    fn the_request_token_is_not_sent_in_the_clear() {
        let azure = FakeAzure::start();
        let variable = REQUEST_URL;
        for (url, expected) in [
            (
                "http://pipelines.test/token",
                IdTokenError::NotHttps { variable },
            ),
            (
                "http://127.0.0.1/token",
                IdTokenError::NotHttps { variable },
            ),
            ("file:///token", IdTokenError::NotHttps { variable }),
            (
                "pipelines.test/token",
                IdTokenError::InvalidUrl { variable },
            ),
        ] {
            let env = |name: &str| match name {
                REQUEST_URL => Some(url.to_owned()),
                _ => FakeAzure::env(name),
            };
            let error = GitHubTokens::new("GitHub", &env, azure.http(), azure.clock()).unwrap_err();
            assert_eq!(error, expected, "{url}");
            assert!(!error.is_transient());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn shows_no_token() {
        let azure = FakeAzure::start();
        let tokens = id_tokens(&azure);
        let token = tokens.fetch("a").await.unwrap();
        let shown = format!("{tokens:?} {token:?}");
        assert!(
            !shown.contains(&FakeAzure::env(REQUEST_TOKEN).unwrap()),
            "{shown}"
        );
        assert!(!shown.contains(token.expose_secret()), "{shown}");
    }
}
