//! What can go wrong in one request to Resource Manager.

use std::time::Duration;

use serde_json::Value;

use super::Cause;
use crate::identity::SignInError;

/// Why a request to Resource Manager did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// There was no token to send it with.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// No answer came; whether the request arrived is not known.
    #[error("no answer from Azure: {reason}")]
    Unanswered {
        /// What the network said.
        reason: String,
    },
    /// An answer came that is not what Resource Manager writes, as from a broken proxy.
    #[error("HTTP {status} with an unreadable answer: {reason}")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer.
        reason: String,
    },
    /// Azure said no.
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
    pub fn is_transient(&self) -> bool {
        match self {
            Self::SignIn(error) => error.is_transient(),
            Self::Unanswered { .. } | Self::Unreadable { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
        }
    }

    /// Whether Azure asks us to slow down; the request was not carried out.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.status() == Some(429)
    }

    /// Whether the thing asked for does not exist, or is not visible yet.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// How long Azure asks us to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unreadable { status, .. } | Self::Refused { status, .. } => Some(*status),
            Self::SignIn(_) | Self::Unanswered { .. } => None,
        }
    }

    /// The true causes, for people; never empty.
    #[must_use]
    pub fn causes(&self) -> Vec<Cause> {
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

    #[test]
    fn what_passes_by_itself() {
        for (status, transient) in [
            (400, false),
            (401, false),
            (403, false),
            (404, false),
            (408, true),
            (409, false),
            (429, true),
            (500, true),
            (502, true),
            (503, true),
            (504, true),
        ] {
            let error = ArmError::Refused {
                status,
                code: String::new(),
                body: Value::Null,
                retry_after: None,
            };
            assert_eq!(error.is_transient(), transient, "{status}");
            assert_eq!(
                error.causes().len(),
                1,
                "a refusal without a body still has a cause"
            );
        }
        let reset = ArmError::Unanswered {
            reason: "connection reset".to_owned(),
        };
        assert!(reset.is_transient());
    }
}
