//! One run: submit, follow, and end well whatever happens.

use std::time::Duration;

use tokio::select;
use tokio_util::sync::CancellationToken;

use super::{
    Ending,
    event::{Event, Events},
    patience::Patience,
    submit::{Submission, submit},
    watch::Watch,
};
use crate::{
    arm::{Arm, ArmError, DeploymentId},
    clock::Clock,
    inputs::Fate,
};

/// How long Azure may be out of reach before anything is known to be submitted.
const SUBMIT_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How long a request to cancel may take, when a cancelled workflow gives us seconds.
const CANCEL_WITHIN: Duration = Duration::from_secs(4);
/// How long a deployment that we cancelled is followed to its end.
const FOLLOW_CANCEL: Duration = Duration::from_secs(10 * 60);

/// What a run is to do.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) submission: Submission,
    /// Whether to follow the deployment.
    pub(crate) wait: bool,
    /// Longest time between two looks.
    pub(crate) poll_interval: Duration,
    /// How long to follow, from the submission on.
    pub(crate) timeout: Duration,
    pub(crate) on_timeout: Fate,
    pub(crate) on_cancel: Fate,
}

/// What every part of a run needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) arm: &'a Arm,
    pub(crate) clock: &'a Clock,
    pub(crate) events: &'a Events,
}

/// Why a run stops.
enum Stop {
    Ended(Ending),
    Interrupted,
    TimedOut,
}

/// Submits the deployment and follows it until it ends, `interrupt` comes, or the time is up.
pub(crate) async fn run(context: Context<'_>, job: &Job, interrupt: &CancellationToken) -> Ending {
    let mut patience = Patience::new(context);
    let mut watch = Watch::new(context, job.poll_interval, job.submission.id.clone());
    let stop = select! {
        biased;
        () = interrupt.cancelled() => Stop::Interrupted,
        ending = drive(context, job, &mut patience, &mut watch) => Stop::Ended(ending),
        () = context.clock.sleep(job.timeout) => Stop::TimedOut,
    };
    patience.close();
    match stop {
        Stop::Ended(ending) => ending,
        Stop::Interrupted => {
            let cancelled = job.on_cancel == Fate::Cancel && cancel(context, &watch.active()).await;
            Ending::Cancelled {
                submitted: true,
                cancelled,
            }
        }
        Stop::TimedOut => time_out(context, job, patience, watch).await,
    }
}

async fn drive(
    context: Context<'_>,
    job: &Job,
    patience: &mut Patience<'_>,
    watch: &mut Watch<'_>,
) -> Ending {
    let submitting = submit(context, patience, &job.submission);
    match context.clock.timeout(SUBMIT_WITHIN, submitting).await {
        Ok(Ok(())) if !job.wait => return Ending::Detached,
        Ok(Ok(())) => {}
        Ok(Err(error)) => return refusal(error),
        Err(_) => return unreachable(patience),
    }
    match watch.follow(patience).await {
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

fn refusal(error: ArmError) -> Ending {
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
        error => Ending::Refused {
            causes: error.causes(),
        },
    }
}

fn unreachable(patience: &Patience<'_>) -> Ending {
    Ending::Unreachable {
        reason: patience.reason().unwrap_or("no answer").to_owned(),
        submitted: true,
    }
}

async fn time_out(
    context: Context<'_>,
    job: &Job,
    mut patience: Patience<'_>,
    mut watch: Watch<'_>,
) -> Ending {
    if patience.is_outage() {
        return unreachable(&patience);
    }
    let cancelled = job.on_timeout == Fate::Cancel && cancel(context, &watch.active()).await;
    if cancelled {
        // What it comes to is told as events; the run has timed out either way.
        let _ = context
            .clock
            .timeout(FOLLOW_CANCEL, watch.follow(&mut patience))
            .await;
        patience.close();
    }
    Ending::TimedOut {
        after: job.timeout,
        cancelled,
    }
}

/// Asks Azure to cancel these deployments, the outermost first; true if it agreed for that one.
async fn cancel(context: Context<'_>, deployments: &[DeploymentId]) -> bool {
    let Context { arm, clock, events } = context;
    let asking = futures::future::join_all(deployments.iter().map(|id| arm.cancel(id)));
    let Ok(answers) = clock.timeout(CANCEL_WITHIN, asking).await else {
        return warn(events, "Azure did not answer the request to cancel in time");
    };
    match answers.first() {
        Some(Ok(())) => {
            events.emit(Event::CancelRequested);
            true
        }
        Some(Err(error)) => warn(
            events,
            &format!("the deployment could not be cancelled: {error}"),
        ),
        None => false,
    }
}

fn warn(events: &Events, message: &str) -> bool {
    let message = message.to_owned();
    events.emit(Event::Warned { message });
    false
}
