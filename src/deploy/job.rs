//! What is asked of a run.

use std::time::Duration;

use azure_core::Bytes;
use serde_json::{Value, json};

use super::guard::Guard;
use crate::{
    arm::{ChangeType, Correlation, DeploymentId, StackId, Target},
    inputs::{IfActive, OnStop, ResultFormat, WhatIfInputs},
};

/// What a run is to do.
#[derive(Debug)]
pub(crate) struct Job {
    /// The deployment or stack.
    pub(crate) target: Target,
    pub(crate) task: Task,
    /// Whether to follow it to its end.
    pub(crate) wait: bool,
    /// Longest time between two polls.
    pub(crate) poll_interval: Duration,
    /// How long the whole step may take, sign-in and what-if included.
    pub(crate) timeout: Duration,
    pub(crate) on_timeout: OnStop,
    pub(crate) on_cancel: OnStop,
}

/// What is done with the deployment or stack.
#[derive(Debug)]
pub(crate) enum Task {
    /// It is submitted, if the what-if before allows it.
    Create {
        submission: Submission,
        what_if: Option<WhatIfRequest>,
    },
    /// Azure checks whether it could be submitted.
    Validate(Submission),
    /// Azure predicts what it would change.
    WhatIf(WhatIfRequest),
    /// The stack is deleted.
    Delete(StackId, DeletionRequest),
    /// One that another step submitted is followed.
    Wait,
    /// A deployment that another step submitted is cancelled; Azure cannot cancel a stack.
    Cancel(DeploymentId),
}

/// What is sent, and under which identity of its own.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    /// The body, as sent. May hold secrets.
    pub(crate) body: Bytes,
    /// Ours alone: by it we know our deployment again.
    pub(crate) correlation: Correlation,
    /// What to do if a deployment of this name is running.
    pub(crate) if_active: IfActive,
}

/// A what-if to make.
#[derive(Debug)]
pub(crate) struct WhatIfRequest {
    /// The body, as sent. May hold secrets.
    pub(super) body: Bytes,
    /// Makes the names of a stack's what-ifs unique.
    pub(super) correlation: Correlation,
    pub(super) excluded: Vec<ChangeType>,
    pub(super) guard: Guard,
    /// Whether to ask which properties change, where Azure tells them apart.
    pub(super) with_properties: bool,
}

impl WhatIfRequest {
    /// The what-if of what would be submitted.
    ///
    /// # Errors
    /// Only if the submission is not JSON, which would be a bug.
    pub(crate) fn new(
        target: &Target,
        submission: &Submission,
        inputs: &WhatIfInputs,
    ) -> serde_json::Result<Self> {
        let mut body: Value = serde_json::from_slice(&submission.body)?;
        let properties = &mut body["properties"];
        match target {
            Target::Deployment(_) => {
                properties["whatIfSettings"] = json!({"resultFormat": inputs.format.as_str()});
            }
            Target::Stack(id) => {
                properties["deploymentStackResourceId"] = id.as_str().into();
                properties["retentionInterval"] = WHAT_IF_KEPT.into();
            }
        }
        Ok(Self {
            body: Bytes::from(serde_json::to_vec(&body)?),
            correlation: submission.correlation.clone(),
            excluded: inputs.excluded.clone(),
            guard: Guard {
                forbidden: inputs.forbidden.clone(),
                allows_incomplete: inputs.allows_incomplete,
            },
            with_properties: inputs.format == ResultFormat::Full,
        })
    }
}

/// How long Azure keeps a what-if of a stack that we could not delete.
const WHAT_IF_KEPT: &str = "P1D";

/// The deletion of a stack.
#[derive(Debug)]
pub(crate) struct DeletionRequest {
    /// What becomes of the stack's resources, as pairs of the query.
    pub(crate) query: Vec<(&'static str, &'static str)>,
    /// The deletion's own id.
    pub(crate) correlation: Correlation,
}
