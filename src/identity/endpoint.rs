//! The way to a token endpoint.

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
    refused::{Asker, Refused},
};
use crate::http::{exchange, root_cause};

/// A transport that turns everything but success into a [`SignInError`] at once.
///
/// azure_identity drops the status of an answer that is not JSON, and cannot read one whose text has escapes in it,
/// as Entra ID's line breaks are. It also retries a managed identity's endpoint on the network's errors, but not on
/// ours; trying again is the keeper's business, with a new assertion.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    pub(super) http: Arc<dyn HttpClient>,
    pub(super) asker: Asker,
    pub(super) presented: Presented,
}

impl TokenEndpoint {
    fn unreachable(&self, request: &Request, error: &azure_core::Error) -> SignInError {
        SignInError::Unreachable {
            issuer: self.asker.issuer,
            host: request.url().host_str().unwrap_or_default().to_owned(),
            reason: root_cause(error),
        }
    }

    fn refused(&self, response: &RawResponse) -> SignInError {
        let retry_after = response.headers().get_optional_str(&RETRY_AFTER);
        let body = response.body().as_ref();
        SignInError::Refused(Box::new(Refused {
            asker: self.asker.clone(),
            presented: self.presented.get(),
            refusal: Refusal::read(response.status().into(), retry_after, body),
        }))
    }
}

#[async_trait]
impl HttpClient for TokenEndpoint {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let error = match exchange(self.http.as_ref(), request).await {
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
