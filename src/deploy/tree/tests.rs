//! Operations as Azure lists them, and what is told of them.

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
    assert_eq!(
        tree.absorb(&root, vec![firewall("Running")], Duration::ZERO)
            .len(),
        1
    );
    assert_eq!(
        tree.absorb(&root, vec![firewall("running")], Duration::ZERO),
        []
    );
    let changed = tree.absorb(&root, vec![firewall("Succeeded")], Duration::ZERO);
    assert_eq!(changed.len(), 1);
    assert!(changed[0].ended.is_some());
    assert_eq!(
        tree.absorb(&root, vec![firewall("Succeeded")], Duration::ZERO),
        []
    );
}

#[test]
fn nested_deployments_are_read_until_once_after_their_end() {
    let (mut tree, root, inner) = tree();
    tree.absorb(&root, vec![nested("Running", Value::Null)], Duration::ZERO);
    assert_eq!(tree.open(), std::slice::from_ref(&inner));
    let changed = tree.absorb(&inner, vec![firewall("Running")], Duration::ZERO);
    assert_eq!(changed[0].path, ["inner"]);
    assert_eq!(tree.open(), std::slice::from_ref(&inner));

    tree.absorb(
        &root,
        vec![nested("Succeeded", Value::Null)],
        Duration::ZERO,
    );
    assert_eq!(tree.active(), []);
    assert_eq!(
        tree.open(),
        std::slice::from_ref(&inner),
        "its last operations are not known yet"
    );
    tree.absorb(&inner, vec![firewall("Succeeded")], Duration::ZERO);
    assert_eq!(tree.open(), []);
}

#[test]
fn a_deployment_that_names_itself_is_not_read_for_ever() {
    let root = DeploymentId::from_target("/x/providers/Microsoft.Resources/deployments/INNER");
    let mut tree = Tree::new(root.clone());
    tree.absorb(&root, vec![nested("Running", Value::Null)], Duration::ZERO);
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
    tree.absorb(&root, operations, Duration::ZERO);
    assert_eq!(tree.count(), (0, 1));
    assert_eq!(tree.activity(&root, Duration::ZERO), Activity::Young);
    tree.absorb(&root, vec![firewall("Succeeded")], Duration::ZERO);
    assert_eq!(tree.count(), (1, 1));
    let idle = Activity::Between {
        since: Duration::ZERO,
    };
    assert_eq!(tree.activity(&root, Duration::ZERO), idle);
}

#[test]
fn the_innermost_failure_is_the_cause() {
    let (mut tree, root, inner) = tree();
    let wrapper = json!({"error": {"code": "ResourceDeploymentFailure", "message": "look inside"}});
    let leaf = json!({"error": {"code": "SkuNotAvailable", "message": "no"}});
    tree.absorb(&root, vec![nested("Failed", wrapper)], Duration::ZERO);
    assert_eq!(
        tree.causes()[0].code,
        "ResourceDeploymentFailure",
        "so far nothing better is known"
    );
    let mut failed = firewall("Failed");
    failed.properties.status_message = leaf;
    tree.absorb(&inner, vec![failed], Duration::ZERO);
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
fn a_failure_without_a_code_has_that_of_its_status() {
    for (status, expected) in [("GatewayTimeout", "GatewayTimeout"), ("OK", "")] {
        let (mut tree, root, _) = tree();
        let mut failed = firewall("Failed");
        failed.properties.status_message = json!("<html>No answer.</html>");
        failed.properties.status_code = status.to_owned();
        tree.absorb(&root, vec![failed], Duration::ZERO);
        let causes = tree.causes();
        assert_eq!(
            (causes[0].code.as_str(), causes[0].message.as_str()),
            (expected, "No answer.")
        );
    }
}

/// The deployment `storage` in a resource group of a subscription.
fn storage(number: &str, subscription: &str, group: &str, error: Value) -> Operation {
    let id = format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/storage"
    );
    serde_json::from_value(json!({
        "operationId": number,
        "properties": {
            "provisioningOperation": "Create", "provisioningState": "Failed", "statusMessage": error,
            "targetResource": { "id": id, "resourceType": "Microsoft.Resources/deployments", "resourceName": "storage" }
        }
    }))
    .expect("an operation")
}

