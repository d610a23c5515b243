//! Entry points of the benchmarks for what is reported.

mod ahead;

use std::{io, time::Duration};

use super::{Reporter, Settings, record::Record, summary};
use crate::{
    arm::benching::Causes,
    clock::Clock,
    deploy::benching::Changes,
    event::{Ending, Event},
    host::{Context, Runner, SummaryForm},
};

pub use self::ahead::Ahead;

/// A run in which resources end at once.
#[derive(Clone, Debug)]
pub struct Run {
    progress: Event,
    ending: Event,
}

/// The log of a run, written to nowhere.
#[derive(Debug)]
pub struct Log(Reporter);

impl Run {
    /// A run with these resources, which fails if there are causes.
    #[must_use]
    pub fn new(changes: Changes, causes: Causes) -> Self {
        let count = changes.count();
        let ending = match causes.count() {
            0 => Ending::Succeeded,
            _ => Ending::Failed { causes: causes.0 },
        };
        Self {
            progress: Event::Progressed {
                changed: changes.0,
                done: count,
                known: count,
            },
            ending: Event::Ended(ending),
        }
    }

    /// The step summary.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut record = Record::default();
        record.observe(&self.progress, Duration::from_secs(3_600));
        record.observe(&self.ending, Duration::from_secs(3_600));
        summary::summary(&record, &[], &Context::default(), SummaryForm::GITHUB)
    }
}

impl Default for Log {
    fn default() -> Self {
        let on_github = |name: &str| (name == "GITHUB_ACTIONS").then(|| "true".to_owned());
        let runner = Runner::new(&on_github, io::sink(), false);
        Self(Reporter::new(runner, Clock::new(1), Settings::default()))
    }
}

impl Log {
    /// Writes the lines of a run.
    pub fn write(&mut self, run: &Run) {
        self.0.observe(&run.progress);
        self.0.observe(&run.ending);
    }
}
