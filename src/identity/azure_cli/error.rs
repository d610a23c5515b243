//! Why the Azure CLI gave no token.

use std::{io, time::Duration};

use crate::{host::text, identity::Guid};

/// The most that is quoted of what `az` says, in characters.
const LONGEST: usize = 400;

/// Why the Azure CLI gave no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AzureCliError {
    /// It is not there.
    #[error(
        "there is no `az` on the PATH to sign in with: install the Azure CLI and run `az login`, or give client-id, \
         tenant-id and a client secret"
    )]
    Missing,
    /// Nobody has signed in with it.
    #[error("`az` is not signed in: run `{login}`; it says: {said}")]
    NotSignedIn {
        /// The command that signs in.
        login: String,
        /// What it says.
        said: String,
    },
    /// It cannot sign in to the tenant.
    #[error(
        "`az` is not signed in to the tenant {tenant}: check tenant-id, or run `az login --tenant {tenant}`; it says: {said}"
    )]
    WrongTenant {
        /// The tenant that was asked for.
        tenant: String,
        /// What it says.
        said: String,
    },
    /// It failed in another way.
    #[error("`az` gave no token: {said}")]
    Failed {
        /// What it says.
        said: String,
    },
    /// It hangs.
    #[error("`az` did not answer within {} s: run `az account get-access-token` to see what it waits for", .after.as_secs())]
    TimedOut {
        /// The time limit.
        after: Duration,
    },
    /// It cannot be started.
    #[error("`az` cannot be run: {reason}")]
    Broken {
        /// The system's error.
        reason: io::ErrorKind,
    },
}

/// What az says when the network is the reason. Source: the errors of Python's requests, which it uses.
const OF_NETWORK: [&str; 4] = [
    "connectionerror",
    "max retries exceeded",
    "name resolution",
    "timed out",
];
/// Entra ID does not know the tenant, or not this user in it.
const OF_TENANT: [&str; 3] = ["aadsts90002", "aadsts50020", "aadsts50059"];

impl AzureCliError {
    /// Whether another try may succeed.
    pub(in crate::identity) fn is_transient(&self) -> bool {
        match self {
            Self::TimedOut { .. } => true,
            Self::Failed { said } => {
                let said = said.to_lowercase();
                OF_NETWORK.iter().any(|words| said.contains(words))
            }
            _ => false,
        }
    }

    pub(super) fn of(stderr: &[u8], tenant: Option<&Guid>) -> Self {
        let whole = String::from_utf8_lossy(stderr);
        let lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<_> = lines.collect();
        let said = text::cut(&text::one_line(&lines.join(" ")), LONGEST);
        let words = said.to_lowercase();
        match tenant {
            Some(tenant) if OF_TENANT.iter().any(|code| words.contains(code)) => {
                Self::WrongTenant {
                    tenant: tenant.to_string(),
                    said,
                }
            }
            _ if words.contains("az login") => Self::NotSignedIn {
                login: tenant.map_or_else(
                    || "az login".to_owned(),
                    |tenant| format!("az login --tenant {tenant}"),
                ),
                said,
            },
            _ => Self::Failed { said },
        }
    }
}
