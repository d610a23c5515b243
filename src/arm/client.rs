//! Requests to Resource Manager: authorised, bounded in time and size, sent again once after a 401.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use azure_core::{
    Bytes,
    credentials::Secret,
    http::{HttpClient, Method, RawResponse, Request, headers::HeaderName},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{ArmError, Correlation, Target};
use crate::{
    clock::Clock,
    http::{
        is_connect_error, lasting_fault, page_excerpt, read_limited, root_cause, trace,
        without_body,
    },
    identity::Keeper,
};

/// The version of the deployments API that we speak.
const DEPLOYMENTS_API: &str = "2025-04-01";
/// The version of the deployment stacks API that we speak; the first with what-ifs.
const STACKS_API: &str = "2025-07-01";
/// Longest wait for one answer; reqwest notices a silent connection on its own.
const ANSWER_LIMIT: Duration = Duration::from_secs(100);
/// Largest answer that is read, in bytes: many times what the longest page of operations has.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// Upper bound for `Retry-After`.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(600);

const RETRY_AFTER: HeaderName = HeaderName::from_static("retry-after");
pub(super) const ASYNC_OPERATION: HeaderName = HeaderName::from_static("azure-asyncoperation");
/// How many reads Azure still grants this identity in the subscription, and in the tenant.
const REMAINING_READS: [HeaderName; 2] = [
    HeaderName::from_static("x-ms-ratelimit-remaining-subscription-reads"),
    HeaderName::from_static("x-ms-ratelimit-remaining-tenant-reads"),
];
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-ms-correlation-request-id");

/// Resource Manager, spoken to with a token that is always fresh.
#[derive(Debug)]
pub(crate) struct Arm {
    http: Arc<dyn HttpClient>,
    origin: Url,
    keeper: Arc<Keeper>,
    clock: Clock,
    /// How many reads Azure granted when it last told that; `u32::MAX` if it never did.
    remaining_reads: AtomicU32,
    /// When Azure last asked to slow down, in milliseconds of the run's clock; `u64::MAX` if it never did.
    throttled_at: AtomicU64,
}

/// An answer and how soon Azure wants to be asked again.
#[derive(Clone, Debug)]
pub(crate) struct Answer<T> {
    /// What was answered.
    pub(crate) value: T,
    /// Azure's `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
}

impl Arm {
    /// A client of the Resource Manager at `origin`, with the keeper's tokens.
    #[must_use]
    pub(crate) fn new(
        http: Arc<dyn HttpClient>,
        origin: Url,
        keeper: Arc<Keeper>,
        clock: Clock,
    ) -> Self {
        Self {
            http,
            origin,
            keeper,
            clock,
            remaining_reads: AtomicU32::new(u32::MAX),
            throttled_at: AtomicU64::new(u64::MAX),
        }
    }

    /// How many reads Azure still granted this identity with its last answer, if it told that.
    pub(crate) fn remaining_reads(&self) -> Option<u32> {
        let remaining = self.remaining_reads.load(Ordering::Relaxed);
        (remaining != u32::MAX).then_some(remaining)
    }

    /// When Azure last asked to slow down, on the run's clock.
    pub(crate) fn throttled_at(&self) -> Option<Duration> {
        let at = self.throttled_at.load(Ordering::Relaxed);
        (at != u64::MAX).then(|| Duration::from_millis(at))
    }

    /// Sends a request, and after a 401 once more with another token.
    ///
    /// # Errors
    /// [`ArmError`]; everything but a success of Azure's is one.
    pub(super) async fn send(&self, request: Request) -> Result<RawResponse, ArmError> {
        self.send_for(request, LARGEST_ANSWER).await
    }

