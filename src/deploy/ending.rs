//! How a run ends.

use std::time::Duration;

use crate::{
    arm::{Cause, ChangeType},
    inputs::Problems,
};

/// How a run ended; each kind has an exit status of its own.
#[derive(Clone, Debug)]
pub enum Ending {
    /// The deployment succeeded.
    Succeeded,
    /// The deployment, and those within it, have ended because we cancelled it, or had ended before.
    Stopped,
    /// The deployment was submitted, and following it was not asked for.
    Detached,
    /// The deployment could be submitted, which was all that was asked.
    Validated,
    /// The what-if is told, which was all that was asked.
    Predicted,
    /// The what-if found what must not be, so nothing was submitted.
    Forbidden {
        /// What happens to which resource, by its id.
        changes: Vec<(ChangeType, String)>,
    },
    /// The deployment failed, or somebody else cancelled it; empty causes if Azure gave none.
    Failed {
        /// The true causes, without their wrappers.
        causes: Vec<Cause>,
    },
    /// Azure refused the submission, so nothing runs.
    Refused {
        /// Why.
        causes: Vec<Cause>,
    },
    /// The inputs are wrong; nothing was sent.
    InvalidInputs(Problems),
    /// Signing in failed.
    SignInFailed {
        /// What happened and what to do, possibly several lines.
        message: String,
        /// Whether a deployment was submitted before and goes on without us.
        submitted: bool,
    },
    /// The `timeout` passed.
    TimedOut {
        /// How long that was.
        after: Duration,
        /// Whether the deployment was submitted; else another one of its name kept us waiting.
        submitted: bool,
        /// Whether the deployment was cancelled; else it goes on.
        cancelled: bool,
    },
    /// The workflow was cancelled.
    Cancelled {
        /// Whether the deployment was submitted before.
        submitted: bool,
        /// Whether the deployment was cancelled too; else it goes on.
        cancelled: bool,
    },
    /// Azure could not be reached before anything was submitted, or for the rest of the time.
    Unreachable {
        /// What was seen last.
        reason: String,
        /// Whether a deployment was submitted before and may go on.
        submitted: bool,
    },
    /// This program failed.
    Bug {
        /// What is known of it.
        message: String,
    },
}

impl Ending {
    /// The program's exit status.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Succeeded
            | Self::Stopped
            | Self::Detached
            | Self::Validated
            | Self::Predicted => 0,
            Self::Failed { .. } | Self::Refused { .. } | Self::Forbidden { .. } => 1,
            Self::InvalidInputs(_) => 2,
            Self::SignInFailed { .. } => 3,
            Self::TimedOut { .. } => 4,
            Self::Cancelled { .. } => 5,
            Self::Unreachable { .. } => 6,
            Self::Bug { .. } => 70,
        }
    }
}
