//! Reads of a deployment or stack, repeated through what passes by itself.

use serde_json::{Map, Value};

use super::{
    Context, Failure,
    pace::{LONGEST_PAUSE, SUBMIT_WITHIN, Tolerance},
    retry::{Purpose, Retry},
};
use crate::arm::{Answer, ArmError, Snapshot, Target};

/// Reads the main template of a template spec's version, before anything is submitted.
///
/// # Errors
/// What Azure says when it refuses, or that it is out of reach for too long.
pub(crate) async fn main_template(
    context: Context<'_>,
    id: &str,
) -> Result<Map<String, Value>, Failure> {
    let mut retry = Retry::new(context, LONGEST_PAUSE);
    let begun = context.clock.elapsed();
    let read = loop {
        match context.arm.main_template(id).await {
            Ok(template) => {
                retry.succeeded(Purpose::Read);
                break Ok(template);
            }
            Err(error) if !retry.may_pass(&error) => break Err(error.into()),
            Err(error) => retry.wait_after(Purpose::Read, &error).await,
        }
        if context.clock.elapsed() - begun >= SUBMIT_WITHIN {
            break Err(retry.give_up());
        }
    };
    retry.end_throttling();
    read
}

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