    /// Sends a request as [`Arm::send`] does, whose answer is worth so many bytes at most.
    ///
    /// # Errors
    /// As [`Arm::send`]; [`ArmError::Unanswered`] if the answer is larger.
    pub(super) async fn send_for(
        &self,
        request: Request,
        largest: usize,
    ) -> Result<RawResponse, ArmError> {
        let token = self.keeper.token().await?;
        let answer = self.exchange(request.clone(), &token, largest).await?;
        if u16::from(answer.status()) != 401 {
            return accept(answer);
        }
        match self.keeper.renew(&token).await {
            Ok(Some(token)) => accept(self.exchange(request, &token, largest).await?),
            Ok(None) => accept(answer),
            // What passes by itself leaves the request to be sent again.
            Err(error) if error.is_transient() => Err(error.into()),
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
        largest: usize,
    ) -> Result<RawResponse, ArmError> {
        request.insert_header("authorization", format!("Bearer {}", token.secret()));
        let begun = self.clock.elapsed();
        let answering = async {
            let response = self.http.execute_request(&request).await?;
            read_limited(response, largest).await
        };
        let answer = match self.clock.timeout(ANSWER_LIMIT, answering).await {
            Ok(answer) => answer.map_err(|error| unanswered(&error)),
            Err(_) => Err(ArmError::Unanswered {
                reason: format!("nothing for {} s", ANSWER_LIMIT.as_secs()),
            }),
        };
        trace(&request, self.clock.elapsed() - begun, &answer);
        if let Ok(answer) = &answer {
            self.note_limits(answer);
        }
        answer
    }

    fn note_limits(&self, answer: &RawResponse) {
        if u16::from(answer.status()) == 429 {
            let now = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or_default();
            self.throttled_at.store(now, Ordering::Relaxed);
        }
        let headers = answer.headers();
        let told = REMAINING_READS.map(|name| headers.get_optional_str(&name)?.parse().ok());
        if let Some(remaining) = told.into_iter().flatten().min() {
            self.remaining_reads.store(remaining, Ordering::Relaxed);
        }
    }

    /// A request about a target, or about what is below it.
    pub(super) fn about(&self, target: &Target, below: &str, method: Method) -> Request {
        let version = match target {
            Target::Deployment(_) => DEPLOYMENTS_API,
            Target::Stack(_) => STACKS_API,
        };
        let path = format!("{}{below}", target.as_str());
        without_body(self.url(&path, version), method)
    }

    /// A request about a resource of the deployments API.
    pub(super) fn about_deployment(&self, path: &str, method: Method) -> Request {
        without_body(self.url(path, DEPLOYMENTS_API), method)
    }

    /// A request about a resource of the stacks API.
    pub(super) fn about_stack(&self, path: &str, method: Method) -> Request {
        without_body(self.url(path, STACKS_API), method)
    }

    /// The URL of a resource; a path from Azure is encoded, so that it cannot change the query or the host.
    pub(super) fn url(&self, path: &str, api_version: &str) -> Url {
        let mut url = self.origin.clone();
        url.set_path(path);
        url.query_pairs_mut()
            .append_pair("api-version", api_version);
        url
    }

    /// The URL that Azure wrote, if it is one of Resource Manager's own.
    ///
    /// # Errors
    /// [`ArmError::Misleading`]: another server must not get our token.
    pub(super) fn same_origin(&self, link: &str) -> Result<Url, ArmError> {
        Url::parse(link)
            .ok()
            .filter(|url| url.origin() == self.origin.origin())
            .ok_or_else(|| ArmError::Misleading {
                reason: "Azure's answer points to another server, which must not get the token"
                    .to_owned(),
            })
    }
}

/// Gives the request a JSON body.
pub(super) fn with_json(mut request: Request, body: Bytes) -> Request {
    request.insert_header("content-type", "application/json");
    request.insert_header("content-length", body.len().to_string());
    request.set_body(body);
    request
}

/// Gives the request the correlation id by which Azure will know what it starts.
pub(super) fn with_correlation(mut request: Request, correlation: &Correlation) -> Request {
    request.insert_header(CORRELATION_ID, correlation.as_str().to_owned());
    request
}

/// The answer's body as JSON of the expected form.
///
/// # Errors
/// [`ArmError::Unreadable`] if it is something else.
pub(super) fn read<T: DeserializeOwned>(answer: &RawResponse) -> Result<T, ArmError> {
    // Serde's message may quote the text, which may hold values.
    serde_json::from_slice(answer.body()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        unreadable(
            answer,
            format!("not the expected JSON at line {line} column {column}"),
        )
    })
}

/// The error of an answer that Azure did not write.
pub(super) fn unreadable(answer: &RawResponse, reason: impl Into<String>) -> ArmError {
    ArmError::Unreadable {
        status: answer.status().into(),
        reason: reason.into(),
        retry_after: retry_after(answer),
    }
}

/// `Retry-After` in seconds, at most ten minutes; Resource Manager does not send dates.
pub(super) fn retry_after(answer: &RawResponse) -> Option<Duration> {
    let seconds = answer
        .headers()
        .get_optional_str(&RETRY_AFTER)?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

/// The answer, if Azure did what was asked. Azure gives each of its refusals a code.
fn accept(answer: RawResponse) -> Result<RawResponse, ArmError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    match body["error"]["code"].as_str() {
        Some(code) if !code.is_empty() && !(300..400).contains(&u16::from(answer.status())) => {
            Err(ArmError::Refused {
                status: answer.status().into(),
                code: code.to_owned(),
                retry_after: retry_after(&answer),
                body,
            })
        }
        _ => Err(unreadable(&answer, foreign(answer.body()))),
    }
}

/// What is known of an error that is not Azure's.
fn foreign(body: &[u8]) -> String {
    let who = "a proxy or firewall between this machine and Azure may have answered, and must let such requests through";
    match page_excerpt(body) {
        text if text.is_empty() => who.to_owned(),
        text => format!("{who}; it says \"{text}\""),
    }
}

fn unanswered(error: &azure_core::Error) -> ArmError {
    if let Some(fault) = lasting_fault(error) {
        return ArmError::Blocked(fault);
    }
    let reason = root_cause(error);
    if is_connect_error(error) {
        ArmError::Unreached { reason }
    } else {
        ArmError::Unanswered { reason }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use azure_core::http::{AsyncRawResponse, headers::Headers};

    use super::*;
    use crate::{arm::DeploymentId, identity::news::tests::kept, testing::entra::FakeAzure};

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

    #[test]
    fn json_that_nests_too_deeply_is_not_read() {
        let refusal = |depth: usize| {
            let details = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let body = format!(r#"{{"error": {{"code": "A", "details": {details}}}}}"#);
            RawResponse::from_bytes(400.into(), Headers::new(), body)
        };
        assert!(read::<Value>(&refusal(100)).is_ok());
        assert!(matches!(
            accept(refusal(100)),
            Err(ArmError::Refused { .. })
        ));
        // A million overflows the stack of whatever walks through it.
        for depth in [128, 1_000_000] {
            let answer = refusal(depth);
            assert!(matches!(
                read::<Value>(&answer),
                Err(ArmError::Unreadable { .. })
            ));
            assert!(matches!(accept(answer), Err(ArmError::Unreadable { .. })));
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
        let target = Target::Deployment(id);
        for _ in 0..365 {
            let error = arm.get(&target).await.unwrap_err();
            assert_eq!(error.status(), Some(401), "{error}");
            tokio::time::sleep(MINUTE).await;
        }
        let sign_ins = azure.asked().len();
        assert!(sign_ins <= 1 + 365 / 5 + 1, "{sign_ins}");
        let resent = refusing.0.load(Ordering::Relaxed) - 365;
        assert_eq!(resent, sign_ins - 1, "one resend for each new token");
    }
}
