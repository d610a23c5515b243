//! GitHub's id tokens, which prove the identity of a workflow run.

use std::{fmt, sync::Arc, time::Duration};

use azure_core::http::{HttpClient, Method, RawResponse, Request, Url, headers::AUTHORIZATION};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::jwt;
use crate::{
    clock::Clock,
    http::{LastingFault, excerpt, exchange, is_web_page, lasting_fault, root_cause},
};

/// Variable with the address of the endpoint; set only in a job that may use it.
pub(crate) const REQUEST_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// Variable with the secret that the endpoint asks for.
pub(crate) const REQUEST_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// Time limit of one try; the endpoint usually answers within a second. All tries with their pauses fit into the time
/// limit of one token exchange, so that the last error is reported rather than a time-out.
const TRY_LIMIT: Duration = Duration::from_secs(8);
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The endpoint from which this job may fetch id tokens.
#[derive(Clone)]
pub(crate) struct IdTokens {
    url: Url,
    request_token: SecretString,
    http: Arc<dyn HttpClient>,
    clock: Clock,
}

/// Why there is no id token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenError {
    /// The runner offers no id tokens to this job.
    #[error(
        "GitHub offers this job no id token: give the job `permissions: id-token: write`; a reusable workflow \
         has it only when the calling job grants it, and a pull request from a fork never has it"
    )]
    NotPermitted,
    /// The runner's variable does not hold a URL.
    #[error("{REQUEST_URL} is not an address; leave this variable to the runner")]
    InvalidUrl,
    /// The runner's variable holds an address that would not keep the request token secret.
    #[error(
        "{REQUEST_URL} is not an https address, so the request token would be sent in the clear; leave this variable \
         to the runner"
    )]
    NotHttps,
    /// The runner's request token has expired.
    #[error(
        "GitHub issues no more id tokens to this job: its request token expired at {at}, about six hours after the job \
         began; move the rest of the work to another job"
    )]
    RequestTokenExpired {
        /// When it ended.
        at: Timestamp,
    },
    /// The endpoint refused.
    #[error("GitHub issued no id token: HTTP {status}: {body}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its answer, on one line.
        body: String,
    },
    /// The endpoint did not answer.
    #[error("GitHub's id-token endpoint cannot be reached: {reason}")]
    Unreachable {
        /// The network error, on one line.
        reason: String,
    },
    /// The network does not let a request through to the endpoint, or not its answer back.
    #[error("GitHub's id-token endpoint cannot be reached: {0}")]
    Blocked(LastingFault),
    /// The endpoint took too long.
    #[error("GitHub's id-token endpoint gave no answer within {} s", .after.as_secs())]
    TimedOut {
        /// The time limit.
        after: Duration,
    },
    /// The answer holds no token. It is not quoted, because it may be a token in another format.
    #[error("GitHub's id-token endpoint answered without a token")]
    NoToken,
}

impl IdTokenError {
    /// Whether another try may succeed.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, body } => {
                matches!(status, 408 | 429 | 500..) || body.contains("Can't issue ID_TOKEN")
            }
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::NoToken => true,
            Self::NotPermitted
            | Self::InvalidUrl
            | Self::NotHttps
            | Self::RequestTokenExpired { .. }
            | Self::Blocked(_) => false,
        }
    }
}

impl IdTokens {
    /// The endpoint that the environment names; `env` looks up a variable.
    ///
    /// # Errors
    /// [`IdTokenError::NotPermitted`], [`IdTokenError::InvalidUrl`] or [`IdTokenError::NotHttps`].
    pub(crate) fn new(
        env: impl Fn(&str) -> Option<String>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Self, IdTokenError> {
        let given = |name| env(name).filter(|value| !value.trim().is_empty());
        let (Some(url), Some(request_token)) = (given(REQUEST_URL), given(REQUEST_TOKEN)) else {
            return Err(IdTokenError::NotPermitted);
        };
        let url = Url::parse(url.trim()).map_err(|_| IdTokenError::InvalidUrl)?;
        if url.scheme() != "https" {
            return Err(IdTokenError::NotHttps);
        }
        Ok(Self {
            url,
            request_token: SecretString::from(request_token.trim()),
            http,
            clock,
        })
    }

    /// When the runner's request token expires, if it is a readable JWT.
    #[must_use]
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        jwt::expiry(self.request_token.expose_secret())
    }

