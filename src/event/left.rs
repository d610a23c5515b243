//! What became of the deployment when the run ended before it.

use serde::{Deserialize, Serialize};

use crate::arm::Cause;

/// What became of the deployment, in every ending that is not its own. It says no more than the run knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Left {
    /// Nothing was submitted: it was not sent, or Azure refused it.
    NotSubmitted,
    /// It was sent, and whether Azure accepted it is not known: it may go on.
    Unknown,
    /// It goes on.
    Running,
    /// It had ended before it could be cancelled.
    Ended,
    /// Azure agreed to cancel it.
    Cancelled,
    /// Azure refused to cancel it, so it goes on.
    CancelRefused(Vec<Cause>),
    /// It was to be cancelled, and whether Azure agreed is not known: it may go on.
    CancelUnknown {
        /// What kept the answer away.
        reason: String,
    },
}

impl Left {
    /// Whether a later look should find out what became of it.
    #[must_use]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Unknown | Self::CancelUnknown { .. })
    }
}
