//! What a step leaves for its post step, in the runner's state. Never a secret.

use crate::{
    arm::DeploymentId,
    host::{FileError, Runner},
    inputs::Environment,
};

const ID: &str = "deployment-id";
const CORRELATION_ID: &str = "correlation-id";
const ENDED: &str = "ended";

/// The deployment of a step, as its post step finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// What the step was about to deploy.
    pub(super) id: DeploymentId,
    /// Under which correlation id.
    pub(super) correlation_id: String,
    /// Whether the step ended by itself.
    pub(super) ended: bool,
}

impl State {
    /// What the main step saved; `None` if it never came so far.
    pub(super) fn saved(environment: &Environment) -> Option<Self> {
        let saved = |name: &str| environment.get(&format!("STATE_{name}"));
        Some(Self {
            id: DeploymentId::from_target(saved(ID)?),
            correlation_id: saved(CORRELATION_ID)?.to_owned(),
            ended: saved(ENDED).is_some(),
        })
    }

    /// Saves what is about to be deployed; to be called before it is.
    ///
    /// # Errors
    /// When the runner's file cannot be written.
    pub(super) fn save(
        runner: &Runner,
        id: &DeploymentId,
        correlation_id: &str,
    ) -> Result<(), FileError> {
        runner.save_state(ID, id.as_str())?;
        runner.save_state(CORRELATION_ID, correlation_id)
    }

    /// Saves that the step ended by itself, so that the post step has nothing to do.
    ///
    /// # Errors
    /// When the runner's file cannot be written.
    pub(super) fn save_end(runner: &Runner) -> Result<(), FileError> {
        runner.save_state(ENDED, "true")
    }
}