    /// Fetches a new id token for `audience`, with two retries after transient errors.
    ///
    /// # Errors
    /// The error of the last try.
    pub(crate) async fn fetch(&self, audience: &str) -> Result<SecretString, IdTokenError> {
        let mut pauses = PAUSES.iter();
        loop {
            let error = match self.try_once(audience).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.is_transient() => self.clock.sleep(*pause).await,
                _ => return Err(self.explain(error)),
            }
        }
    }

    async fn try_once(&self, audience: &str) -> Result<SecretString, IdTokenError> {
        let response = self
            .clock
            .timeout(TRY_LIMIT, self.ask(audience))
            .await
            .map_err(|_| IdTokenError::TimedOut { after: TRY_LIMIT })?
            .map_err(|error| unreachable(&error))?;
        if !response.status().is_success() {
            return Err(IdTokenError::Refused {
                status: response.status().into(),
                body: excerpt(&String::from_utf8_lossy(response.body().as_ref())),
            });
        }
        if is_web_page(response.body()) {
            return Err(IdTokenError::Blocked(LastingFault::WebPage));
        }
        read(response.body().as_ref()).ok_or(IdTokenError::NoToken)
    }

    async fn ask(&self, audience: &str) -> azure_core::Result<RawResponse> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("audience", audience);
        let mut request = Request::new(url, Method::Get);
        request.insert_header("accept", "application/json");
        let bearer = format!("Bearer {}", self.request_token.expose_secret());
        request.insert_header(AUTHORIZATION, bearer);
        exchange(self.http.as_ref(), &request).await
    }

    /// An expired request token is refused like an invalid one, but has its own explanation.
    fn explain(&self, error: IdTokenError) -> IdTokenError {
        match (&error, self.expires()) {
            (IdTokenError::Refused { status, .. }, Some(at))
                if matches!(status, 400 | 401 | 403) && at <= self.clock.now() =>
            {
                IdTokenError::RequestTokenExpired { at }
            }
            _ => error,
        }
    }
}

impl fmt::Debug for IdTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokens")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

fn unreachable(error: &azure_core::Error) -> IdTokenError {
    match lasting_fault(error) {
        Some(fault) => IdTokenError::Blocked(fault),
        None => IdTokenError::Unreachable {
            reason: root_cause(error),
        },
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

    use insta::assert_snapshot;

    use super::*;
    use crate::testing::entra::{Answer, FakeAzure};

    fn id_tokens(azure: &FakeAzure) -> IdTokens {
        IdTokens::new(FakeAzure::env, azure.http(), azure.clock()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn each_fetch_gets_a_new_token_for_the_audience() {
        let azure = FakeAzure::start();
        let tokens = id_tokens(&azure);
        let first = tokens.fetch("api://Aud & more").await.unwrap();
        let second = tokens.fetch("api://Aud & more").await.unwrap();
        assert_ne!(first.expose_secret(), second.expose_secret());
        let claims = jwt::Claims::of(first.expose_secret()).unwrap();
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
            let error = IdTokens::new(env, azure.http(), azure.clock()).unwrap_err();
            assert_eq!(error, IdTokenError::NotPermitted);
        }
        assert_snapshot!(IdTokenError::NotPermitted, @"GitHub offers this job no id token: give the job `permissions: id-token: write`; a reusable workflow has it only when the calling job grants it, and a pull request from a fork never has it");
    }

    #[test]
    fn the_request_token_is_not_sent_in_the_clear() {
        let azure = FakeAzure::start();
        for (url, expected) in [
            ("http://pipelines.test/token", IdTokenError::NotHttps),
            ("http://127.0.0.1/token", IdTokenError::NotHttps),
            ("file:///token", IdTokenError::NotHttps),
            ("pipelines.test/token", IdTokenError::InvalidUrl),
        ] {
            let env = |name: &str| match name {
                REQUEST_URL => Some(url.to_owned()),
                _ => FakeAzure::env(name),
            };
            let error = IdTokens::new(env, azure.http(), azure.clock()).unwrap_err();
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
