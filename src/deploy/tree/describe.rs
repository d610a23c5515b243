//! What an operation says of its resource.

use jiff::Timestamp;

use crate::{
    arm::{Cause, Operation, OperationProperties},
    event::Resource,
};

/// Operations that do nothing to a resource.
const IDLE: [&str; 3] = ["Read", "EvaluateDeploymentOutput", "DeploymentCleanup"];

pub(super) fn is_work(operation: &Operation) -> bool {
    let kind = &operation.properties.provisioning_operation;
    operation.properties.target_resource.is_some()
        && !IDLE.iter().any(|idle| idle.eq_ignore_ascii_case(kind))
}

pub(super) fn describe(operation: Operation, path: &[String]) -> Resource {
    let mut properties = operation.properties;
    let target = properties.target_resource.take().unwrap_or_default();
    let mut resource = Resource {
        id: target.identity(),
        kind: target.kind().to_owned(),
        name: target.name(),
        path: path.to_vec(),
        ended: ended(&properties),
        causes: Vec::new(),
        duration: properties.duration,
        state: properties.provisioning_state.clone(),
    };
    resource.causes = failure(&properties, &resource);
    resource
}

/// When an operation ended.
pub(super) fn ended(properties: &OperationProperties) -> Option<Timestamp> {
    let is_over = properties.provisioning_state.is_terminal();
    properties.timestamp.filter(|_| is_over)
}

/// The causes that a failed operation states, each at this resource unless it names another.
fn failure(properties: &OperationProperties, resource: &Resource) -> Vec<Cause> {
    if !properties.provisioning_state.is_failed() {
        return Vec::new();
    }
    let mut causes = Cause::find(&properties.status_message);
    for cause in &mut causes {
        cause.complete_code(&properties.status_code);
        cause.path.clone_from(&resource.path);
        let at = cause.resource.as_deref();
        if at.is_some_and(|at| at.starts_with('/')) {
            continue;
        }
        // What a template calls a resource says which one only together with the template.
        if at.is_some() && resource.is_deployment() {
            cause.path.push(resource.name.clone());
        } else {
            cause.resource = Some(resource.id.clone());
        }
    }
    causes
}
