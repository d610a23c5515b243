//! How failures are told: the status message of an operation, the error of a deployment.

use serde_json::{Value, json};

use crate::plan::{
    DeploymentPlan, ResourcePlan,
    timeline::{Span, State, Timeline},
};

const AT_LEAST_ONE: &str = "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.";

/// The error of a deployment that failed.
pub(crate) fn deployment_error(plan: &DeploymentPlan, timeline: &Timeline, legacy: bool) -> Value {
    if let (Err(why), Some(_)) = (&plan.outputs, timeline.outputs_from) {
        return json!({
            "code": "DeploymentOutputEvaluationFailed",
            "target": plan.id,
            "message": format!("Unable to evaluate template outputs. Please see error details and deployment operations. Please see https://aka.ms/arm-common-errors for usage details. '{why}'"),
        });
    }
    let spans = plan.resources.iter().zip(&timeline.spans);
    let failed = spans.filter_map(|(resource, span)| {
        let span = span
            .as_ref()
            .filter(|span| span.end_state == State::Failed)?;
        Some(detail(resource, span, legacy))
    });
    json!({
        "code": "DeploymentFailed",
        "target": plan.id,
        "message": AT_LEAST_ONE,
        "details": failed.collect::<Value>(),
    })
}

/// The newer form is the error itself; the older one, and every plain text, is a message.
fn detail(resource: &ResourcePlan, span: &Span, legacy: bool) -> Value {
    let message = status_message(resource, span, legacy);
    let text = match &message {
        Value::String(text) => text.clone(),
        _ if legacy => windows_json(&message),
        _ => return message.get("error").cloned().unwrap_or(message),
    };
    json!({"code": status_code(resource), "message": text})
}

fn windows_json(value: &Value) -> String {
    serde_json::to_string_pretty(value)
        .unwrap_or_default()
        .replace('\n', "\r\n")
}

/// The status code of an operation that failed.
pub(crate) fn status_code(resource: &ResourcePlan) -> &str {
    resource
        .failure
        .as_ref()
        .map_or("Conflict", |failure| &failure.status_code)
}

/// The status message of an operation that failed.
pub(crate) fn status_message(resource: &ResourcePlan, span: &Span, legacy: bool) -> Value {
    if let Some(failure) = &resource.failure {
        return failure.message.clone();
    }
    let nested = resource.nested.as_deref().zip(span.nested.as_ref());
    let (state, details) = match nested {
        Some((_, timeline)) if timeline.end_state == State::Canceled => ("Canceled", Vec::new()),
        Some((plan, timeline)) => ("Failed", vec![deployment_error(plan, timeline, legacy)]),
        None => ("Failed", Vec::new()),
    };
    crate::plan::wrapped(state, &resource.id, details)
}
