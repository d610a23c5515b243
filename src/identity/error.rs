//! Why a sign-in failed, and what to do about it.

use std::{path::PathBuf, time::Duration};

use super::{
    azure_cli::AzureCliError,
    refused::{Issuer, Refused},
};
use crate::{
    host::id_token::IdTokenError,
    http::{LastingFault, sources},
};

/// Signing in failed. The message may have several lines; it never holds a secret, an assertion or a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignInError {
    /// The issuer refused to issue a token.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// The issuer did not answer.
    #[error("cannot reach {issuer} at {host}: {reason}; {}", .issuer.when_unreachable())]
    Unreachable {
        /// The issuer.
        issuer: Issuer,
        /// Its host.
        host: String,
        /// The network error, on one line.
        reason: String,
    },
    /// The network does not let a request through to the issuer, or not its answer back.
    #[error("cannot reach {issuer} at {host}: {fault}")]
    Blocked {
        /// The issuer.
        issuer: Issuer,
        /// Its host.
        host: String,
        /// What is in the way, and what to do about it.
        fault: LastingFault,
    },
    /// The issuer's answer holds no valid token.
    #[error(
        "the answer of {issuer} holds no valid token; is there a proxy in between, or is this machine's clock wrong?"
    )]
    NoToken {
        /// The issuer.
        issuer: Issuer,
    },
    /// The whole exchange took too long.
    #[error("signing in took longer than {} s", .after.as_secs())]
    TimedOut {
        /// The time limit.
        after: Duration,
    },
    /// The host issued no id token.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// The file with the federated token cannot be read.
    #[error(
        "cannot read the federated token in {path}: {reason}; check AZURE_FEDERATED_TOKEN_FILE (in a container, \
         this program sees only the workspace and the runner's temporary directory)", path = .path.display()
    )]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The Azure CLI gave no token.
    #[error(transparent)]
    AzureCli(#[from] AzureCliError),
    /// azure_identity does not accept the settings.
    #[error("cannot sign in with these settings: {0}")]
    Settings(String),
}

impl SignInError {
    /// The sign-in error that azure_identity's error wraps, usually several times.
    pub(super) fn find(error: &azure_core::Error) -> Option<Self> {
        sources(error)
            .find_map(|error| error.downcast_ref::<Self>())
            .cloned()
    }

    /// The message on one line.
    #[must_use]
    pub(crate) fn one_line(&self) -> String {
        let message = self.to_string();
        let lines = message.lines().collect::<Vec<_>>().join("; ");
        let words: Vec<_> = lines.split_whitespace().collect();
        words.join(" ").replace(":; ", ": ")
    }

    /// Whether another try may succeed.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.is_transient(),
            Self::Unreachable { .. } | Self::NoToken { .. } | Self::TimedOut { .. } => true,
            Self::IdToken(error) => error.is_transient(),
            Self::AzureCli(error) => error.is_transient(),
            Self::Blocked { .. } | Self::TokenFile { .. } | Self::Settings(_) => false,
        }
    }

    /// Whether the network's set-up is the reason.
    #[must_use]
    pub(crate) fn is_blocked(&self) -> bool {
        matches!(
            self,
            Self::Blocked { .. } | Self::IdToken(IdTokenError::Blocked { .. })
        )
    }

    /// Whether the assertion was outside of its validity period, so that a new one may succeed.
    #[must_use]
    pub(super) fn is_stale_assertion(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.is_stale_assertion())
    }

    /// How long the issuer asks us to wait before the next try.
    #[must_use]
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.refusal.retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn errors_before_the_issuer_answers() {
        let file = SignInError::TokenFile {
            path: "/github/workspace/token".into(),
            reason: "No such file or directory (os error 2)".to_owned(),
        };
        let unreachable = SignInError::Unreachable {
            issuer: Issuer::EntraId,
            host: "login.microsoftonline.com".to_owned(),
            reason: "Connection refused (os error 111)".to_owned(),
        };
        let late = SignInError::TimedOut {
            after: Duration::from_secs(30),
        };
        let none = SignInError::NoToken {
            issuer: Issuer::EntraId,
        };
        let messages = [&file, &unreachable, &late, &none].map(ToString::to_string);
        assert_snapshot!(messages.join("\n\n"), @r"
        cannot read the federated token in /github/workspace/token: No such file or directory (os error 2); check AZURE_FEDERATED_TOKEN_FILE (in a container, this program sees only the workspace and the runner's temporary directory)

        cannot reach Entra ID at login.microsoftonline.com: Connection refused (os error 111); check the network, HTTPS_PROXY and NO_PROXY

        signing in took longer than 30 s

        the answer of Entra ID holds no valid token; is there a proxy in between, or is this machine's clock wrong?
        ");
        let transient = [&file, &unreachable, &late, &none].map(SignInError::is_transient);
        assert_eq!(transient, [false, true, true, true]);
    }
}
