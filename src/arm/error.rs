//! What can go wrong in one request to Resource Manager.

use std::time::Duration;

use serde_json::Value;

use super::Cause;
use crate::{
    http::{LastingFault, excerpt},
    identity::SignInError,
};

/// The code of a stack's what-if that failed in Azure, with the status 500. It lasts where deployment stacks were never
/// used in the tenant before (Azure/deployment-stacks, issue 252).
const STACK_WHAT_IF: &str = "DeploymentStackWhatIfOperationFailed";

/// Why a request to Resource Manager did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArmError {
    /// There was no token to send it with.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// No connection could be made, so the request was not sent.
    #[error("no connection to Azure: {reason}")]
    Unreached {
        /// What the network said.
        reason: String,
    },
    /// The network does not let a request through, so it was not sent.
    #[error("no connection to Azure: {0}")]
    Blocked(LastingFault),
    /// No complete answer came; whether the request arrived is not known.
    #[error("no answer from Azure: {reason}")]
    Unanswered {
        /// What the network said.
        reason: String,
    },
    /// An answer came that Resource Manager did not write, as from a proxy; or one that is no answer to this request.
    #[error("HTTP {status} with an answer that is not Azure's: {reason}")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer.
        reason: String,
        /// The wait that the answer's sender asks for.
        retry_after: Option<Duration>,
    },
    /// The answer leads where this program must not go on: to another server, which must not get the token, or to
    /// more pages than a list can have.
    #[error("{reason}")]
    Misleading {
        /// Where it leads.
        reason: String,
    },
    /// Azure said no, with a code of its own.
    #[error("HTTP {status} {code}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Azure's outermost code.
        code: String,
        /// The answer's body.
        body: Value,
        /// How long Azure asks us to wait.
        retry_after: Option<Duration>,
    },
}

