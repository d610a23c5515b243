//! Why there is no id token.

use std::time::Duration;

use jiff::Timestamp;

use crate::http::LastingFault;

/// Why there is no id token. `host` is what people call the host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenError {
    /// The host offers no id tokens to this job.
    #[error("{advice}")]
    NotOffered {
        /// That it does not, and what to do about it.
        advice: &'static str,
    },
    /// The host's variable does not hold a URL.
    #[error("{variable} is not an address; leave it as the CI system sets it")]
    InvalidUrl {
        /// The variable's name.
        variable: &'static str,
    },
    /// The host's variable holds an address that would not keep the request token secret.
    #[error(
        "{variable} is not an https address, so the request token would be sent in the clear; leave this variable \
         to the runner"
    )]
    NotHttps {
        /// The variable's name.
        variable: &'static str,
    },
    /// What the host gave the job has expired.
    #[error("{host} issues no more id tokens to this job: {what} expired at {at}{advice}")]
    Expired {
        /// The host.
        host: &'static str,
        /// What expired.
        what: &'static str,
        /// When it did.
        at: Timestamp,
        /// What to do about it.
        advice: &'static str,
    },
    /// The endpoint refused.
    #[error("{host} issued no id token: HTTP {status}{}{advice}", said(body))]
    Refused {
        /// The host.
        host: &'static str,
        /// The HTTP status.
        status: u16,
        /// Its answer, on one line.
        body: String,
        /// What to do about it, after a semicolon; empty if that is not known.
        advice: &'static str,
    },
    /// The endpoint did not answer.
    #[error("{} id-token endpoint cannot be reached: {reason}", of(host))]
    Unreachable {
        /// The host.
        host: &'static str,
        /// The network error, on one line.
        reason: String,
    },
    /// The network does not let a request through to the endpoint, or not its answer back.
    #[error("{} id-token endpoint cannot be reached: {fault}", of(host))]
    Blocked {
        /// The host.
        host: &'static str,
        /// What is in the way.
        fault: LastingFault,
    },
    /// The endpoint took too long.
    #[error("{} id-token endpoint gave no answer within {} s", of(host), .after.as_secs())]
    TimedOut {
        /// The host.
        host: &'static str,
        /// The time limit.
        after: Duration,
    },
    /// The answer holds no token. It is not quoted, because it may be a token in another format.
    #[error("{} id-token endpoint answered without a token", of(host))]
    NoToken {
        /// The host.
        host: &'static str,
    },
}

/// `GitHub's`, `Azure Pipelines'`.
fn of(host: &str) -> String {
    match host.ends_with('s') {
        true => format!("{host}'"),
        false => format!("{host}'s"),
    }
}

fn said(body: &str) -> String {
    match body {
        "" => String::new(),
        body => format!(": {body}"),
    }
}

impl IdTokenError {
    /// Whether another try may succeed.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, body, .. } => {
                matches!(status, 408 | 429 | 500..) || body.contains("Can't issue ID_TOKEN")
            }
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::NoToken { .. } => true,
            Self::NotOffered { .. }
            | Self::InvalidUrl { .. }
            | Self::NotHttps { .. }
            | Self::Expired { .. }
            | Self::Blocked { .. } => false,
        }
    }
}
