//! What every part of a run needs.

use super::{Ledger, Stage};
use crate::{arm::Arm, clock::Clock, event::Events};

/// What every part of a run needs.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) arm: &'a Arm,
    pub(crate) clock: &'a Clock,
    pub(crate) events: &'a Events,
    /// Where the stage is saved for the post step.
    pub(crate) ledger: &'a dyn Ledger,
}

impl Context<'_> {
    /// Saves what was sent or accepted; a stage without a submission has nothing to save.
    pub(super) fn save(&self, stage: &Stage) {
        self.ledger.save(stage);
    }
}
