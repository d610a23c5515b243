//! Cancelling a deployment and those within it: the root first, then what is nested.

use std::time::Duration;

use futures::{StreamExt, stream};

use super::{
    Context,
    pace::{AT_ONCE, CANCEL_INTERVAL, REPLACED_AFTER, Tolerance},
    retry::{Purpose, Retry},
    watch::{Followed, Watch},
};
use crate::{
    arm::{ArmError, Cause, Correlation, DeploymentId, ProvisioningState, Target},
    event::Event,
};

/// What came of asking Azure to cancel a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cancelling {
    /// Azure agreed.
    Agreed,
    /// It had ended, or another submission has its name.
    Ended,
    /// Azure refused, or cannot cancel such a thing.
    Refused(Vec<Cause>),
    /// What Azure did is not known.
    Unknown {
        /// What was seen last.
        reason: String,
    },
}

/// Asks Azure to cancel `id`, if it is still the submission `ours`, until Azure agrees or refuses, or `limit` has
/// passed. Asking again does no harm.
pub(super) async fn cancel(
    context: Context<'_>,
    retry: &mut Retry<'_>,
    id: &DeploymentId,
    ours: &Correlation,
    limit: Duration,
) -> Cancelling {
    let asking = ask(context, retry, id, ours);
    match context.clock.timeout(limit, asking).await {
        Ok(cancelling) => cancelling,
        Err(_) => unknown(retry),
    }
}

fn unknown(retry: &Retry<'_>) -> Cancelling {
    let outage = retry.outage();
    let reason = outage.map_or("Azure did not answer in time", |outage| outage.reason);
    Cancelling::Unknown {
        reason: reason.to_owned(),
    }
}

async fn ask(
    context: Context<'_>,
    retry: &mut Retry<'_>,
    id: &DeploymentId,
    ours: &Correlation,
) -> Cancelling {
    let (arm, clock) = (context.arm, context.clock);
    let since = clock.elapsed();
    let mut is_unanswered = false;
    loop {
        // Cancelling goes by name: whose deployment has it is asked just before.
        match standing(retry, id, ours, &Tolerance::READ).await {
            Ok(Standing::Running) => {}
            // An earlier request, whose answer was lost, was carried out.
            Ok(Standing::Ended(state)) if is_unanswered && state.is_canceled() => {
                context.events.emit(Event::CancelRequested);
                return Cancelling::Agreed;
            }
            Ok(Standing::Other) if clock.elapsed() - since < REPLACED_AFTER => {
                clock.sleep(CANCEL_INTERVAL).await;
                continue;
            }
            Ok(Standing::Ended(_) | Standing::Other) => return Cancelling::Ended,
            Err(error) if error.is_denied() => return Cancelling::Refused(error.causes()),
            Err(error) => {
                let reason = error.to_string();
                return Cancelling::Unknown { reason };
            }
        }
        let error = match arm.cancel(id).await {
            Ok(()) => {
                retry.succeeded(Purpose::Change);
                context.events.emit(Event::CancelRequested);
                return Cancelling::Agreed;
            }
            Err(error) => error,
        };
        is_unanswered |= !error.was_not_carried_out();
        if retry.may_pass(&error) || error.is_not_found() {
            retry.wait_after(Purpose::Change, &error).await;
            continue;
        }
        retry.succeeded(Purpose::Change);
        // 409 says that it cannot be cancelled; that is right only if it has ended.
        let now = standing(retry, id, ours, &Tolerance::READ).await;
        return match now {
            Ok(Standing::Ended(_)) if error.status() == Some(409) => Cancelling::Ended,
            _ => Cancelling::Refused(error.causes()),
        };
    }
}

/// What has the name of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// Ours, which goes on.
    Running,
    /// Ours, which has ended like this.
    Ended(ProvisioningState),
    /// Another submission, or a stale view of one.
    Other,
}

async fn standing(
    retry: &mut Retry<'_>,
    id: &DeploymentId,
    ours: &Correlation,
    tolerance: &Tolerance,
) -> Result<Standing, ArmError> {
    let target = Target::Deployment(id.clone());
    let found = retry.read(&target, tolerance).await?.value;
    Ok(match found.correlation == *ours {
        false => Standing::Other,
        true if found.state.is_terminal() => Standing::Ended(found.state),
        true => Standing::Running,
    })
}

/// Waits for the end of what Azure agreed to cancel, and for the end of the deployments within it, which Azure cancels
/// later; until then they block the next deployment of their names.
///
/// # Errors
/// What Azure says when the deployment cannot be followed any further.
pub(super) async fn follow_cancelled(
    context: Context<'_>,
    retry: &mut Retry<'_>,
    watch: &mut Watch<'_>,
) -> Result<Followed, ArmError> {
    let ours = watch.ours().clone();
    watch.poll(retry).await?;
    cancel_all(context, watch.active(), &ours).await;
    let followed = watch.follow(retry).await?;
    for id in watch.nested() {
        wait_for_end(context, retry, id, &ours).await;
    }
    Ok(followed)
}

/// Asks Azure once to cancel these nested deployments, which it will also do by itself.
pub(super) async fn cancel_all(
    context: Context<'_>,
    nested: Vec<DeploymentId>,
    ours: &Correlation,
) {
    let asking = nested.into_iter().map(|id| async move {
        let target = Target::Deployment(id.clone());
        let found = context.arm.get(&target).await;
        // A nested deployment shares its root's correlation id.
        if found.is_ok_and(|found| found.value.correlation == *ours) {
            // It may have ended meanwhile.
            let _ = context.arm.cancel(&id).await;
        }
    });
    stream::iter(asking)
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
}

/// Waits until a nested deployment has ended, cancelling it once more in case it began only after the first request.
async fn wait_for_end(
    context: Context<'_>,
    retry: &mut Retry<'_>,
    id: DeploymentId,
    ours: &Correlation,
) {
    let mut is_asked = false;
    loop {
        match standing(retry, &id, ours, &Tolerance::NONE).await {
            Ok(Standing::Running) if !is_asked => {
                is_asked = true;
                // It may have ended meanwhile; the next look tells.
                let _ = context.arm.cancel(&id).await;
            }
            Ok(Standing::Running) => context.clock.sleep(CANCEL_INTERVAL).await,
            // What cannot be read is no reason to fail: the root was cancelled.
            Ok(Standing::Ended(_) | Standing::Other) | Err(_) => return,
        }
    }
}
