//! The broker's protocol: one line of JSON as request, one as response.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Environment variable that names the broker's socket to the child.
pub(crate) const SOCKET: &str = "LONG_DEPLOY_TOKEN_SOCKET";

/// A request for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenRequest {
    /// The audience of the token, such as `https://management.azure.com`.
    pub(crate) resource: String,
    /// The tenant that must have issued it, if any.
    pub(crate) tenant: Option<String>,
}

/// A token, or why there is none.
pub(crate) type TokenResponse = Result<AccessToken, String>;

/// An access token as the Azure CLI prints it, without `subscription`: the Azure CLI omits it for a tenant's token, too.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessToken {
    #[serde(rename = "accessToken")]
    pub(crate) secret: String,
    #[serde(rename = "expiresOn")]
    expires: String,
    #[serde(rename = "expires_on")]
    expires_seconds: i64,
    tenant: Option<String>,
    #[serde(rename = "tokenType")]
    kind: String,
}

impl AccessToken {
    pub(super) fn new(secret: &str, expires: Timestamp, tenant: Option<String>) -> Self {
        Self {
            secret: secret.to_owned(),
            expires: expires.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string(),
            expires_seconds: expires.as_second(),
            tenant,
            kind: "Bearer".to_owned(),
        }
    }
}
