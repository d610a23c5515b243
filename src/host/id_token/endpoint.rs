//! An endpoint that issues id tokens.

use std::{fmt, sync::Arc, time::Duration};

use azure_core::http::{HttpClient, RawResponse, Request, Url, headers::AUTHORIZATION};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::IdTokenError;
use crate::{
    clock::Clock,
    host::{host::Variable, jwt},
    http::{exchange, is_web_page, lasting_fault, page_excerpt, root_cause},
};

/// Time limit of one try; the endpoint usually answers within a second. All tries with their pauses fit into the time
/// limit of one token exchange, so that the last error is reported rather than a time-out.
const TRY_LIMIT: Duration = Duration::from_secs(8);
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// What a host tells its jobs of the endpoint, and what they are told if that fails.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct Told {
    pub(in crate::host) host: &'static str,
    /// Variable with its address; set only in a job that may use it.
    pub(in crate::host) url: &'static str,
    /// Variable with the secret that it asks for.
    pub(in crate::host) token: &'static str,
    /// What a job without these can do.
    pub(in crate::host) advice: &'static str,
    /// What a job can do whose secret has expired, after a comma.
    pub(in crate::host) expired: &'static str,
    /// What a job can do that is refused with this status, after a semicolon; empty if that is not known.
    pub(in crate::host) refused: fn(u16) -> &'static str,
}

/// The endpoint from which this job may fetch id tokens.
#[derive(Clone)]
pub(in crate::host) struct Endpoint {
    told: Told,
    url: Url,
    request_token: SecretString,
    http: Arc<dyn HttpClient>,
    clock: Clock,
}

impl Endpoint {
    /// The endpoint that the environment names.
    ///
    /// # Errors
    /// [`IdTokenError::NotOffered`], [`IdTokenError::InvalidUrl`] or [`IdTokenError::NotHttps`].
    pub(in crate::host) fn new(
        told: Told,
        variable: Variable<'_>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Self, IdTokenError> {
        let given = |name| variable(name).filter(|value| !value.trim().is_empty());
        let (Some(url), Some(request_token)) = (given(told.url), given(told.token)) else {
            let advice = told.advice;
            return Err(IdTokenError::NotOffered { advice });
        };
        let variable = told.url;
        let url = Url::parse(url.trim()).map_err(|_| IdTokenError::InvalidUrl { variable })?;
        if url.scheme() != "https" {
            return Err(IdTokenError::NotHttps { variable });
        }
        Ok(Self {
            told,
            url,
            request_token: SecretString::from(request_token.trim()),
            http,
            clock,
        })
    }

    pub(in crate::host) fn url(&self) -> Url {
        self.url.clone()
    }

    /// When the request token expires, if it is a readable JWT.
    pub(in crate::host) fn expires(&self) -> Option<Timestamp> {
        jwt::expiry(self.request_token.expose_secret())
    }

    /// Sends `request` with the request token, and again after transient errors, until `read` finds a token in the
    /// answer.
    ///
    /// # Errors
    /// The error of the last try.
    pub(in crate::host) async fn fetch(
        &self,
        request: Request,
        read: impl Fn(&[u8]) -> Option<SecretString>,
    ) -> Result<SecretString, IdTokenError> {
        let mut request = request;
        request.insert_header("accept", "application/json");
        let bearer = format!("Bearer {}", self.request_token.expose_secret());
        request.insert_header(AUTHORIZATION, bearer);
        let mut pauses = PAUSES.iter();
        loop {
            let error = match self.try_once(&request, &read).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.is_transient() => self.clock.sleep(*pause).await,
                _ => return Err(self.explain(error)),
            }
        }
    }

    async fn try_once(
        &self,
        request: &Request,
        read: impl Fn(&[u8]) -> Option<SecretString>,
    ) -> Result<SecretString, IdTokenError> {
        let host = self.told.host;
        let after = TRY_LIMIT;
        let asking = exchange(self.http.as_ref(), request);
        let response: RawResponse = (self.clock.timeout(after, asking).await)
            .map_err(|_| IdTokenError::TimedOut { host, after })?
            .map_err(|error| self.unreachable(&error))?;
        let status = u16::from(response.status());
        if status != 200 {
            return Err(IdTokenError::Refused {
                host,
                status,
                body: said(status, response.body().as_ref()),
                advice: (self.told.refused)(status),
            });
        }
        if is_web_page(response.body()) {
            let fault = crate::http::LastingFault::WebPage;
            return Err(IdTokenError::Blocked { host, fault });
        }
        read(response.body().as_ref()).ok_or(IdTokenError::NoToken { host })
    }

    fn unreachable(&self, error: &azure_core::Error) -> IdTokenError {
        let host = self.told.host;
        match lasting_fault(error) {
            Some(fault) => IdTokenError::Blocked { host, fault },
            None => IdTokenError::Unreachable {
                host,
                reason: root_cause(error),
            },
        }
    }

    /// An expired request token is refused like an invalid one, but has its own explanation.
    fn explain(&self, error: IdTokenError) -> IdTokenError {
        let is_refusal = match &error {
            IdTokenError::Refused { status, .. } => matches!(status, 203 | 302 | 400 | 401 | 403),
            _ => false,
        };
        match self.expires().filter(|at| *at <= self.clock.now()) {
            Some(at) if is_refusal => IdTokenError::Expired {
                host: self.told.host,
                what: "its request token",
                at,
                advice: self.told.expired,
            },
            _ => error,
        }
    }
}

/// What a refusal says. A success may hold a token, so nothing but a page is quoted of it.
fn said(status: u16, body: &[u8]) -> String {
    if (200..300).contains(&status) && !is_web_page(body) {
        return String::new();
    }
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    match serde_json::from_slice(body) {
        Ok(Refusal { message }) => page_excerpt(message.as_bytes()),
        Err(_) => page_excerpt(body),
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}
