//! A run with a deployment stack: create or update, validate, predict, delete.

mod ahead;
mod create;
mod delete;
mod plan;
mod watch;

use std::cell::Cell;

use tokio::select;
use tokio_util::sync::CancellationToken;

use super::{
    Ending,
    patience::Patience,
    run::{Context, Job, refusal},
    submit::SUBMIT_WITHIN,
};
use crate::{
    arm::{ArmError, StackId, StackProperties, StackResource},
    inputs::{Operation, Request, StackSettings},
};

pub(super) use plan::body;

/// Which stack a run is about, and its settings.
#[derive(Debug)]
pub(crate) struct StackJob {
    id: StackId,
    settings: StackSettings,
}

impl StackJob {
    /// The stack that is asked for, if one is.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let name = request.name.as_deref()?;
        Some(Self {
            id: StackId::new(&request.scope, name),
            settings: request.stack.clone()?,
        })
    }
}

/// What became of a stack's resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackResources {
    /// How many it manages.
    pub managed: usize,
    /// What left it and stays in Azure, by id.
    pub detached: Vec<String>,
    /// What was deleted, by id.
    pub deleted: Vec<String>,
    /// What could not be brought to where it should be, by id.
    pub failed: Vec<String>,
}

impl From<&StackProperties> for StackResources {
    fn from(properties: &StackProperties) -> Self {
        let ids = |resources: &[StackResource]| {
            let ids = resources.iter().map(|each| each.identity().to_owned());
            ids.collect()
        };
        Self {
            managed: properties.resources.len(),
            detached: ids(&properties.detached_resources),
            deleted: ids(&properties.deleted_resources),
            failed: ids(&properties.failed_resources),
        }
    }
}

/// How far a run has come: what its end means for the stack depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    /// The request was sent, and may have been accepted.
    Sent,
    Accepted,
}

/// One run's parts, as its steps need them.
struct Run<'a> {
    context: Context<'a>,
    job: &'a Job,
    stack: &'a StackJob,
    stage: Cell<Stage>,
}

/// Does what `job` asks of `stack`, until that is done, `interrupt` comes, or the time is up. Azure cannot cancel a
/// stack.
pub(super) async fn run(
    context: Context<'_>,
    job: &Job,
    stack: &StackJob,
    interrupt: &CancellationToken,
) -> Ending {
    let run = Run {
        context,
        job,
        stack,
        stage: Cell::new(Stage::Before),
    };
    let mut patience = Patience::new(context);
    let ended = select! {
        biased;
        () = interrupt.cancelled() => {
            return Ending::Cancelled { submitted: run.is_sent(), cancelled: false };
        }
        ended = run.carry_out(&mut patience) => Some(ended),
        () = context.clock.sleep(job.timeout) => None,
    };
    match ended {
        Some(Ok(ending)) => ending,
        Some(Err(error)) => run.failure(error),
        None => run.time_out(&patience),
    }
}

impl Run<'_> {
    async fn carry_out(&self, patience: &mut Patience<'_>) -> Result<Ending, ArmError> {
        if let Some(ending) = self.look_ahead(patience).await? {
            return Ok(ending);
        }
        let submitting = async {
            match self.job.operation {
                Operation::Delete => self.submit_deletion(patience).await,
                Operation::Wait => self.find(patience).await.map(Some),
                _ => self.submit(patience).await.map(Some),
            }
        };
        let submitted = self.context.clock.timeout(SUBMIT_WITHIN, submitting).await;
        let Ok(submitted) = submitted else {
            return Err(patience.give_up());
        };
        let Some(submitted) = submitted? else {
            return Ok(Ending::Succeeded);
        };
        self.stage.set(Stage::Accepted);
        if !self.job.wait {
            return Ok(Ending::Detached);
        }
        match self.job.operation {
            Operation::Delete => self.follow_deletion(submitted, patience).await,
            _ => self.follow(submitted, patience).await,
        }
    }

    fn is_sent(&self) -> bool {
        self.stage.get() != Stage::Before
    }

    fn failure(&self, error: ArmError) -> Ending {
        match error {
            ArmError::SignIn(error) => Ending::SignInFailed {
                message: error.to_string(),
                submitted: self.is_sent(),
            },
            error if self.stage.get() == Stage::Accepted => Ending::Failed {
                causes: error.causes(),
            },
            error if error.is_transient() => Ending::Unreachable {
                reason: error.to_string(),
                submitted: self.is_sent(),
            },
            error => refusal(error),
        }
    }

    fn unreachable(&self, patience: &Patience<'_>) -> Ending {
        Ending::Unreachable {
            reason: patience.reason().unwrap_or("no answer").to_owned(),
            submitted: self.is_sent(),
        }
    }

    fn time_out(&self, patience: &Patience<'_>) -> Ending {
        if patience.reason().is_some() {
            return self.unreachable(patience);
        }
        Ending::TimedOut {
            after: self.job.timeout,
            submitted: self.is_sent(),
            cancelled: false,
        }
    }
}
