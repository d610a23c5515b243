//! How a run ends.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Left;
use crate::{
    arm::{Cause, ChangeType, Correlation, ProvisioningState, Unseen},
    clock::seconds,
    inputs::Problems,
};

/// How a run ended; each kind has an exit status of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Ending {
    /// The deployment succeeded.
    Succeeded,
    /// The deployment, and those within it, have ended because they were cancelled, which was what was asked.
    Stopped,
    /// The deployment was submitted, and following it was not asked for.
    Detached,
    /// The deployment could be submitted, which was all that was asked.
    Validated,
    /// The what-if is told, which was all that was asked.
    Predicted,
    /// The what-if found what must not be, or could not predict everything, so nothing was submitted.
    Forbidden {
        /// What must not be: what happens to which resource, by its id.
        changes: Vec<(ChangeType, String)>,
        /// What was not predicted, where that must not be.
        unseen: Vec<Unseen>,
    },
    /// The deployment failed, or somebody else cancelled it; empty causes if Azure gave none.
    Failed {
        /// The true causes, without their wrappers.
        causes: Vec<Cause>,
    },
    /// Azure refused what was asked, so nothing was submitted.
    Refused {
        /// Why.
        causes: Vec<Cause>,
    },
    /// Azure refuses to show the deployment, and goes on doing so.
    CannotFollow {
        /// Why.
        causes: Vec<Cause>,
        /// What became of the deployment.
        left: Left,
    },
    /// The deployment ended unseen, and another one has its name now.
    Replaced {
        /// The submission that has the name.
        by: Correlation,
    },
    /// The deployment was to be cancelled, and Azure refused that.
    CancelRefused {
        /// Why.
        causes: Vec<Cause>,
    },
    /// The deployment was to be cancelled, and had ended otherwise.
    NothingToCancel {
        /// How it had ended.
        state: ProvisioningState,
    },
    /// The inputs are wrong; nothing was sent.
    InvalidInputs(Problems),
    /// The Bicep compiler that the inputs ask for could not be downloaded. Nothing was sent to Azure.
    NoCompiler {
        /// What was in the way.
        reason: String,
    },
    /// Signing in failed.
    SignInFailed {
        /// What happened and what to do, possibly several lines.
        message: String,
        /// What became of the deployment.
        left: Left,
    },
    /// The `timeout` passed.
    TimedOut {
        /// How long that was.
        #[serde(with = "seconds")]
        after: Duration,
        /// What became of the deployment.
        left: Left,
    },
    /// The run was cancelled.
    Cancelled {
        /// What became of the deployment.
        left: Left,
    },
    /// Azure could not be reached, or its answers not be read, for too long.
    Unreachable {
        /// What was seen last.
        reason: String,
        /// What became of the deployment.
        left: Left,
    },
    /// This program failed.
    Bug {
        /// What is known of it.
        message: String,
        /// What became of the deployment.
        left: Left,
    },
}

impl Ending {
    /// The program's exit status.
    #[must_use]
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Succeeded
            | Self::Stopped
            | Self::Detached
            | Self::Validated
            | Self::Predicted => 0,
            Self::Failed { .. }
            | Self::Refused { .. }
            | Self::CannotFollow { .. }
            | Self::Replaced { .. }
            | Self::CancelRefused { .. }
            | Self::NothingToCancel { .. }
            | Self::Forbidden { .. } => 1,
            Self::InvalidInputs(_) => 2,
            Self::SignInFailed { .. } => 3,
            Self::TimedOut { .. } => 4,
            Self::Cancelled { .. } => 5,
            Self::Unreachable { .. } | Self::NoCompiler { .. } => 6,
            Self::Bug { .. } => 70,
        }
    }

    /// What became of the deployment, where the run ended before it.
    #[must_use]
    pub(crate) fn left(&self) -> Option<&Left> {
        match self {
            Self::CannotFollow { left, .. }
            | Self::SignInFailed { left, .. }
            | Self::TimedOut { left, .. }
            | Self::Cancelled { left }
            | Self::Unreachable { left, .. }
            | Self::Bug { left, .. } => Some(left),
            Self::CancelRefused { .. } => Some(&Left::Running),
            _ => None,
        }
    }

    /// Whether the post step should look what became of the deployment: the run was cancelled, or nobody knows.
    #[must_use]
    pub(crate) fn needs_aftermath(&self) -> bool {
        matches!(self, Self::Cancelled { .. } | Self::Bug { .. })
            || self.left().is_some_and(Left::is_open)
    }
}
