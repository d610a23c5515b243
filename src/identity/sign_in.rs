//! The inputs for signing in.

use std::path::PathBuf;

use secrecy::SecretString;

use super::{Cloud, Guid};

/// Environment variable with the path of the file that holds a federated token.
pub(crate) const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// Who signs in, to which cloud, and with which credential.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    /// The cloud to sign in to.
    pub cloud: Cloud,
    /// The directory; `None` only for a managed identity, and for the Azure CLI's own.
    pub tenant_id: Option<Guid>,
    /// The application, or the user-assigned managed identity; `None` only for a system-assigned identity and for the
    /// Azure CLI's own account.
    pub client_id: Option<Guid>,
    /// The kind of credential.
    pub method: Method,
}

/// The kind of credential with which an identity signs in.
#[derive(Clone, Debug)]
pub(crate) enum Method {
    /// An id token of the workflow run, fetched for every exchange.
    HostOidc {
        /// The audience that the federated credential expects.
        audience: String,
    },
    /// A client secret.
    Secret(SecretString),
    /// A file with a federated token that another program renews; read for every exchange.
    TokenFile(PathBuf),
    /// The managed identity of the machine.
    ManagedIdentity,
    /// The account that has signed in with the Azure CLI on this machine.
    AzureCli,
}
