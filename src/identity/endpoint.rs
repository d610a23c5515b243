//! HTTP transport to a token endpoint.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind,
    http::{AsyncRawResponse, HttpClient, RawResponse, Request, headers::RETRY_AFTER},
};

use super::{
    assertion::Presented,
    error::SignInError,
    refusal::Refusal,
    refused::{Refused, Requester},
};
use crate::http::{LastingFault, exchange, is_web_page, lasting_fault, root_cause};

/// A transport that turns every answer but success into a [`SignInError`].
///
/// azure_identity loses the status of an answer that is not JSON, and cannot parse error texts with escapes, such as
/// Entra ID's line breaks. It also retries network errors of a managed identity's endpoint; our own error type prevents
/// that, because retries need a new assertion and are done by the keeper.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    pub(super) http: Arc<dyn HttpClient>,
    pub(super) requester: Requester,
    pub(super) presented: Presented,
}

impl TokenEndpoint {
    fn unreachable(&self, request: &Request, error: &azure_core::Error) -> SignInError {
        match lasting_fault(error) {
            Some(fault) => self.blocked(request, fault),
            None => SignInError::Unreachable {
                issuer: self.requester.issuer,
                host: host(request),
                reason: root_cause(error),
            },
        }
    }

    fn blocked(&self, request: &Request, fault: LastingFault) -> SignInError {
        SignInError::Blocked {
            issuer: self.requester.issuer,
            host: host(request),
            fault,
        }
    }

    fn refused(&self, response: &RawResponse) -> SignInError {
        let retry_after = response.headers().get_optional_str(&RETRY_AFTER);
        let body = response.body().as_ref();
        SignInError::Refused(Box::new(Refused {
            requester: self.requester.clone(),
            presented: self.presented.get(),
            refusal: Refusal::read(response.status().into(), retry_after, body),
        }))
    }
}

#[async_trait]
impl HttpClient for TokenEndpoint {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let error = match exchange(self.http.as_ref(), request).await {
            Ok(response) if response.status().is_success() && is_web_page(response.body()) => {
                self.blocked(request, LastingFault::WebPage)
            }
            Ok(response) if response.status().is_success() => {
                let (status, headers, body) = response.deconstruct();
                return Ok(AsyncRawResponse::from_bytes(status, headers, body));
            }
            Ok(response) => self.refused(&response),
            Err(error) => self.unreachable(request, &error),
        };
        Err(azure_core::Error::new(ErrorKind::Credential, error))
    }
}

fn host(request: &Request) -> String {
    request.url().host_str().unwrap_or_default().to_owned()
}
