//! What a trace is made from.

use std::time::Duration;

use crate::{
    arm::{Correlation, Target},
    deploy::{Aftermath, Stage},
    host::Context,
    report::record::Record,
};

/// A step that is over, as far as its trace is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) record: &'a Record,
    pub(crate) context: &'a Context,
    /// The id of this process, which tells runs apart where no workflow does.
    pub(crate) process: u32,
    pub(crate) step: Step<'a>,
}

/// Which step it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// The step itself.
    Main,
    /// The step after it.
    Post(Look<'a>),
}

/// What the post step looked after, and found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    pub(crate) target: &'a Target,
    /// What Azure may have had of the step's submission.
    pub(crate) stage: &'a Stage,
    pub(crate) aftermath: &'a Aftermath,
    /// How long it looked.
    pub(crate) took: Duration,
}

impl<'a> Look<'a> {
    /// The id of what Azure has had; `None` if the submission never arrived.
    pub(super) fn correlation(&self) -> Option<&'a str> {
        let sent = self.stage.correlation().map(Correlation::as_str);
        sent.filter(|_| *self.aftermath != Aftermath::Absent)
    }
}
