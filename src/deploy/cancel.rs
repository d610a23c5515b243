//! Cancelling a deployment and those within it.

use std::time::Duration;

use futures::future::join_all;

use super::{Ending, event::Event, patience::Patience, run::Context, watch::Watch};
use crate::arm::{ArmError, DeploymentId};

/// How long a request to cancel may take, when a cancelled workflow gives us seconds.
const CANCEL_WITHIN: Duration = Duration::from_secs(4);
/// Time between two looks at a deployment that is being cancelled.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Asks Azure to cancel these deployments, the outermost first; true if it agreed for that one. They are still
/// running when this returns.
pub(crate) async fn request(context: Context<'_>, deployments: &[DeploymentId]) -> bool {
    let asking = join_all(deployments.iter().map(|id| context.arm.cancel(id)));
    let Ok(answers) = context.clock.timeout(CANCEL_WITHIN, asking).await else {
        return warn(
            context,
            "Azure did not answer the request to cancel in time",
        );
    };
    match answers.first() {
        Some(Ok(())) => {
            context.events.emit(Event::CancelRequested);
            true
        }
        Some(Err(error)) if error.status() == Some(409) => warn(
            context,
            "the deployment could not be cancelled: it has just ended",
        ),
        Some(Err(error)) => warn(
            context,
            &format!("the deployment could not be cancelled: {error}"),
        ),
        None => false,
    }
}

/// Cancels what `watch` follows, and waits for its end and for the end of the deployments within it, which Azure
/// cancels later; until then they block the next deployment of their names.
///
/// # Errors
/// What Azure says when the deployment cannot be followed any further.
pub(crate) async fn carry_through(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    watch: &mut Watch<'_>,
) -> Result<Ending, ArmError> {
    watch.look(patience).await?;
    if !watch.state().is_terminal() {
        request(context, &watch.active()).await;
    }
    let ending = watch.follow(patience).await?;
    for id in watch.nested() {
        outlast(context, patience, &id).await?;
    }
    Ok(ending)
}

/// Waits until a nested deployment has ended, cancelling it once more in case it began only after the first request.
async fn outlast(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    id: &DeploymentId,
) -> Result<(), ArmError> {
    let mut asked = false;
    loop {
        let look = async || context.arm.deployment(id).await;
        match patience.persist(ArmError::is_transient, look).await {
            Ok(answer) if answer.value.properties.provisioning_state.is_terminal() => return Ok(()),
            Ok(_) if !asked => {
                asked = true;
                // It may have ended meanwhile; the next look tells.
                let _ = context.arm.cancel(id).await;
            }
            Ok(_) => context.clock.sleep(LOOK_AGAIN).await,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

fn warn(context: Context<'_>, message: &str) -> bool {
    let message = message.to_owned();
    context.events.emit(Event::Warned { message });
    false
}
