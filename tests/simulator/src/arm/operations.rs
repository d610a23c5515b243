//! The operations of a deployment: one for each resource that has started, and the outputs'.

use std::{cmp::Reverse, time::Duration};

use serde_json::{Value, json};

use super::{deployment, outcome, store::Found};
use crate::{
    clock::{Clock, iso, precise},
    digest,
    options::Options,
    plan::{
        ResourcePlan,
        timeline::{Span, State},
    },
};

/// How often Resource Manager looks at a running operation, and moves its timestamp.
const LOOK: u64 = 5;

/// The operations of a deployment that have begun, as a moment shows them.
pub(crate) struct Operations<'a> {
    found: Found<'a>,
    now: Duration,
    clock: &'a Clock,
    options: &'a Options,
}

/// What an operation is about.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    Resource(&'a ResourcePlan, &'a Span),
    /// The outputs, from the moment at which they begin to be evaluated.
    Outputs(Duration),
}

impl<'a> Operations<'a> {
    pub(crate) fn new(
        found: Found<'a>,
        now: Duration,
        clock: &'a Clock,
        options: &'a Options,
    ) -> Self {
        Self {
            found,
            now,
            clock,
            options,
        }
    }

    /// Those of resources, the newest first, and that of the outputs: the order of the recordings.
    pub(crate) fn begun(&self) -> Vec<Subject<'a>> {
        let Found { plan, timeline, .. } = self.found;
        let pairs = plan.resources.iter().zip(&timeline.spans);
        let begun = pairs.filter_map(|(resource, span)| Some((resource, span.as_ref()?)));
        let mut begun: Vec<_> = begun.filter(|(_, span)| span.start <= self.now).collect();
        begun.sort_by_key(|(_, span)| Reverse(span.start));
        let outputs = timeline.outputs_from.filter(|from| *from <= self.now);
        let begun = begun
            .into_iter()
            .map(|(own, span)| Subject::Resource(own, span));
        begun.chain(outputs.map(Subject::Outputs)).collect()
    }

    /// One of them, as the list shows it.
    pub(crate) fn row(&self, subject: Subject<'_>) -> Value {
        match subject {
            Subject::Resource(resource, span) => self.resource(resource, span),
            Subject::Outputs(from) => self.outputs(from),
        }
    }

    fn resource(&self, resource: &ResourcePlan, span: &Span) -> Value {
        let state = span.state(self.now);
        let id = digest::hexadecimal(&format!("{}/{}", self.seed(), resource.id), 16);
        let mut properties = self.times("Create", state, span.start, span.end);
        properties["trackingId"] = digest::guid(&format!("tracking/{id}")).into();
        properties["serviceRequestId"] = digest::guid(&format!("service/{id}")).into();
        match state {
            State::Failed => {
                properties["statusCode"] = outcome::status_code(resource).into();
                properties["statusMessage"] =
                    outcome::status_message(resource, span, self.options.legacy_errors);
            }
            State::Succeeded => properties["statusCode"] = "OK".into(),
            State::Canceled => {
                properties["statusCode"] = "Conflict".into();
                properties["statusMessage"] = canceled(&resource.id);
            }
            State::Accepted | State::Running => properties["statusCode"] = "Created".into(),
        }
        properties["targetResource"] = deployment::target(resource);
        if let Some(symbolic_name) = &resource.symbolic_name {
            properties["targetResource"]["symbolicName"] = symbolic_name.as_str().into();
        }
        self.whole(&id, properties)
    }

    fn outputs(&self, from: Duration) -> Value {
        let end = self.found.timeline.end;
        let failed = self.found.plan.outputs.as_ref().err();
        let ended = if failed.is_some() {
            State::Failed
        } else {
            State::Succeeded
        };
        let state = if self.now >= end {
            ended
        } else {
            State::Running
        };
        let id = digest::decimal(&format!("{}/outputs", self.seed()), 20);
        let mut properties = self.times("EvaluateDeploymentOutput", state, from, end);
        properties["trackingId"] = digest::guid(&format!("tracking/{id}")).into();
        properties["statusCode"] = if state == State::Failed {
            "BadRequest"
        } else {
            "OK"
        }
        .into();
        if let (Some(why), State::Failed) = (failed, state) {
            properties["statusMessage"] =
                json!({"error": {"code": "InvalidTemplate", "message": why}});
        }
        self.whole(&id, properties)
    }

    /// The timestamp moves while an operation runs and stands still at its end.
    fn times(&self, operation: &str, state: State, start: Duration, end: Duration) -> Value {
        let ran = self.now.min(end).saturating_sub(start);
        let ran = if state.is_terminal() {
            ran
        } else {
            Duration::from_secs(ran.as_secs() / LOOK * LOOK)
        };
        let counted_from = match self.options.common_start {
            true => self.found.timeline.start.min(start),
            false => start,
        };
        json!({
            "provisioningOperation": operation,
            "provisioningState": state.name(),
            "timestamp": precise(self.clock.at(start + ran)),
            "duration": iso(start + ran - counted_from),
        })
    }

    fn whole(&self, id: &str, properties: Value) -> Value {
        json!({
            "id": format!("{}/operations/{id}", self.found.plan.id),
            "operationId": id,
            "properties": properties,
        })
    }

    fn seed(&self) -> String {
        format!("{}/{}", self.found.root.correlation_id, self.found.plan.id)
    }
}

fn canceled(id: &str) -> Value {
    json!({"error": {
        "code": "OperationCanceled",
        "target": id,
        "message": "The operation was canceled.",
    }})
}
