//! What became of a deployment whose step was cancelled or killed.

use super::{
    Context, Stage,
    cancel::{Cancelling, cancel, follow_cancelled},
    pace::{CANCEL_INTERVAL, REPLACED_AFTER, SETTLE_INTERVAL, SETTLED_WITHIN, SUBMIT_WITHIN},
    retry::Retry,
    stage::Ours,
    watch::{Followed, Watch},
};
use crate::{
    arm::{ArmError, Cause, Correlation, ProvisioningState, Snapshot, Target},
    inputs::OnStop,
};

/// What became of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aftermath {
    /// Azure does not have it.
    Absent,
    /// Another submission has its name, so it has ended.
    Replaced,
    /// It has ended.
    Ended(ProvisioningState),
    /// It and those within it have ended, because it was cancelled now.
    Cancelled(ProvisioningState),
    /// It goes on.
    Running,
    /// It goes on, because Azure refused to cancel it.
    CancelRefused(Vec<Cause>),
    /// That could not be found out.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// Finds out what became of a submission, and if it still runs and is to be cancelled, cancels it and waits for its end
/// and for that of the deployments within it. A stack cannot be cancelled.
pub(crate) async fn look_after(
    context: Context<'_>,
    target: &Target,
    stage: &Stage,
    on_cancel: OnStop,
) -> Aftermath {
    let (Stage::Sent(ours) | Stage::Ours(ours)) = stage else {
        return Aftermath::Absent;
    };
    let mut retry = Retry::new(context, CANCEL_INTERVAL);
    let found = match find(context, &mut retry, target, ours).await {
        Ok(Found::Ours(found)) => found,
        Ok(Found::Other) => return Aftermath::Replaced,
        Ok(Found::Nothing) => return Aftermath::Absent,
        Err(error) => return unknown(&error),
    };
    let is_over = found.state.is_terminal();
    if is_over {
        context.tell_times(&found);
    }
    match target {
        // What is nested in a cancelled deployment may still be running.
        _ if is_over && !(found.state.is_canceled() && on_cancel == OnStop::Cancel) => {
            Aftermath::Ended(found.state)
        }
        Target::Deployment(id) if on_cancel == OnStop::Cancel => {
            let mut watch = Watch::new(
                context,
                CANCEL_INTERVAL,
                target.clone(),
                Ours::shown(ours.clone()),
                None,
            );
            let cancelling = if is_over {
                Cancelling::Agreed
            } else {
                cancel(context, &mut retry, id, ours, SUBMIT_WITHIN).await
            };
            match cancelling {
                Cancelling::Agreed => {
                    let followed = follow_cancelled(context, &mut retry, &mut watch).await;
                    ended(context, followed, Aftermath::Cancelled)
                }
                Cancelling::Ended => {
                    let followed = watch.follow(&mut retry).await;
                    ended(context, followed, Aftermath::Ended)
                }
                Cancelling::Refused(causes) => Aftermath::CancelRefused(causes),
                Cancelling::Unknown { reason } => Aftermath::Unknown { reason },
            }
        }
        _ => Aftermath::Running,
    }
}

fn ended(
    context: Context<'_>,
    followed: Result<Followed, ArmError>,
    aftermath: impl FnOnce(ProvisioningState) -> Aftermath,
) -> Aftermath {
    match followed {
        Ok(Followed::Ended(end)) => {
            context.tell_times(&end);
            aftermath(end.state)
        }
        Ok(Followed::Replaced { .. }) => Aftermath::Replaced,
        Err(error) => unknown(&error),
    }
}

enum Found {
    Ours(Box<Snapshot>),
    Other,
    Nothing,
}

/// Looks for a submission, which may not be visible yet.
async fn find(
    context: Context<'_>,
    retry: &mut Retry<'_>,
    target: &Target,
    ours: &Correlation,
) -> Result<Found, ArmError> {
    let clock = context.clock;
    let since = clock.elapsed();
    loop {
        let (found, limit) = match retry.read_if_any(target).await? {
            Some(found) if found.correlation == *ours => return Ok(Found::Ours(Box::new(found))),
            Some(_) => (Found::Other, REPLACED_AFTER),
            None => (Found::Nothing, SETTLED_WITHIN),
        };
        if clock.elapsed() - since >= limit {
            return Ok(found);
        }
        clock.sleep(SETTLE_INTERVAL).await;
    }
}

fn unknown(error: &ArmError) -> Aftermath {
    Aftermath::Unknown {
        reason: error.to_string(),
    }
}
