//! Client assertions, which an application sends instead of a secret. New for every exchange, never stored.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use azure_core::{error::ErrorKind, http::ClientMethodOptions};
use azure_identity::ClientAssertion;
use secrecy::{ExposeSecret, SecretString};

use super::error::SignInError;
use crate::host::{Vault, id_token::IdTokens, jwt::Claims};

/// Where assertions come from.
#[derive(Clone, Debug)]
pub(super) enum AssertionSource {
    /// The host's id tokens, for this audience.
    Host(Arc<dyn IdTokens>, String),
    /// A file that another program renews.
    File(PathBuf),
}

/// The claims of the last assertion, for the message if it is refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Presented(Arc<Mutex<Option<Claims>>>);

/// One exchange's assertion.
#[derive(Debug)]
pub(super) struct Assertion {
    pub(super) source: AssertionSource,
    pub(super) presented: Presented,
    /// Gets the assertion before anybody else.
    pub(super) vault: Vault,
}

impl AssertionSource {
    async fn assert(&self) -> Result<SecretString, SignInError> {
        match self {
            Self::Host(id_tokens, audience) => Ok(id_tokens.fetch(audience).await?),
            Self::File(path) => read(path).await,
        }
    }
}

impl Presented {
    pub(super) fn get(&self) -> Option<Claims> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, claims: Option<Claims>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = claims;
    }
}

#[async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let assertion = self
            .source
            .assert()
            .await
            .map_err(|error| azure_core::Error::new(ErrorKind::Credential, error))?;
        self.vault.keep(&assertion);
        self.presented.set(Claims::of(assertion.expose_secret()));
        Ok(assertion.expose_secret().to_owned())
    }
}

async fn read(path: &Path) -> Result<SecretString, SignInError> {
    let fail = |reason: String| SignInError::TokenFile {
        path: path.to_owned(),
        reason,
    };
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|error| fail(error.to_string()))?;
    match text.trim() {
        "" => Err(fail("the file is empty".to_owned())),
        token => Ok(token.into()),
    }
}