#[test]
fn nested_deployments_of_one_name_are_told_apart() {
    let (mut tree, root, _) = tree();
    let wrapper = json!({"error": {"code": "ResourceDeploymentFailure", "message": "inside"}});
    let missing = json!({"error": {"code": "ResourceGroupNotFound", "message": "rg-b"}});
    let operations = vec![
        storage("1", "s", "rg-a", wrapper),
        storage("2", "s", "rg-b", missing),
    ];
    tree.absorb(&root, operations, Duration::ZERO);
    let mut account = firewall("Failed");
    account.properties.status_message =
        json!({"error": {"code": "StorageAccountAlreadyTaken", "message": "taken"}});
    let explained =
        "/subscriptions/s/resourceGroups/rg-a/providers/Microsoft.Resources/deployments/storage";
    tree.absorb(
        &DeploymentId::from_target(explained),
        vec![account],
        Duration::ZERO,
    );
    let causes = tree.causes();
    let codes: Vec<_> = causes.iter().map(|cause| cause.code.as_str()).collect();
    assert_eq!(
        codes,
        ["ResourceGroupNotFound", "StorageAccountAlreadyTaken"]
    );
}

#[test]
fn nested_deployments_of_one_name_have_their_scope_beside_it() {
    let (mut tree, root, _) = tree();
    let all = || {
        let places = [("1", "s", "rg-a"), ("2", "s", "rg-b"), ("3", "t", "rg-b")];
        let operations = places
            .map(|(number, subscription, group)| storage(number, subscription, group, Value::Null));
        operations.to_vec()
    };
    let seen = tree.absorb(&root, all(), Duration::ZERO);
    let names: Vec<_> = seen.iter().map(|resource| resource.name.as_str()).collect();
    assert_eq!(names, ["storage", "storage (rg-b)", "storage (t/rg-b)"]);
    assert_eq!(tree.absorb(&root, all(), Duration::ZERO), [], "names stay");
    let within = DeploymentId::from_target(&seen[1].id);
    let resource = &tree.absorb(&within, vec![firewall("Running")], Duration::ZERO)[0];
    assert_eq!(resource.path, ["storage (rg-b)"]);
}

#[test]
fn resources_of_extensions_are_told_apart_and_named() {
    let (mut tree, root, _) = tree();
    let application = |number: &str, name: &str, state: &str| -> Operation {
        serde_json::from_value(json!({
            "operationId": number,
            "properties": {
                "provisioningOperation": "Create", "provisioningState": state,
                "statusMessage": {"error": {"code": "Forbidden", "message": "no"}},
                "targetResource": { "extension": {"name": "MicrosoftGraph"}, "resourceType": "Microsoft.Graph/applications@v1.0",
                    "identifiers": {"uniqueName": name} }
            }
        }))
        .expect("an operation")
    };
    let seen = tree.absorb(
        &root,
        vec![
            application("1", "a", "Succeeded"),
            application("2", "b", "Failed"),
        ],
        Duration::ZERO,
    );
    assert_eq!((seen[0].name.as_str(), seen[1].name.as_str()), ("a", "b"));
    assert_ne!(seen[0].id, seen[1].id);
    let causes = tree.causes();
    assert_eq!(
        causes[0].resource.as_deref(),
        Some("MicrosoftGraph:Microsoft.Graph/applications:b")
    );
}

#[test]
fn what_a_template_calls_a_resource_is_told_with_the_deployment() {
    let (mut tree, root, _) = tree();
    let error = json!({"error": {"code": "InvalidTemplateDeployment", "message": "", "details": [
        {"code": "Forbidden", "target": "/resources/app", "message": "no"}]}});
    tree.absorb(&root, vec![nested("Failed", error)], Duration::ZERO);
    let cause = &tree.causes()[0];
    assert_eq!(
        (cause.resource.as_deref(), cause.path[0].as_str()),
        (Some("app"), "inner")
    );
}

