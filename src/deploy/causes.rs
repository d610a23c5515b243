//! Why a deployment or stack failed, from all that tells of it.

use std::collections::HashSet;

use crate::arm::{Cause, Snapshot, StackProperties};

/// The causes of a failure: those of its resources, and what the whole says.
pub(super) fn of(resources: Vec<Cause>, snapshot: &Snapshot) -> Vec<Cause> {
    match &snapshot.stack {
        Some(properties) => of_stack(resources, properties),
        None => {
            // The deployment's own error covers failures without an operation, e.g. output evaluation.
            let own = Cause::find(&snapshot.error);
            Cause::merge(resources.into_iter().chain(own).collect())
        }
    }
}

/// Why a stack failed: what its deployment says, what the stack says of other resources, or else of itself.
pub(super) fn of_stack(mut causes: Vec<Cause>, properties: &StackProperties) -> Vec<Cause> {
    let resources = causes.iter().filter_map(|cause| cause.resource.as_deref());
    let of_deployment: HashSet<_> = resources.map(str::to_ascii_lowercase).collect();
    let mut known: HashSet<_> = causes.iter().cloned().collect();
    for failed in &properties.failed_resources {
        let id = failed.identity();
        if of_deployment.contains(&id.to_ascii_lowercase()) {
            continue;
        }
        for mut cause in Cause::find(&failed.error) {
            cause.resource.get_or_insert_with(|| id.to_owned());
            if known.insert(cause.clone()) {
                causes.push(cause);
            }
        }
    }
    if causes.is_empty() {
        causes = Cause::find(&properties.error);
    }
    causes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn properties(failed: serde_json::Value) -> StackProperties {
        let error = json!({"code": "DeploymentStackDeploymentFailed", "message": "see inside"});
        let properties = json!({"failedResources": failed, "error": error});
        serde_json::from_value(properties).expect("properties")
    }

    #[test]
    fn a_cause_is_told_once_and_nearest_to_its_origin() {
        let known = Cause {
            code: "SkuNotAvailable".to_owned(),
            resource: Some("/X".to_owned()),
            ..Cause::default()
        };
        let failed = json!([
            {"id": "/x", "error": {"code": "Conflict", "message": "failed"}},
            {"id": "/y", "error": {"code": "ScopeLocked", "message": "locked"}},
        ]);
        let causes = of_stack(vec![known.clone()], &properties(failed));
        assert_eq!(causes[0], known);
        assert_eq!(causes[1].code, "ScopeLocked");
        assert_eq!(causes[1].resource.as_deref(), Some("/y"));
        assert_eq!(causes.len(), 2);
    }

    #[test]
    fn without_resources_the_stack_speaks_for_itself() {
        let causes = of_stack(vec![], &properties(json!([])));
        assert_eq!(causes[0].code, "DeploymentStackDeploymentFailed");
    }
}
