//! What a step leaves for its post step, in the runner's state. Never a secret.

use std::sync::{Mutex, PoisonError};

use crate::{
    arm::{Correlation, Target},
    deploy::{Ledger, Stage},
    event::{Event, Events},
    host::{FileError, Runner},
    inputs::Environment,
};

const ID: &str = "deployment-id";
const CORRELATION_ID: &str = "correlation-id";
const STAGE: &str = "stage";
const ENDED: &str = "ended";

const SENT: &str = "sent";
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "refused";

/// The submission of a step that did not end by itself, as its post step finds it.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The deployment or stack.
    pub(super) target: Target,
    /// What Azure had of it.
    pub(super) stage: Stage,
}

impl State {
    /// What the main step saved; `None` if it sent nothing, or ended by itself.
    pub(super) fn saved(environment: &Environment) -> Option<Self> {
        let saved = |name: &str| environment.get(&format!("STATE_{name}"));
        if saved(ENDED).is_some() {
            return None;
        }
        let correlation = Correlation::new(saved(CORRELATION_ID)?);
        Some(Self {
            target: Target::from_id(saved(ID)?),
            stage: match saved(STAGE)? {
                SENT => Stage::Sent(correlation),
                ACCEPTED => Stage::Ours(correlation),
                _ => return None,
            },
        })
    }

    /// Saves that the step ended by itself, so that the post step has nothing to do.
    ///
    /// # Errors
    /// When the runner's file cannot be written.
    pub(super) fn save_end(runner: &Runner) -> Result<(), FileError> {
        runner.save_state(ENDED, "true")
    }
}

/// Saves each stage of a submission when it is entered, so that the post step knows it whatever ends the step.
pub(super) struct SavedStage {
    runner: Runner,
    events: Events,
    target: Target,
    /// The stage and correlation id that were saved last.
    last: Mutex<Option<(&'static str, String)>>,
}

impl SavedStage {
    pub(super) fn new(runner: Runner, events: Events, target: Target) -> Self {
        Self {
            runner,
            events,
            target,
            last: Mutex::default(),
        }
    }

    fn write(&self, stage: &str, correlation: &str) -> Result<(), FileError> {
        self.runner.save_state(ID, self.target.as_str())?;
        self.runner.save_state(CORRELATION_ID, correlation)?;
        self.runner.save_state(STAGE, stage)
    }
}

impl Ledger for SavedStage {
    fn save(&self, stage: &Stage) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = match stage {
            Stage::Sent(correlation) => (SENT, correlation.to_string()),
            Stage::Ours(correlation) => (ACCEPTED, correlation.to_string()),
            Stage::Before => match last.as_ref() {
                Some((_, correlation)) => (REFUSED, correlation.clone()),
                None => return,
            },
        };
        if last.as_ref() == Some(&saved) {
            return;
        }
        if let Err(error) = self.write(saved.0, &saved.1) {
            self.events.emit(Event::Warned {
                message: error.to_string(),
            });
        }
        *last = Some(saved);
    }
}
