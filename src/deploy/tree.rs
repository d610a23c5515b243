//! The tree of operations: what a deployment and the deployments within it do, and what changed since last time.

use std::collections::{HashMap, HashSet};

use crate::{
    arm::{Cause, DeploymentId, Operation, ProvisioningState},
    event::Resource,
};

/// Operations that do nothing to a resource.
const IDLE: [&str; 3] = ["Read", "EvaluateDeploymentOutput", "DeploymentCleanup"];

/// What is known of a deployment's resources, nested deployments included.
#[derive(Debug)]
pub(super) struct Tree {
    root: DeploymentId,
    /// Deployments below the root, by their id in lower case.
    nested: HashMap<String, Nested>,
    /// Resources in the order in which they were first seen.
    seen: Vec<Seen>,
    /// Where in `seen` an operation's resource is.
    index: HashMap<Key, usize>,
}

/// An operation: its deployment's id in lower case, and its own.
type Key = (String, String);

/// A resource and the nested deployments around it, outermost first, by their ids in lower case: names of nested
/// deployments repeat.
#[derive(Debug)]
struct Seen {
    resource: Resource,
    within: Vec<String>,
}

#[derive(Debug)]
struct Nested {
    id: DeploymentId,
    /// Names of the deployments around its resources, its own last.
    path: Vec<String>,
    /// Ids of the same, in lower case.
    within: Vec<String>,
    /// The operations that deploy it, several after a retry, and whether each has ended.
    operations: HashMap<Key, bool>,
    /// Its operations were read after it ended: there is nothing more to learn.
    complete: bool,
}

impl Nested {
    fn has_ended(&self) -> bool {
        self.operations.values().all(|ended| *ended)
    }
}

impl Tree {
    pub(super) fn new(root: DeploymentId) -> Self {
        Self {
            root,
            nested: HashMap::new(),
            seen: Vec::new(),
            index: HashMap::new(),
        }
    }

    /// The nested deployments whose operations may have changed since they were last read.
    pub(super) fn open(&self) -> Vec<DeploymentId> {
        let open = self.nested.values().filter(|nested| !nested.complete);
        open.map(|nested| nested.id.clone()).collect()
    }

    /// The nested deployments.
    pub(super) fn nested(&self) -> Vec<DeploymentId> {
        let nested = self.nested.values();
        nested.map(|nested| nested.id.clone()).collect()
    }

    /// The nested deployments that are still running.
    pub(super) fn active(&self) -> Vec<DeploymentId> {
        let active = self.nested.values().filter(|nested| !nested.has_ended());
        active.map(|nested| nested.id.clone()).collect()
    }

    /// Names of the nested deployments down to this one; empty for the root.
    pub(super) fn path(&self, deployment: &DeploymentId) -> Vec<String> {
        let nested = self.nested.get(&lower_case(deployment.as_str()));
        nested.map(|nested| nested.path.clone()).unwrap_or_default()
    }

    /// Merges a page of operations and returns the resources that changed, in Azure's order.
    pub(super) fn absorb(
        &mut self,
        deployment: &DeploymentId,
        operations: Vec<Operation>,
    ) -> Vec<Resource> {
        let key = lower_case(deployment.as_str());
        let (path, within) = match self.nested.get_mut(&key) {
            Some(nested) => {
                nested.complete = nested.has_ended();
                (nested.path.clone(), nested.within.clone())
            }
            None => Default::default(),
        };
        let operations = operations.into_iter().filter(is_work);
        operations
            .filter_map(|operation| {
                let operation_key = (key.clone(), operation.operation_id.clone());
                let resource = describe(operation, &path);
                self.absorb_one(operation_key, resource, &within)
            })
            .collect()
    }

    fn absorb_one(&mut self, key: Key, resource: Resource, within: &[String]) -> Option<Resource> {
        if resource.is_deployment() {
            self.note_nested(&key, &resource, within);
        }
        let Some(&at) = self.index.get(&key) else {
            self.index.insert(key, self.seen.len());
            self.seen.push(Seen {
                resource: resource.clone(),
                within: within.to_vec(),
            });
            return Some(resource);
        };
        let known = &mut self.seen[at].resource;
        let changed = known.state != resource.state;
        *known = resource;
        changed.then(|| known.clone())
    }

    fn note_nested(&mut self, operation: &Key, resource: &Resource, within: &[String]) {
        let id = lower_case(&resource.id);
        // A deployment that names itself, or one around it, would be read for ever.
        if id == lower_case(self.root.as_str()) || within.contains(&id) {
            return;
        }
        let ended = resource.state.is_terminal();
        let nested = self.nested.entry(id.clone()).or_insert_with(|| {
            let own = std::iter::once(resource.name.clone());
            Nested {
                id: DeploymentId::from_target(&resource.id),
                path: resource.path.iter().cloned().chain(own).collect(),
                within: within.iter().cloned().chain([id]).collect(),
                operations: HashMap::new(),
                complete: false,
            }
        });
        nested.operations.insert(operation.clone(), ended);
        nested.complete &= nested.has_ended();
    }

