//! Submitting a deployment exactly once, even when Azure's answer is lost.

use std::time::Duration;

use azure_core::Bytes;

use super::{
    event::Event,
    patience::Patience,
    rival::{self, Rival},
    run::Context,
};
use crate::{
    arm::{ArmError, Cause, DeploymentId},
    inputs::IfActive,
};

/// Azure's code of a refusal because a deployment of this name is running.
const ACTIVE: &str = "DeploymentActive";
/// How long Azure may be out of reach before anything is known to be submitted.
pub(super) const SUBMIT_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How long an accepted deployment may stay invisible to `GET`.
const VISIBLE_WITHIN: Duration = Duration::from_secs(60);
/// Time between two looks for a deployment whose acceptance is not certain.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is sent, and under which identity of its own.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) id: DeploymentId,
    /// The body, as sent. May hold secrets.
    pub(crate) body: Bytes,
    /// Ours alone: by it we know our deployment again.
    pub(crate) correlation_id: String,
    /// What to do if a deployment of this name is running.
    pub(crate) if_active: IfActive,
}

/// Submits, and tells that Azure accepted it; or takes up a deployment that is this very one.
///
/// # Errors
/// Azure's refusal, or what was seen last when Azure is out of reach for too long.
pub(crate) async fn submit(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    submission: &Submission,
) -> Result<(), ArmError> {
    loop {
        let sending = send(context, patience, submission);
        let sent = context.clock.timeout(SUBMIT_WITHIN, sending).await;
        let Ok(sent) = sent else {
            return Err(patience.give_up());
        };
        patience.relax();
        match sent {
            Ok(recovered) => {
                let correlation_id = submission.correlation_id.clone();
                context.events.emit(Event::Submitted {
                    correlation_id,
                    recovered,
                });
                return Ok(());
            }
            Err(error) if is_active(&error) && submission.if_active != IfActive::Fail => {
                if rival::meet(context, patience, submission).await? == Rival::Ourselves {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Sends the deployment until it is accepted; true if that was found out by asking. A lost answer is settled by a
/// `GET`, never by a second blind `PUT`.
async fn send(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    submission: &Submission,
) -> Result<bool, ArmError> {
    let Submission {
        id,
        body,
        correlation_id,
        ..
    } = submission;
    let mut uncertain = false;
    loop {
        let answer = context.arm.put_deployment(id, body.clone(), correlation_id);
        let error = match answer.await {
            Ok(_) => return Ok(false),
            Err(error) if uncertain && is_ours(&error, correlation_id) => return Ok(true),
            Err(error) if error.is_transient() => error,
            Err(error) => return Err(error),
        };
        patience.bear(&error).await;
        if !error.is_throttled() {
            uncertain = true;
            if is_there(context, patience, submission).await? {
                return Ok(true);
            }
        }
    }
}

/// Whether the deployment that we may have submitted exists, by its correlation id.
async fn is_there(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    submission: &Submission,
) -> Result<bool, ArmError> {
    let Context { arm, clock, .. } = context;
    let since = clock.elapsed();
    loop {
        let look = async || arm.deployment(&submission.id).await;
        match patience.persist(ArmError::is_transient, look).await {
            Ok(answer) if answer.value.properties.correlation_id == submission.correlation_id => {
                return Ok(true);
            }
            // Somebody's earlier deployment of this name. Ours may not be visible yet.
            Ok(_) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        if clock.elapsed() - since > VISIBLE_WITHIN {
            return Ok(false);
        }
        clock.sleep(LOOK_AGAIN).await;
    }
}

/// Whether the deployment was refused because one of its name is running.
fn is_active(error: &ArmError) -> bool {
    error.status() == Some(409) && error.causes().iter().any(|cause| cause.code == ACTIVE)
}

/// Whether a second `PUT` was refused because the first one, whose answer was lost, is running.
fn is_ours(error: &ArmError, correlation_id: &str) -> bool {
    let quotes = |cause: &Cause| cause.message.contains(correlation_id);
    is_active(error) && error.causes().iter().any(quotes)
}
