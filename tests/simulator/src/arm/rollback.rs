//! What Resource Manager repeats when a deployment fails (`onErrorDeployment`).
//!
//! The earlier deployment runs again in the mode Complete, whatever its mode was; the one that failed stays failed and
//! shows how the other one stands. Whether a deployment without an earlier one is refused at once is a guess.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    error::ArmError,
    scope::Scope,
    store::{Deployments, Found},
};
use crate::{
    plan::{DeploymentPlan, timeline::State},
    world::{World, lock},
};

/// From the end of the deployment that failed to the beginning of the other one.
const PAUSE: Duration = Duration::from_secs(5);

/// A wish to repeat something.
#[derive(Debug, Clone)]
pub(crate) struct OnError {
    /// What was asked for.
    asked: Value,
    /// What is repeated.
    plan: DeploymentPlan,
    /// Where the repetition is among all submissions, once it has begun.
    repeated: Option<usize>,
}

/// What is to be repeated, if anything is asked for.
pub(crate) fn find(
    properties: &Value,
    scope: &Scope,
    deployments: &Deployments,
    now: Duration,
) -> Result<Option<OnError>, ArmError> {
    let asked = &properties["onErrorDeployment"];
    if asked.is_null() {
        return Ok(None);
    }
    if !matches!(scope, Scope::ResourceGroup { .. }) {
        return Err(ArmError::bad_request(
            "InvalidDeployment",
            "The 'onErrorDeployment' property is only supported at resource group scope.",
        ));
    }
    let name = asked["deploymentName"].as_str();
    let named = |found: &Found<'_>| match asked["type"].as_str() {
        Some("LastSuccessful") => true,
        _ => name.is_some_and(|name| found.plan.name.eq_ignore_ascii_case(name)),
    };
    let all = deployments.list(scope, now).into_iter();
    let mut roots = all.filter(|found| std::ptr::eq(found.plan, &raw const found.root.plan));
    let earlier = roots.find(|found| named(found) && found.state(now) == State::Succeeded);
    let Some(earlier) = earlier else {
        let what = name.unwrap_or("LastSuccessful");
        return Err(ArmError::bad_request(
            "OnErrorDeploymentNotFound",
            format!(
                "No successful deployment '{what}' was found in the history of the resource group."
            ),
        ));
    };
    Ok(Some(OnError {
        asked: asked.clone(),
        plan: DeploymentPlan {
            mode: "Complete".to_owned(),
            ..earlier.plan.clone()
        },
        repeated: None,
    }))
}

/// Begins the repetitions whose time has come, at the very moment it came.
pub(crate) fn settle(world: &World) {
    let now = world.clock.elapsed();
    let mut deployments = lock(&world.deployments);
    let due: Vec<usize> = (0..deployments.roots().len())
        .filter(|at| {
            let root = &deployments.roots()[*at];
            let is_failed = root.timeline.end_state == State::Failed;
            let is_open = root
                .on_error
                .as_ref()
                .is_some_and(|own| own.repeated.is_none());
            is_failed && is_open && root.timeline.end + PAUSE <= now
        })
        .collect();
    for at in due {
        deployments.repeat(at, PAUSE, &world.options);
    }
}

impl OnError {
    /// What is repeated, and the mark that it is.
    pub(crate) fn begin(&mut self, at: usize) -> DeploymentPlan {
        self.repeated = Some(at);
        self.plan.clone()
    }

    /// `onErrorDeployment`, as the deployment that asked for it shows it.
    pub(crate) fn show(&self, deployments: &Deployments, now: Duration) -> Value {
        let mut shown = self.asked.clone();
        if let Some(root) = self.repeated.map(|at| &deployments.roots()[at]) {
            shown["deploymentName"] = json!(self.plan.name);
            shown["provisioningState"] = root.timeline.state(now).name().into();
        }
        shown
    }
}
