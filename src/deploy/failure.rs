//! Why a run cannot go on.

use crate::arm::ArmError;

/// Why a run cannot go on.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Azure refuses for good what was asked, or there is no token.
    Refused(ArmError),
    /// Azure is out of reach: what passes by itself did not pass in time, or the network does not let requests through.
    GaveUp {
        /// What was seen last.
        reason: String,
    },
}

impl From<ArmError> for Failure {
    fn from(error: ArmError) -> Self {
        if error.is_transient() || matches!(error, ArmError::Blocked(_)) {
            let reason = error.to_string();
            return Self::GaveUp { reason };
        }
        Self::Refused(error)
    }
}
