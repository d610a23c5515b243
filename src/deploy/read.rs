//! Reads of a deployment or stack, repeated through what passes by itself.

use super::{
    pace::Tolerance,
    retry::{Purpose, Retry},
};
use crate::arm::{Answer, ArmError, Snapshot, Target};

impl Retry<'_> {
    /// Reads a deployment or stack that exists.
    ///
    /// # Errors
    /// What Azure says when it refuses for longer than `tolerance`.
    pub(super) async fn read(
        &mut self,
        target: &Target,
        tolerance: &Tolerance,
    ) -> Result<Answer<Snapshot>, ArmError> {
        let arm = self.arm();
        let read = async || arm.get(target).await;
        self.persist(Purpose::Read, tolerance, read).await
    }

    /// Reads a deployment or stack; `None` if Azure does not show one, which may be too early to say.
    ///
    /// # Errors
    /// What Azure says when it refuses for long.
    pub(super) async fn read_if_any(
        &mut self,
        target: &Target,
    ) -> Result<Option<Snapshot>, ArmError> {
        match self.read(target, &Tolerance::READ_IF_ANY).await {
            Ok(found) => Ok(Some(found.value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
