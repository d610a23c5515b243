//! A deployment of our name that is running already: ourselves from an earlier run, or somebody else's.

use std::time::Duration;

use super::{
    correlation::is_same_deployment, event::Event, patience::Patience, run::Context,
    submit::Submission,
};
use crate::{
    arm::{ArmError, DeploymentProperties},
    inputs::IfActive,
};

/// Time between two looks whether somebody else's deployment has ended.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Whose deployment it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rival {
    /// This very deployment, submitted by an earlier run: it is ours to follow.
    Ourselves,
    /// Somebody else's; it has ended.
    Gone,
}

/// Finds out whose deployment is running under our name, and waits for its end if it is not ours.
pub(super) async fn meet(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    submission: &Submission,
) -> Result<Rival, ArmError> {
    let mut told = false;
    loop {
        let look = async || context.arm.deployment(&submission.id).await;
        let properties = match patience.persist(ArmError::is_transient, look).await {
            Ok(answer) => answer.value.properties,
            Err(error) if error.is_not_found() => return Ok(Rival::Gone),
            Err(error) => return Err(error),
        };
        if properties.provisioning_state.is_terminal() {
            // Azure may take a moment to notice what it has just told us.
            context.clock.sleep(Duration::from_secs(1)).await;
            return Ok(Rival::Gone);
        }
        if submission.if_active == IfActive::Auto && is_ours(&properties, submission) {
            let correlation_id = properties.correlation_id;
            context.events.emit(Event::Adopted { correlation_id });
            return Ok(Rival::Ourselves);
        }
        if !told {
            told = true;
            context.events.emit(Event::Waiting {
                since: properties.began(),
                correlation_id: properties.correlation_id,
            });
        }
        context.clock.sleep(LOOK_AGAIN).await;
    }
}

fn is_ours(properties: &DeploymentProperties, submission: &Submission) -> bool {
    is_same_deployment(&properties.correlation_id, &submission.correlation_id)
}
