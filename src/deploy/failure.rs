//! Why a run cannot go on.

use crate::arm::ArmError;

/// Why a run cannot go on.
#[derive(Debug)]
pub(super) enum Failure {
    /// Azure refuses for good what was asked, or there is no token.
    Refused(ArmError),
    /// What passes by itself did not pass in time.
    GaveUp {
        /// What was seen last.
        reason: String,
    },
}

impl From<ArmError> for Failure {
    fn from(error: ArmError) -> Self {
        if error.is_transient() {
            let reason = error.to_string();
            return Self::GaveUp { reason };
        }
        Self::Refused(error)
    }
}
