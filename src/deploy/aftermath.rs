//! What became of a deployment whose step was cancelled or killed.

use std::time::Duration;

use super::{
    cancel, correlation::is_same_deployment, patience::Patience, run::Context, watch::Watch,
};
use crate::arm::{ArmError, DeploymentId, ProvisioningState};

/// Time between two looks: there are only minutes.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What became of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aftermath {
    /// It was never submitted.
    Absent,
    /// It has ended.
    Ended(ProvisioningState),
    /// It goes on.
    Running,
    /// That could not be found out.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// Finds out what became of the deployment that was submitted under `correlation_id`, and if it still runs and is to
/// be cancelled, cancels it and waits for its end and for that of the deployments within it.
pub(crate) async fn look_after(
    context: Context<'_>,
    id: &DeploymentId,
    correlation_id: &str,
    is_to_be_cancelled: bool,
) -> Aftermath {
    let mut patience = Patience::new(context);
    let look = async || context.arm.deployment(id).await;
    let properties = match patience.persist(ArmError::is_transient, look).await {
        Ok(answer) => answer.value.properties,
        Err(error) if error.is_not_found() => return Aftermath::Absent,
        Err(error) => return unknown(&error),
    };
    // Its own, or that of an earlier run which the step had taken up.
    if !is_same_deployment(&properties.correlation_id, correlation_id) {
        return Aftermath::Absent;
    }
    if !is_to_be_cancelled {
        let state = properties.provisioning_state;
        return if state.is_terminal() {
            Aftermath::Ended(state)
        } else {
            Aftermath::Running
        };
    }
    let mut watch = Watch::new(context, LOOK_AGAIN, id.clone());
    match cancel::carry_through(context, &mut patience, &mut watch).await {
        Ok(_) => Aftermath::Ended(watch.state().clone()),
        Err(error) => unknown(&error),
    }
}

fn unknown(error: &ArmError) -> Aftermath {
    Aftermath::Unknown {
        reason: error.to_string(),
    }
}