    /// Resources that have reached an end, and all that are known; nested deployments not counted.
    pub(super) fn count(&self) -> (usize, usize) {
        let resources = || {
            self.resources()
                .filter(|resource| !resource.is_deployment())
        };
        let done = resources().filter(|resource| resource.state.is_terminal());
        (done.count(), resources().count())
    }

    /// Whether something was seen, and nothing of it still runs: the deployment's end is near.
    pub(super) fn is_quiet(&self) -> bool {
        !self.seen.is_empty()
            && self
                .resources()
                .all(|resource| resource.state.is_terminal())
    }

    /// Why the resources that failed did so. A nested deployment's failure is told only if no resource in it tells more.
    pub(super) fn causes(&self) -> Vec<Cause> {
        let failed = || {
            self.seen
                .iter()
                .filter(|seen| !seen.resource.causes.is_empty())
        };
        let explained: HashSet<&str> = failed()
            .flat_map(|seen| seen.within.iter().map(String::as_str))
            .collect();
        let is_untold = |resource: &&Resource| {
            !(resource.is_deployment() && explained.contains(lower_case(&resource.id).as_str()))
        };
        let causes = failed()
            .map(|seen| &seen.resource)
            .filter(is_untold)
            .flat_map(|resource| resource.causes.clone());
        Cause::merge(causes.collect())
    }

    fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.seen.iter().map(|seen| &seen.resource)
    }
}

/// Ids are compared without regard to case.
fn lower_case(id: &str) -> String {
    id.to_ascii_lowercase()
}

fn is_work(operation: &Operation) -> bool {
    let kind = &operation.properties.provisioning_operation;
    operation.properties.target_resource.is_some()
        && !IDLE.iter().any(|idle| idle.eq_ignore_ascii_case(kind))
}

fn describe(operation: Operation, path: &[String]) -> Resource {
    let properties = operation.properties;
    let target = properties.target_resource.unwrap_or_default();
    let causes = failure(
        &properties.provisioning_state,
        &properties.status_message,
        &target.id,
        path,
    );
    Resource {
        id: target.id,
        kind: target.resource_type,
        name: target.resource_name,
        path: path.to_vec(),
        ended: (properties.timestamp).filter(|_| properties.provisioning_state.is_terminal()),
        state: properties.provisioning_state,
        duration: properties.duration,
        causes,
    }
}

