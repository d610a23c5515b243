//! One run: submit, follow, and end well whatever happens.

use std::time::Duration;

use tokio::select;
use tokio_util::sync::CancellationToken;

use super::{
    Ending, cancel,
    event::{Event, Events},
    patience::Patience,
    preview::{Preview, look_ahead},
    stack::{self, StackJob},
    submit::{Submission, submit},
    watch::Watch,
};
use crate::{
    arm::{Arm, ArmError},
    clock::Clock,
    inputs::{OnStop, Operation},
};

/// How long a deployment that we cancelled is followed to its end.
const FOLLOW_CANCEL: Duration = Duration::from_secs(10 * 60);
/// How long we look whether the deployment is ours, when a cancelled workflow gives us seconds.
const LOOK_WITHIN: Duration = Duration::from_secs(2);

/// What a run is to do.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) operation: Operation,
    /// The what-if to make first, or alone.
    pub(crate) preview: Option<Preview>,
    pub(crate) submission: Submission,
    /// The stack, if it is one.
    pub(crate) stack: Option<StackJob>,
    /// Whether to follow the deployment.
    pub(crate) wait: bool,
    /// Longest time between two looks.
    pub(crate) poll_interval: Duration,
    /// How long to follow, from the submission on.
    pub(crate) timeout: Duration,
    pub(crate) on_timeout: OnStop,
    pub(crate) on_cancel: OnStop,
}

/// What every part of a run needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) arm: &'a Arm,
    pub(crate) clock: &'a Clock,
    pub(crate) events: &'a Events,
}

/// Why a run stops before its end.
enum Stop {
    Interrupted,
    TimedOut,
}

/// Does what is asked before the submission; then submits the deployment and follows it until it ends, `interrupt`
/// comes, or the time is up.
pub(crate) async fn run(context: Context<'_>, job: &Job, interrupt: &CancellationToken) -> Ending {
    if let Some(stack) = &job.stack {
        return stack::run(context, job, stack, interrupt).await;
    }
    if let Some(ending) = look_ahead(context, job, interrupt).await {
        return ending;
    }
    let mut patience = Patience::new(context);
    let mut watch = Watch::new(context, job.poll_interval, job.submission.id.clone());
    let mut is_ours = false;
    let stop = select! {
        biased;
        () = interrupt.cancelled() => Stop::Interrupted,
        ending = drive(context, job, &mut patience, &mut watch, &mut is_ours) => return ending,
        () = context.clock.sleep(job.timeout) => Stop::TimedOut,
    };
    patience.close();
    // The stop may have come between the submission and its answer.
    let submitted = is_ours || was_accepted(context, &job.submission).await;
    match stop {
        Stop::Interrupted => {
            let cancel = submitted && job.on_cancel == OnStop::Cancel;
            let cancelled = cancel && cancel::request(context, &watch.active()).await;
            Ending::Cancelled {
                submitted,
                cancelled,
            }
        }
        Stop::TimedOut => time_out(context, job, submitted, patience, watch).await,
    }
}

async fn drive(
    context: Context<'_>,
    job: &Job,
    patience: &mut Patience<'_>,
    watch: &mut Watch<'_>,
    is_ours: &mut bool,
) -> Ending {
    let begun = match job.operation {
        Operation::Wait | Operation::Cancel => find(context, patience, &job.submission).await,
        _ => submit(context, patience, &job.submission).await,
    };
    match begun {
        Ok(()) if !job.wait && job.operation == Operation::Create => return Ending::Detached,
        Ok(()) => *is_ours = true,
        Err(error) => return refusal(error),
    }
    let ended = match job.operation {
        Operation::Cancel => cancel::carry_through(context, patience, watch)
            .await
            .map(|_| Ending::Stopped),
        _ => watch.follow(patience).await,
    };
    match ended {
        Ok(ending) => ending,
        Err(ArmError::SignIn(error)) => Ending::SignInFailed {
            message: error.to_string(),
            submitted: true,
        },
        Err(error) => Ending::Failed {
            causes: error.causes(),
        },
    }
}

/// Finds the deployment that another step submitted.
async fn find(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    submission: &Submission,
) -> Result<(), ArmError> {
    let look = async || context.arm.deployment(&submission.id).await;
    let found = patience.persist(ArmError::is_transient, look).await?;
    let properties = found.value.properties;
    context.events.emit(Event::Found {
        since: properties.began(),
        correlation_id: properties.correlation_id,
    });
    Ok(())
}

/// Whether a deployment exists that carries our correlation id.
async fn was_accepted(context: Context<'_>, submission: &Submission) -> bool {
    let looking = context.arm.deployment(&submission.id);
    let found = context.clock.timeout(LOOK_WITHIN, looking).await;
    matches!(found, Ok(Ok(answer)) if answer.value.properties.correlation_id == submission.correlation_id)
}

pub(super) fn refusal(error: ArmError) -> Ending {
    match error {
        ArmError::SignIn(error) => Ending::SignInFailed {
            message: error.to_string(),
            submitted: false,
        },
        // Azure does not take our token, however fresh.
        ArmError::Refused { status: 401, .. } => {
            let causes = error.causes();
            let lines: Vec<_> = causes
                .iter()
                .map(|cause| format!("{} {}", cause.code, cause.message))
                .collect();
            Ending::SignInFailed {
                message: format!(
                    "Azure Resource Manager refuses the token: {}",
                    lines.join("; ")
                ),
                submitted: false,
            }
        }
        error if error.is_transient() => Ending::Unreachable {
            reason: error.to_string(),
            submitted: true,
        },
        error => Ending::Refused {
            causes: error.causes(),
        },
    }
}

async fn time_out(
    context: Context<'_>,
    job: &Job,
    submitted: bool,
    mut patience: Patience<'_>,
    mut watch: Watch<'_>,
) -> Ending {
    if patience.is_outage()
        && let Some(reason) = patience.reason()
    {
        return Ending::Unreachable {
            reason: reason.to_owned(),
            submitted,
        };
    }
    let cancelled = submitted && job.on_timeout == OnStop::Cancel;
    if cancelled {
        let cancelling = cancel::carry_through(context, &mut patience, &mut watch);
        // What it comes to is told as events; the run has timed out either way.
        let _ = context.clock.timeout(FOLLOW_CANCEL, cancelling).await;
        patience.close();
    }
    Ending::TimedOut {
        after: job.timeout,
        submitted,
        cancelled,
    }
}
