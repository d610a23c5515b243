//! A deployment or stack as Azure shows it at one moment.

use azure_core::http::RawResponse;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    ArmError, Correlation, Dependencies, DeploymentId, ProvisioningState, Redeployment,
    StackProperties, Target,
    client::{read, unreadable},
    model::Deployment,
    stack::Stack,
};

/// A deployment or stack at one moment. Text from Azure: not to be trusted.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Where it stands; never empty.
    pub(crate) state: ProvisioningState,
    /// Whose submission it is.
    pub(crate) correlation: Correlation,
    /// When it began, where Azure tells that.
    pub(crate) began: Option<Timestamp>,
    /// When it was last touched, which is its end once it has ended; where Azure tells that.
    pub(crate) touched: Option<Timestamp>,
    /// Output name → `{"type": …, "value": …}`; a secure output has no value.
    pub(crate) outputs: Map<String, Value>,
    /// Why it failed: an error tree of either generation.
    pub(crate) error: Value,
    /// What Azure repeats if it fails, if it was asked to.
    pub(crate) rollback: Option<Redeployment>,
    /// Which resources wait for which; `None` for a stack.
    pub(crate) dependencies: Option<Dependencies>,
    /// The same for every deployment of the same template; `None` for a stack, and where Azure does not tell it.
    pub(crate) template_hash: Option<String>,
    /// Whose operations show the progress: the deployment itself, or the one that a stack names.
    pub(crate) progress: Option<DeploymentId>,
    /// What a stack tells besides.
    pub(crate) stack: Option<Box<StackProperties>>,
}

impl Snapshot {
    /// Reads Azure's answer about `target`.
    ///
    /// # Errors
    /// [`ArmError::Unreadable`] if the answer lacks what each of Azure's has: a state and a correlation id.
    pub(super) fn read(target: &Target, answer: &RawResponse) -> Result<Self, ArmError> {
        let snapshot = match target {
            Target::Deployment(id) => Self::of_deployment(id, read(answer)?),
            Target::Stack(_) => Self::of_stack(read(answer)?),
        };
        if snapshot.state.as_str().is_empty() || snapshot.correlation.as_str().is_empty() {
            let reason = "it holds no provisioningState or no correlationId";
            return Err(unreadable(answer, reason));
        }
        Ok(snapshot)
    }

    fn of_deployment(id: &DeploymentId, deployment: Deployment) -> Self {
        let properties = deployment.properties;
        Self {
            began: properties.began(),
            touched: properties.timestamp,
            state: properties.provisioning_state,
            correlation: Correlation::new(properties.correlation_id),
            outputs: properties.outputs,
            error: properties.error,
            rollback: properties.on_error_deployment,
            dependencies: Some(properties.dependencies),
            template_hash: Some(properties.template_hash).filter(|hash| !hash.is_empty()),
            progress: Some(id.clone()),
            stack: None,
        }
    }

    fn of_stack(stack: Stack) -> Self {
        let properties = stack.properties;
        Self {
            began: None,
            touched: None,
            state: properties.provisioning_state.clone(),
            correlation: Correlation::new(properties.correlation_id.clone()),
            outputs: properties.outputs.clone(),
            error: properties.error.clone(),
            rollback: None,
            dependencies: None,
            template_hash: None,
            progress: properties.deployment(),
            stack: Some(Box::new(properties)),
        }
    }
}