/// The causes that a failed operation states, each at this resource unless it names another.
fn failure(
    state: &ProvisioningState,
    message: &serde_json::Value,
    id: &str,
    path: &[String],
) -> Vec<Cause> {
    if !state.is_failed() {
        return Vec::new();
    }
    let mut causes = Cause::find(message);
    for cause in &mut causes {
        cause.resource.get_or_insert_with(|| id.to_owned());
        cause.path = path.to_vec();
    }
    causes
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ROOT: &str = "/providers/Microsoft.Resources/deployments/root";

    fn operation(id: &str, kind: &str, name: &str, state: &str, message: Value) -> Operation {
        serde_json::from_value(json!({
            "operationId": id,
            "properties": {
                "provisioningOperation": "Create", "provisioningState": state, "duration": "PT10S",
                "timestamp": "2026-01-05T02:00:00.1234567Z", "statusMessage": message,
                "targetResource": { "id": format!("/x/providers/{kind}/{name}"), "resourceType": kind, "resourceName": name }
            }
        }))
        .expect("an operation")
    }

    fn firewall(state: &str) -> Operation {
        operation(
            "1",
            "Microsoft.Network/azureFirewalls",
            "afw",
            state,
            Value::Null,
        )
    }

    fn nested(state: &str, message: Value) -> Operation {
        operation(
            "2",
            "Microsoft.Resources/deployments",
            "inner",
            state,
            message,
        )
    }

    fn tree() -> (Tree, DeploymentId, DeploymentId) {
        let root = DeploymentId::from_target(ROOT);
        let inner = DeploymentId::from_target("/x/providers/Microsoft.Resources/deployments/inner");
        (Tree::new(root.clone()), root, inner)
    }

    #[test]
    fn only_changes_are_told() {
        let (mut tree, root, _) = tree();
        assert_eq!(tree.absorb(&root, vec![firewall("Running")]).len(), 1);
        assert_eq!(tree.absorb(&root, vec![firewall("running")]), []);
        let changed = tree.absorb(&root, vec![firewall("Succeeded")]);
        assert_eq!(changed.len(), 1);
        assert!(changed[0].ended.is_some());
        assert_eq!(tree.absorb(&root, vec![firewall("Succeeded")]), []);
    }

    #[test]
    fn nested_deployments_are_read_until_once_after_their_end() {
        let (mut tree, root, inner) = tree();
        tree.absorb(&root, vec![nested("Running", Value::Null)]);
        assert_eq!(tree.open(), std::slice::from_ref(&inner));
        let changed = tree.absorb(&inner, vec![firewall("Running")]);
        assert_eq!(changed[0].path, ["inner"]);
        assert_eq!(tree.open(), std::slice::from_ref(&inner));

        tree.absorb(&root, vec![nested("Succeeded", Value::Null)]);
        assert_eq!(tree.active(), []);
        assert_eq!(
            tree.open(),
            std::slice::from_ref(&inner),
            "its last operations are not known yet"
        );
        tree.absorb(&inner, vec![firewall("Succeeded")]);
        assert_eq!(tree.open(), []);
    }

    #[test]
    fn a_deployment_that_names_itself_is_not_read_for_ever() {
        let root = DeploymentId::from_target("/x/providers/Microsoft.Resources/deployments/INNER");
        let mut tree = Tree::new(root.clone());
        tree.absorb(&root, vec![nested("Running", Value::Null)]);
        assert_eq!(tree.open(), []);
    }

    #[test]
    fn counts_leave_out_deployments_and_the_evaluation_of_outputs() {
        let (mut tree, root, _) = tree();
        let mut outputs = firewall("Succeeded");
        outputs.operation_id = "3".to_owned();
        outputs.properties.provisioning_operation = "EvaluateDeploymentOutput".to_owned();
        let mut without_target = outputs.clone();
        without_target.properties.target_resource = None;
        let operations = vec![
            firewall("Running"),
            nested("Succeeded", Value::Null),
            outputs,
            without_target,
        ];
        tree.absorb(&root, operations);
        assert_eq!(tree.count(), (0, 1));
        assert!(!tree.is_quiet());
        tree.absorb(&root, vec![firewall("Succeeded")]);
        assert_eq!(tree.count(), (1, 1));
        assert!(tree.is_quiet());
    }

    #[test]
    fn the_innermost_failure_is_the_cause() {
        let (mut tree, root, inner) = tree();
        let wrapper =
            json!({"error": {"code": "ResourceDeploymentFailure", "message": "look inside"}});
        let leaf = json!({"error": {"code": "SkuNotAvailable", "message": "no"}});
        tree.absorb(&root, vec![nested("Failed", wrapper)]);
        assert_eq!(
            tree.causes()[0].code,
            "ResourceDeploymentFailure",
            "so far nothing better is known"
        );
        let mut failed = firewall("Failed");
        failed.properties.status_message = leaf;
        tree.absorb(&inner, vec![failed]);
        let causes = tree.causes();
        assert_eq!(causes.len(), 1);
        assert_eq!(causes[0].code, "SkuNotAvailable");
        assert_eq!(causes[0].path, ["inner"]);
        assert_eq!(
            causes[0].resource.as_deref(),
            Some("/x/providers/Microsoft.Network/azureFirewalls/afw")
        );
    }

    #[test]
    fn nested_deployments_of_one_name_are_told_apart() {
        let (mut tree, root, _) = tree();
        let storage = |number: &str, group: &str, error: Value| {
            let mut nested = nested("Failed", error);
            nested.operation_id = number.to_owned();
            let target = nested
                .properties
                .target_resource
                .as_mut()
                .expect("a target");
            target.id = format!("/{group}/providers/Microsoft.Resources/deployments/storage");
            nested
        };
        let wrapper = json!({"error": {"code": "ResourceDeploymentFailure", "message": "inside"}});
        let missing = json!({"error": {"code": "ResourceGroupNotFound", "message": "rg-b"}});
        let operations = vec![storage("1", "rg-a", wrapper), storage("2", "rg-b", missing)];
        tree.absorb(&root, operations);
        let mut account = firewall("Failed");
        account.properties.status_message =
            json!({"error": {"code": "StorageAccountAlreadyTaken", "message": "taken"}});
        let explained =
            DeploymentId::from_target("/rg-a/providers/Microsoft.Resources/deployments/storage");
        tree.absorb(&explained, vec![account]);
        let causes = tree.causes();
        let codes: Vec<_> = causes.iter().map(|cause| cause.code.as_str()).collect();
        assert_eq!(
            codes,
            ["ResourceGroupNotFound", "StorageAccountAlreadyTaken"]
        );
    }

    #[test]
    fn a_nested_deployment_runs_while_any_of_its_operations_does() {
        let (mut tree, root, inner) = tree();
        let mut again = nested("Running", Value::Null);
        again.operation_id = "9".to_owned();
        // Azure lists the earlier attempt last.
        tree.absorb(&root, vec![again, nested("Failed", Value::Null)]);
        assert_eq!(tree.active(), std::slice::from_ref(&inner));
    }

    #[test]
    fn a_deployment_within_itself_is_not_read_for_ever() {
        let (mut tree, root, inner) = tree();
        tree.absorb(&root, vec![nested("Succeeded", Value::Null)]);
        tree.absorb(&inner, vec![nested("Running", Value::Null)]);
        assert_eq!(tree.open(), []);
    }
}
