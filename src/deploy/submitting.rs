//! A submission on its way to Azure, as [`submit`](super::submit) and [`conflict`](super::conflict) see it.

use super::{Context, Stage, job::Submission, retry::Retry};
use crate::arm::Target;

/// One submission on its way to Azure.
pub(super) struct Submitting<'a, 'r> {
    pub(super) context: Context<'a>,
    pub(super) target: &'a Target,
    pub(super) submission: &'a Submission,
    pub(super) retry: &'r mut Retry<'a>,
    pub(super) stage: &'r mut Stage,
}

impl Submitting<'_, '_> {
    /// Notes what Azure has of it, also for the post step.
    pub(super) fn enter(&mut self, stage: Stage) {
        self.context.save(&stage);
        *self.stage = stage;
    }
}
