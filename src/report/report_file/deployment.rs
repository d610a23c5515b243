//! The deployment or stack of the run.

use serde::Serialize;

use crate::{event::Plan, inputs::DeploymentMode, report::record::Record};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deployment<'a> {
    id: &'a str,
    name: &'a str,
    operation: &'static str,
    scope: String,
    location: Option<&'a str>,
    mode: Option<&'a str>,
    template: Option<&'a str>,
    fingerprint: Option<&'a str>,
    client_id: Option<&'a str>,
    portal_url: Option<String>,
    correlation_id: Option<&'a str>,
    state: Option<&'a str>,
    rollback: Option<Rollback<'a>>,
}

#[derive(Debug, Serialize)]
struct Rollback<'a> {
    name: Option<&'a str>,
    state: Option<&'a str>,
}

/// `text`, or `None` if it is empty, as the template is if another step submitted the deployment.
fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

pub(super) fn deployment<'a>(record: &'a Record, plan: &'a Plan) -> Deployment<'a> {
    Deployment {
        id: plan.target.as_str(),
        name: plan.target.name(),
        operation: plan.operation.as_str(),
        scope: plan.scope.to_string(),
        location: plan.location.as_deref(),
        mode: plan.mode.map(DeploymentMode::as_str),
        template: non_empty(&plan.template),
        fingerprint: non_empty(&plan.fingerprint),
        client_id: plan.client_id.as_deref(),
        portal_url: record.portal_url(),
        correlation_id: record.correlation_id.as_deref(),
        state: record.state.as_ref().map(|state| state.as_str()),
        rollback: record.rollback.as_ref().map(|rollback| Rollback {
            name: non_empty(&rollback.name),
            state: non_empty(rollback.state.as_str()),
        }),
    }
}
