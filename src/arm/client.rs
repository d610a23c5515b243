//! Requests to Resource Manager: authorised, bounded in time, sent again once after a 401.

use std::{sync::Arc, time::Duration};

use azure_core::{
    Bytes,
    credentials::Secret,
    http::{
        ClientOptions, Context, HttpClient, Method, Pipeline, PipelineSendOptions, RawResponse,
        Request, RetryOptions, Transport, headers::HeaderName,
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{ArmError, Deployment, DeploymentId, Operation, model::Page};
use crate::{
    clock::Clock,
    http::{root_cause, trace},
    identity::Keeper,
};

/// The version of the deployments API that we speak.
const DEPLOYMENTS_API: &str = "2025-04-01";
/// The version of the deployment stacks API that we speak; the first with what-ifs.
pub(super) const STACKS_API: &str = "2025-07-01";
/// Longest wait for one answer; reqwest notices a silent connection on its own.
const ANSWER_LIMIT: Duration = Duration::from_secs(100);
/// A wait that Azure asks for is not believed beyond this.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(600);

const RETRY_AFTER: HeaderName = HeaderName::from_static("retry-after");
pub(super) const CORRELATION_ID: HeaderName =
    HeaderName::from_static("x-ms-correlation-request-id");

/// Resource Manager, spoken to with a token that is always fresh.
#[derive(Debug)]
pub struct Arm {
    pipeline: Pipeline,
    origin: Url,
    keeper: Arc<Keeper>,
    clock: Clock,
}

/// An answer and how soon Azure wants to be asked again.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was answered.
    pub value: T,
    /// Azure's `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl Arm {
    /// A client of the Resource Manager at `origin`, with the keeper's tokens.
    #[must_use]
    pub fn new(http: Arc<dyn HttpClient>, origin: Url, keeper: Arc<Keeper>, clock: Clock) -> Self {
        let options = ClientOptions {
            transport: Some(Transport::new(http)),
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        };
        let (name, version) = (
            option_env!("CARGO_PKG_NAME"),
            option_env!("CARGO_PKG_VERSION"),
        );
        Self {
            pipeline: Pipeline::new(name, version, options, Vec::new(), Vec::new(), None),
            origin,
            keeper,
            clock,
        }
    }

    /// Submits a deployment; `correlation_id` becomes its `properties.correlationId`.
    ///
    /// # Errors
    /// After [`ArmError::Unanswered`] and 5xx the deployment may or may not have been accepted.
    pub async fn put_deployment(
        &self,
        id: &DeploymentId,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Deployment, ArmError> {
        let mut request = Request::new(self.url(id.as_str()), Method::Put);
        request.insert_header("content-type", "application/json");
        request.insert_header(CORRELATION_ID, correlation_id.to_owned());
        request.set_body(body);
        read(&self.send(request).await?)
    }

    /// Reads a deployment.
    ///
    /// # Errors
    /// [`ArmError`]; 404 also for a while after it was accepted.
    pub async fn deployment(&self, id: &DeploymentId) -> Result<Answer<Deployment>, ArmError> {
        let answer = self
            .send(Request::new(self.url(id.as_str()), Method::Get))
            .await?;
        Ok(Answer {
            value: read(&answer)?,
            retry_after: retry_after(&answer),
        })
    }

    /// Reads all operations of a deployment, page by page.
    ///
    /// # Errors
    /// [`ArmError`]; also when a page points to another server, which must not get our token.
    pub async fn operations(&self, id: &DeploymentId) -> Result<Vec<Operation>, ArmError> {
        let first = Some(self.url(&format!("{id}/operations")));
        let pages = stream::try_unfold(first, |next| async move {
            let Some(url) = next else { return Ok(None) };
            let page: Page<Operation> = read(&self.send(Request::new(url, Method::Get)).await?)?;
            let next = page
                .next_link
                .map(|link| self.same_origin(&link))
                .transpose()?;
            Ok::<_, ArmError>(Some((page.value, next)))
        });
        let pages: Vec<_> = pages.boxed().try_collect().await?;
        Ok(pages.into_iter().flatten().collect())
    }

    /// Asks Azure to cancel a deployment. It is still running when this returns.
    ///
    /// # Errors
    /// [`ArmError`]; 409 when it has ended already.
    pub async fn cancel(&self, id: &DeploymentId) -> Result<(), ArmError> {
        let request = Request::new(self.url(&format!("{id}/cancel")), Method::Post);
        self.send(request).await.map(drop)
    }

    pub(super) async fn send(&self, request: Request) -> Result<RawResponse, ArmError> {
        let token = self.keeper.token().await?;
        let answer = self.exchange(request.clone(), &token).await?;
        if u16::from(answer.status()) != 401 {
            return accept(answer);
        }
        match self.keeper.renew(&token).await {
            Ok(Some(token)) => accept(self.exchange(request, &token).await?),
            Ok(None) => accept(answer),
            // While the refused token is valid, the refusal is reported, and may be transient; then the failed sign-in.
            Err(error) => self
                .keeper
                .token()
                .await
                .map_or(Err(error.into()), |_| accept(answer)),
        }
    }

    async fn exchange(
        &self,
        mut request: Request,
        token: &Secret,
    ) -> Result<RawResponse, ArmError> {
        request.insert_header("authorization", format!("Bearer {}", token.secret()));
        let options = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let begun = self.clock.elapsed();
        let context = Context::new();
        let sent = self.pipeline.send(&context, &mut request, Some(options));
        let answer = self.clock.timeout(ANSWER_LIMIT, sent).await;
        let answer = match answer {
            Ok(answer) => answer.map_err(|error| root_cause(&error)),
            Err(_) => Err(format!("nothing for {} s", ANSWER_LIMIT.as_secs())),
        };
        trace(&request, self.clock.elapsed() - begun, &answer);
        answer.map_err(|reason| ArmError::Unanswered { reason })
    }

    pub(super) fn url(&self, path: &str) -> Url {
        self.url_of(path, DEPLOYMENTS_API)
    }

    /// The URL of a resource; a path from Azure is encoded, so that it cannot change the query or the host.
    pub(super) fn url_of(&self, path: &str, api_version: &str) -> Url {
        let mut url = self.origin.clone();
        url.set_path(path);
        url.query_pairs_mut()
            .append_pair("api-version", api_version);
        url
    }

    pub(super) fn same_origin(&self, link: &str) -> Result<Url, ArmError> {
        Url::parse(link)
            .ok()
            .filter(|url| url.origin() == self.origin.origin())
            .ok_or_else(|| ArmError::Unreadable {
                status: 200,
                reason: "it points to another server".to_owned(),
            })
    }
}

/// The answer, if Azure did what was asked.
fn accept(answer: RawResponse) -> Result<RawResponse, ArmError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    let code = body["error"]["code"].as_str().unwrap_or("without a reason");
    Err(ArmError::Refused {
        status: answer.status().into(),
        code: code.to_owned(),
        retry_after: retry_after(&answer),
        body,
    })
}

pub(super) fn read<T: DeserializeOwned>(answer: &RawResponse) -> Result<T, ArmError> {
    serde_json::from_slice(answer.body()).map_err(|error| ArmError::Unreadable {
        status: answer.status().into(),
        // Serde's message may quote the text, which may hold values.
        reason: format!(
            "not the expected JSON at line {} column {}",
            error.line(),
            error.column()
        ),
    })
}

/// `Retry-After` in seconds; Resource Manager does not send dates.
pub(super) fn retry_after(answer: &RawResponse) -> Option<Duration> {
    let seconds = answer
        .headers()
        .get_optional_str(&RETRY_AFTER)?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use azure_core::http::{AsyncRawResponse, headers::Headers};

    use super::*;
    use crate::identity::{fake::FakeAzure, news::tests::kept};

    const MINUTE: Duration = Duration::from_mins(1);

    /// A Resource Manager that takes no token.
    #[derive(Debug, Default)]
    struct Unauthorized(AtomicUsize);

    #[async_trait::async_trait]
    impl HttpClient for Unauthorized {
        async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let body = r#"{"error": {"code": "InvalidAuthenticationToken"}}"#;
            Ok(AsyncRawResponse::from_bytes(
                401.into(),
                Headers::new(),
                body,
            ))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_401_that_lasts_for_hours_is_returned_and_costs_few_sign_ins() {
        let azure = FakeAzure::start();
        let credential = Arc::new(azure.credential(FakeAzure::oidc()));
        let clock = azure.clock();
        let keeper = Keeper::sign_in(credential, MINUTE * 45, clock.clone(), kept().0);
        let keeper = keeper.await.unwrap();
        let refusing = Arc::new(Unauthorized::default());
        let origin = "https://management.azure.com".parse().unwrap();
        let arm = Arm::new(refusing.clone(), origin, keeper, clock);
        let id = DeploymentId::from_target("/providers/Microsoft.Resources/deployments/hub");
        for _ in 0..365 {
            let error = arm.deployment(&id).await.unwrap_err();
            assert_eq!(error.status(), Some(401), "{error}");
            tokio::time::sleep(MINUTE).await;
        }
        let sign_ins = azure.asked().len();
        assert!(sign_ins <= 1 + 365 / 5 + 1, "{sign_ins}");
        let resent = refusing.0.load(Ordering::Relaxed) - 365;
        assert_eq!(resent, sign_ins - 1, "one resend for each new token");
    }
}
