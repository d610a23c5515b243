//! A deployment as tests look at it.

use std::time::Duration;

use serde_json::Value;

use crate::{
    arm::store::Found,
    plan::{
        DeploymentPlan,
        timeline::{State, Timeline},
    },
};

/// A deployment at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The deployment's resource id.
    pub id: String,
    /// Its state.
    pub state: State,
    /// When it ends or has ended, in simulated time since the simulator's start, unless something is cancelled.
    pub end: Duration,
    /// The correlation id of the submission it belongs to.
    pub correlation_id: String,
    /// The template that was submitted.
    pub template: Value,
    /// The parameters that were submitted.
    pub parameters: Value,
    /// All its resources and those of its nested deployments, depth first.
    pub resources: Vec<ResourceSnapshot>,
}

/// A resource at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSnapshot {
    /// The type, such as `Microsoft.Network/virtualNetworks`.
    pub kind: String,
    /// The name, parents' names included.
    pub name: String,
    /// The resource id.
    pub id: String,
    /// The state of its operation; `None` where it has not begun.
    pub state: Option<State>,
    /// When its operation begins and when it ends, in simulated time since the simulator's start, unless something
    /// is cancelled; `None` where it never begins.
    pub span: Option<(Duration, Duration)>,
}

pub(crate) fn of(found: Found<'_>, now: Duration) -> Snapshot {
    let mut resources = Vec::new();
    collect(found.plan, Some(found.timeline), now, &mut resources);
    let submitted = &found.root.properties;
    Snapshot {
        id: found.plan.id.clone(),
        state: found.state(now),
        end: found.timeline.end,
        correlation_id: found.root.correlation_id.clone(),
        template: submitted["template"].clone(),
        parameters: submitted["parameters"].clone(),
        resources,
    }
}

fn collect(
    plan: &DeploymentPlan,
    timeline: Option<&Timeline>,
    now: Duration,
    resources: &mut Vec<ResourceSnapshot>,
) {
    for (index, resource) in plan.resources.iter().enumerate() {
        let span = timeline.and_then(|timeline| timeline.spans[index].as_ref());
        resources.push(ResourceSnapshot {
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            id: resource.id.clone(),
            state: span
                .filter(|span| span.start <= now)
                .map(|span| span.state(now)),
            span: span.map(|span| (span.start, span.end)),
        });
        if let Some(nested) = &resource.nested {
            let timeline = span.and_then(|span| span.nested.as_ref());
            collect(nested, timeline, now, resources);
        }
    }
}
