//! What every part of a run needs.

use super::{Ledger, Stage};
use crate::{
    arm::{Arm, Snapshot},
    clock::Clock,
    event::{Event, Events},
};

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

    /// Tells from when to when what has ended ran, if Azure told.
    pub(super) fn tell_times(&self, ended: &Snapshot) {
        if let (Some(began), Some(ended)) = (ended.began, ended.touched) {
            self.events.emit(Event::Lasted { began, ended });
        }
    }
}