impl ArmError {
    /// Whether the same request may succeed later without anybody doing anything.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::SignIn(error) => error.is_transient(),
            Self::Unreached { .. } | Self::Unanswered { .. } | Self::Unreadable { .. } => true,
            Self::Blocked(_) | Self::Misleading { .. } => false,
            Self::Refused { status, code, .. } => {
                matches!(status, 408 | 429 | 500..) && !code.eq_ignore_ascii_case(STACK_WHAT_IF)
            }
        }
    }

    /// Whether it is certain that the request was not carried out: it was not sent, or Azure itself refused it.
    #[must_use]
    pub(crate) fn was_not_carried_out(&self) -> bool {
        match self {
            Self::SignIn(_) | Self::Unreached { .. } | Self::Blocked(_) => true,
            Self::Unanswered { .. } | Self::Misleading { .. } => false,
            Self::Unreadable { .. } => self.is_throttled(),
            Self::Refused { .. } => self.is_throttled() || !self.is_transient(),
        }
    }

    /// Whether the network's set-up is the reason. It lasts, unless requests came through before.
    #[must_use]
    pub(crate) fn is_blocked(&self) -> bool {
        match self {
            Self::Blocked(_) => true,
            Self::SignIn(error) => error.is_blocked(),
            _ => false,
        }
    }

    /// Whether somebody between us and Azure refused the request, as a firewall does.
    #[must_use]
    pub(crate) fn is_foreign_refusal(&self) -> bool {
        let is_refusal =
            matches!(self, Self::Unreadable { status, .. } if (300..500).contains(status));
        is_refusal && !self.is_throttled()
    }

    /// Whether Azure asks us to slow down; the request was not carried out.
    #[must_use]
    pub(crate) fn is_throttled(&self) -> bool {
        self.status() == Some(429)
    }

    /// Whether the thing asked for does not exist, or is not visible yet.
    #[must_use]
    pub(crate) fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether Azure itself does not take our token, or denies us a right.
    #[must_use]
    pub(crate) fn is_denied(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 401 | 403,
                ..
            }
        )
    }

    /// How long we are asked to wait before the next request.
    #[must_use]
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Unreadable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    #[must_use]
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Unreadable { status, .. } | Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What happened on one line, with Azure's first cause in Azure's words.
    #[must_use]
    pub(crate) fn sentence(&self) -> String {
        let Self::Refused { body, .. } = self else {
            return self.to_string();
        };
        match Cause::find(body).first() {
            Some(cause) if !cause.message.is_empty() => {
                format!("{self}: {}", excerpt(&cause.message))
            }
            _ => self.to_string(),
        }
    }

    /// The true causes, for people; never empty.
    #[must_use]
    pub(crate) fn causes(&self) -> Vec<Cause> {
        let found = match self {
            Self::Refused { body, .. } => Cause::find(body),
            _ => Vec::new(),
        };
        if found.is_empty() {
            return vec![Cause {
                message: self.to_string(),
                ..Cause::default()
            }];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::id_token::IdTokenError;

    fn refused(status: u16) -> ArmError {
        ArmError::Refused {
            status,
            code: "Code".to_owned(),
            body: Value::Null,
            retry_after: Some(Duration::from_secs(7)),
        }
    }

    fn unreadable(status: u16) -> ArmError {
        ArmError::Unreadable {
            status,
            reason: "HTML".to_owned(),
            retry_after: Some(Duration::from_secs(7)),
        }
    }

    fn silent() -> [ArmError; 2] {
        let reason = "connection reset".to_owned();
        [
            ArmError::Unreached {
                reason: reason.clone(),
            },
            ArmError::Unanswered { reason },
        ]
    }

    #[test]
    fn what_passes_by_itself_and_what_was_carried_out() {
        // Status, whether it passes, whether the request was certainly not carried out.
        for (status, transient, not_carried_out) in [
            (302, false, true),
            (400, false, true),
            (401, false, true),
            (403, false, true),
            (404, false, true),
            (408, true, false),
            (409, false, true),
            (429, true, true),
            (500, true, false),
            (502, true, false),
            (503, true, false),
            (504, true, false),
        ] {
            let error = refused(status);
            assert_eq!(error.is_transient(), transient, "{status}");
            assert_eq!(error.was_not_carried_out(), not_carried_out, "{status}");
            assert_eq!(
                error.causes().len(),
                1,
                "a refusal without a body still has a cause"
            );
            assert_eq!(error.is_denied(), matches!(status, 401 | 403), "{status}");
            assert_eq!(error.is_not_found(), status == 404, "{status}");

            assert!(!error.is_foreign_refusal(), "{status}");
            let foreign = unreadable(status);
            let refuses = (300..500).contains(&status) && status != 429;
            assert_eq!(foreign.is_foreign_refusal(), refuses, "{status}");
            assert!(foreign.is_transient(), "{status}");
            assert_eq!(foreign.was_not_carried_out(), status == 429, "{status}");
            assert!(
                !foreign.is_denied(),
                "{status}: a proxy says nothing about our rights"
            );
            for error in [error, foreign] {
                assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
                assert_eq!(error.is_throttled(), status == 429, "{status}");
            }
        }
    }

    #[test]
    fn a_what_if_of_a_stack_that_fails_in_azure_may_never_pass() {
        let failed = ArmError::Refused {
            status: 500,
            code: "deploymentStackWhatIfOperationFailed".to_owned(),
            body: Value::Null,
            retry_after: None,
        };
        assert!(!failed.is_transient());
    }

    #[test]
    fn a_refusal_is_told_in_azures_words() {
        let no_words = refused(403);
        assert_eq!(no_words.sentence(), "HTTP 403 Code");
        let body = serde_json::json!({"error": {"code": "Code", "message": "not\r\nallowed"}});
        let error = ArmError::Refused {
            status: 403,
            code: "Code".to_owned(),
            body,
            retry_after: None,
        };
        assert_eq!(error.sentence(), "HTTP 403 Code: not allowed");
        assert_eq!(unreadable(502).sentence(), unreadable(502).to_string());
    }

    #[test]
    fn only_a_request_without_a_connection_was_certainly_not_sent() {
        let [unreached, unanswered] = silent();
        assert!(unreached.is_transient() && unanswered.is_transient());
        assert!(unreached.was_not_carried_out() && !unanswered.was_not_carried_out());
        for error in silent() {
            assert_eq!((error.status(), error.retry_after()), (None, None));
            assert_eq!(error.causes()[0].message, error.to_string());
        }
    }

    #[test]
    fn what_the_network_does_not_let_through_was_not_sent() {
        let error = ArmError::Blocked(LastingFault::ProxyCredentials);
        assert!(!error.is_transient() && error.was_not_carried_out() && error.is_blocked());
        let error = ArmError::SignIn(
            IdTokenError::Blocked {
                host: "GitHub",
                fault: LastingFault::WebPage,
            }
            .into(),
        );
        assert!(!error.is_transient() && error.was_not_carried_out() && error.is_blocked());
        assert!(!silent().iter().any(ArmError::is_blocked));
    }

    #[test]
    fn what_leads_elsewhere_never_passes() {
        let error = ArmError::Misleading {
            reason: "to another server".to_owned(),
        };
        assert!(!error.is_transient() && !error.was_not_carried_out() && !error.is_not_found());
    }
}