#[test]
fn a_nested_deployment_runs_while_any_of_its_operations_does() {
    let (mut tree, root, inner) = tree();
    let mut again = nested("Running", Value::Null);
    again.operation_id = "9".to_owned();
    // Azure lists the earlier attempt last.
    tree.absorb(
        &root,
        vec![again, nested("Failed", Value::Null)],
        Duration::ZERO,
    );
    assert_eq!(tree.active(), std::slice::from_ref(&inner));
}

#[test]
fn a_deployment_within_itself_is_not_read_for_ever() {
    let (mut tree, root, inner) = tree();
    tree.absorb(
        &root,
        vec![nested("Succeeded", Value::Null)],
        Duration::ZERO,
    );
    tree.absorb(&inner, vec![nested("Running", Value::Null)], Duration::ZERO);
    assert_eq!(tree.open(), []);
}

#[test]
fn what_was_of_another_deployment_is_taken_back() {
    let (mut tree, root, _) = tree();
    tree.absorb(&root, vec![firewall("Running")], Duration::ZERO);
    tree.settle();
    let theirs = operation("9", "Microsoft.Network/vnets", "b", "Failed", json!("no"));
    let operations = || vec![firewall("Succeeded"), theirs.clone()];
    assert_eq!(tree.absorb(&root, operations(), Duration::ZERO).len(), 2);
    tree.revert();
    assert_eq!((tree.count(), tree.causes().len()), ((0, 1), 0));
    let again = tree.absorb(&root, operations(), Duration::ZERO);
    assert_eq!(again.len(), 2, "if they are ours after all");
}

#[test]
fn nested_deployments_of_another_deployment_are_forgotten() {
    let (mut tree, root, inner) = tree();
    tree.absorb(&root, vec![firewall("Running")], Duration::ZERO);
    tree.settle();
    let theirs = vec![firewall("Succeeded"), nested("Running", Value::Null)];
    tree.absorb(&root, theirs, Duration::ZERO);
    tree.absorb(&inner, vec![firewall("Running")], Duration::ZERO);
    assert_eq!(tree.open(), [inner]);
    assert_eq!(tree.activity(&root, Duration::ZERO), Activity::Waiting);
    tree.revert();
    assert_eq!((tree.open(), tree.nested()), (vec![], vec![]));
    // As before: the firewall runs.
    assert_eq!(tree.activity(&root, Duration::ZERO), Activity::Young);
    tree.absorb(&root, vec![firewall("Running")], Duration::ZERO);
    assert_eq!(tree.count(), (0, 1));
}

#[test]
fn the_last_end_is_the_one_that_azure_told_last() {
    let (mut tree, root, _) = tree();
    let ended = |time: &str| {
        let resource = json!({ "id": "/x/afw", "resourceType": "x/kind", "resourceName": "afw" });
        let properties = json!({
            "provisioningOperation": "Create", "provisioningState": "Succeeded", "timestamp": time,
            "targetResource": resource,
        });
        let operation = json!({ "operationId": "1", "properties": properties });
        vec![serde_json::from_value(operation).expect("an operation")]
    };
    tree.absorb(&root, vec![firewall("Running")], Duration::ZERO);
    assert_eq!(tree.last_end(&root), None);
    for time in ["2026-01-05T02:00:09Z", "2026-01-05T02:00:12Z"] {
        tree.absorb(&root, ended(time), Duration::ZERO);
        assert_eq!(tree.last_end(&root), time.parse().ok());
    }
}

#[test]
fn a_nested_deployment_that_names_no_resource_is_where_it_failed() {
    let (mut tree, root, inner) = tree();
    let failure = json!({"error": {"code": "InvalidTemplate", "message": "no"}});
    tree.absorb(&root, vec![nested("Failed", failure)], Duration::ZERO);
    let [cause] = &tree.causes()[..] else {
        panic!("{:?}", tree.causes());
    };
    assert_eq!(cause.resource.as_deref(), Some(inner.as_str()));
    assert_eq!(cause.path, [""; 0]);
}
