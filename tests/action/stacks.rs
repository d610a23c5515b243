//! Deployment stacks: created, updated, validated, deleted.

use std::time::Duration;

use azure_simulator::{
    Fault, MANAGEMENT_GROUP, RESOURCE_GROUP, ResourceFailure, SUBSCRIPTION_ID, Service, Simulator,
};
use serde_json::{Value, json};

use super::{
    step::{Step, azure, options},
    templates::{gateway, nested, network, resource, template},
};

/// A step that makes `template` the stack `hub`.
fn stack(azure: &Simulator, template: &Value) -> Step {
    Step::new(azure, template).inputs(&[
        ("type", "deploymentStack"),
        ("name", "hub"),
        ("action-on-unmanage-resources", "delete"),
        ("deny-settings-mode", "none"),
        ("poll-interval", "10s"),
    ])
}

/// A virtual network and route tables of these names.
fn with_tables(names: &[&str]) -> Value {
    let mut template = network();
    template["outputs"] = json!({"answer": {"type": "int", "value": 42}});
    let resources = template["resources"].as_array_mut().unwrap();
    let kind = "Microsoft.Network/routeTables";
    resources.extend(names.iter().map(|name| resource(kind, name)));
    template
}

fn bodies(azure: &Simulator, method: &str) -> Vec<Value> {
    let journal = azure.journal();
    let sent = journal.iter().filter(|exchange| {
        exchange.method == method && exchange.path.contains("/deploymentStacks/")
    });
    sent.filter_map(|exchange| exchange.request_body.clone())
        .collect()
}

#[test]
fn a_stack_shows_the_progress_of_its_deployment() {
    let azure = azure();
    let outcome = stack(&azure, &nested()).run().expect(0).says(&[
        "(stack) to the resource group",
        "delete resources, detach resource groups",
        "Azure accepted the stack",
        "the stack is deploying",
        "vnet",
        "routes",
        "the stack manages 2 resources",
        "stack hub succeeded in",
    ]);
    let id = format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Resources/deploymentStacks/hub"
    );
    assert_eq!(outcome.output("deployment-id"), id);
    assert_eq!(outcome.output("deployment-name"), "hub");
    assert_eq!(outcome.output("provisioning-state"), "succeeded");
    assert!(outcome.summary.contains("| Stack |"), "{}", outcome.summary);
    assert!(outcome.summary.contains("vnet"), "{}", outcome.summary);
}

#[test]
fn a_stack_that_has_ended_is_reported_at_once_and_without_settings_that_are_not_its_own() {
    let azure = azure();
    stack(&azure, &with_tables(&["rt"])).run().expect(0);
    azure.advance(Duration::from_secs(3600));
    let waiting = stack(&azure, &network()).inputs(&[
        ("operation", "wait"),
        ("template-file", ""),
        ("action-on-unmanage-resources", ""),
        ("deny-settings-mode", ""),
    ]);
    let outcome = waiting
        .run()
        .expect(0)
        .says(&["rt", "the stack manages 2 resources"]);
    assert_eq!(outcome.output("answer"), "42");
    let seconds: u64 = outcome.output("duration-seconds").parse().unwrap();
    assert!(seconds < 120, "it waited for {seconds} s");
    for word in ["unmanaged", "deny  "] {
        assert!(!outcome.log.contains(word), "{word}\n{}", outcome.log);
    }
}

#[test]
fn another_step_can_wait_for_a_stack() {
    let azure = azure();
    stack(&azure, &with_tables(&["routes"]))
        .input("wait", "false")
        .run()
        .expect(0);
    let outcome = stack(&azure, &network())
        .inputs(&[("operation", "wait"), ("template-file", "")])
        .inputs(&[
            ("action-on-unmanage-resources", ""),
            ("deny-settings-mode", ""),
        ])
        .run()
        .expect(0)
        .says(&["Following stack hub", "found the stack", "routes"]);
    assert_eq!(outcome.output("answer"), "42");
    assert_eq!(bodies(&azure, "PUT").len(), 1);
}

#[test]
fn every_setting_reaches_azure() {
    let azure = azure();
    let outcome = stack(&azure, &with_tables(&[]))
        .inputs(&[
            ("action-on-unmanage-managementgroup", "delete"),
            ("deny-settings-mode", "denyDelete"),
            (
                "deny-settings-excluded-actions",
                "Microsoft.Network/*/write",
            ),
            ("deny-settings-excluded-principals", SUBSCRIPTION_ID),
            ("deny-settings-apply-to-child-scopes", "true"),
            ("bypass-stack-out-of-sync-error", "true"),
            ("description", "the hub"),
            ("tags", "team=net"),
        ])
        .run()
        .expect(0)
        .says(&["denyDelete, at child scopes too", "updatingDenyAssignments"]);
    assert_eq!(outcome.output("answer"), "42");
    let sent = bodies(&azure, "PUT").remove(0);
    assert_eq!(sent["tags"], json!({"team": "net"}));
    let properties = &sent["properties"];
    assert_eq!(properties["description"], "the hub");
    assert_eq!(properties["bypassStackOutOfSyncError"], true);
    assert_eq!(
        properties["actionOnUnmanage"],
        json!({"resources": "delete", "resourceGroups": "detach", "managementGroups": "delete"})
    );
    assert_eq!(
        properties["denySettings"],
        json!({"mode": "denyDelete", "applyToChildScopes": true,
               "excludedActions": ["Microsoft.Network/*/write"], "excludedPrincipals": [SUBSCRIPTION_ID]})
    );
}

#[test]
fn at_a_subscription_and_a_management_group() {
    let azure = azure();
    let group = resource("Microsoft.Resources/resourceGroups", "rg-new");
    let outcome = stack(&azure, &template("subscription", json!([group])))
        .inputs(&[("resource-group-name", ""), ("location", "westeurope")])
        .run()
        .expect(0);
    let path = "providers/Microsoft.Resources/deploymentStacks/hub";
    assert_eq!(
        outcome.output("deployment-id"),
        format!("/subscriptions/{SUBSCRIPTION_ID}/{path}")
    );
    let policy = resource("Microsoft.Authorization/policyDefinitions", "policy");
    let outcome = stack(&azure, &template("managementGroup", json!([policy])))
        .inputs(&[("resource-group-name", ""), ("subscription-id", "")])
        .inputs(&[
            ("management-group-id", MANAGEMENT_GROUP),
            ("location", "westeurope"),
        ])
        .run()
        .expect(0);
    assert_eq!(
        outcome.output("deployment-id"),
        format!("/providers/Microsoft.Management/managementGroups/{MANAGEMENT_GROUP}/{path}")
    );
}

#[test]
fn an_update_tells_what_left_the_stack() {
    let azure = azure();
    stack(&azure, &with_tables(&["old", "older"]))
        .run()
        .expect(0);
    let outcome = stack(&azure, &with_tables(&["older"]))
        .run()
        .expect(0)
        .says(&[
            "the stack is deletingResources",
            "the stack manages 2 resources, 1 deleted",
            "routeTables/old",
        ]);
    assert!(
        outcome.summary.contains("routeTables/old"),
        "{}",
        outcome.summary
    );
    stack(&azure, &with_tables(&[]))
        .input("action-on-unmanage-resources", "detach")
        .run()
        .expect(0)
        .says(&[
            "the stack manages 1 resource, 1 detached",
            "routeTables/older",
        ]);
}

#[test]
fn what_cannot_be_deleted_fails_the_stack() {
    let azure = Simulator::start(azure_simulator::Options {
        undeletable: vec!["old".to_owned()],
        ..options()
    });
    stack(&azure, &with_tables(&["old"])).run().expect(0);
    let outcome = stack(&azure, &with_tables(&[])).run().expect(1).says(&[
        "ScopeLocked",
        "1 failed",
        "stack hub failed after",
    ]);
    assert_eq!(outcome.output("error-code"), "ScopeLocked");
    assert_eq!(outcome.output("provisioning-state"), "failed");
}

#[test]
fn a_failure_of_its_deployment_is_told_once() {
    let azure = Simulator::start(azure_simulator::Options {
        failures: vec![ResourceFailure::new("routes", "QuotaExceeded", "no more")],
        ..options()
    });
    let outcome = stack(&azure, &nested()).run().expect(1).says(&["inner"]);
    assert_eq!(outcome.output("error-code"), "QuotaExceeded");
    assert_eq!(outcome.log.matches("::error").count(), 1, "{}", outcome.log);
}

#[test]
fn a_refusal_says_why() {
    let azure = azure();
    stack(&azure, &gateway())
        .input("wait", "false")
        .run()
        .expect(0);
    let outcome = stack(&azure, &gateway());
    let outcome = outcome.input("if-active", "fail").run().expect(1);
    assert_eq!(
        outcome.output("error-code"),
        "DeploymentStackInNonTerminalState"
    );
    outcome.says(&[
        "az stack group show",
        "once the stack's current operation has ended",
    ]);
}

#[test]
fn this_very_stack_from_an_earlier_run_is_followed() {
    let azure = azure();
    let submitted = stack(&azure, &gateway())
        .input("wait", "false")
        .run()
        .expect(0);
    let outcome = stack(&azure, &gateway()).run().expect(0);
    assert_eq!(
        outcome.output("correlation-id"),
        submitted.output("correlation-id")
    );
    outcome.says(&["this stack is already running from an earlier run", "vgw"]);
}

#[test]
fn a_lost_answer_is_settled_by_asking() {
    let azure = azure();
    azure.inject(
        Fault::lose_answer()
            .on(Service::ResourceManager)
            .method("PUT")
            .times(1),
    );
    stack(&azure, &network())
        .run()
        .expect(0)
        .says(&["Azure has the stack, although its answer was lost"]);
    assert_eq!(bodies(&azure, "PUT").len(), 1);
}

#[test]
fn a_cancelled_workflow_leaves_the_stack() {
    let azure = azure();
    let step = stack(&azure, &gateway()).start();
    step.until("Azure accepted the stack")
        .signal("TERM")
        .outcome()
        .expect(5)
        .says(&["az stack group show", "Azure cannot stop a stack"]);
}

#[test]
fn time_out_leaves_the_stack() {
    let azure = azure();
    let outcome = stack(&azure, &gateway())
        .input("timeout", "5m")
        .run()
        .expect(4);
    assert_eq!(outcome.output("provisioning-state"), "deploying");
}

#[test]
fn a_stack_is_deleted_with_its_resources() {
    let azure = azure();
    stack(&azure, &with_tables(&["rt"])).run().expect(0);
    let delete = || {
        stack(&azure, &network()).inputs(&[
            ("operation", "delete"),
            ("template-file", ""),
            ("deny-settings-mode", ""),
        ])
    };
    let outcome = delete().run().expect(0).says(&[
        "Deleting stack hub of the resource group",
        "the stack manages 2 resources",
        "Azure is deleting the stack",
        "the stack is deletingResources",
        "stack hub was deleted in",
    ]);
    assert_eq!(outcome.state["ended"], "true", "nothing to look after");
    let journal = azure.journal();
    let sent = journal
        .iter()
        .find(|exchange| exchange.method == "DELETE")
        .unwrap();
    assert!(
        sent.path.ends_with("/deploymentStacks/hub"),
        "{}",
        sent.path
    );
    delete().run().expect(0).says(&["nothing was deleted"]);
}

#[test]
fn a_deletion_that_fails_says_why() {
    let azure = Simulator::start(azure_simulator::Options {
        undeletable: vec!["vnet".to_owned()],
        ..options()
    });
    stack(&azure, &network()).run().expect(0);
    let outcome = stack(&azure, &network())
        .input("operation", "delete")
        .run()
        .expect(1)
        .says(&["stack hub could not be deleted"]);
    assert_eq!(outcome.output("error-code"), "ScopeLocked");
}

#[test]
fn validation_deploys_nothing() {
    let azure = azure();
    stack(&azure, &nested())
        .input("operation", "validate")
        .run()
        .expect(0)
        .says(&["stack hub is valid, with 2 resources"]);
    let mut wrong = network();
    wrong["resources"][0]["dependsOn"] = json!(["nowhere"]);
    let outcome = stack(&azure, &wrong)
        .input("operation", "validate")
        .run()
        .expect(1);
    assert_eq!(outcome.output("error-code"), "InvalidTemplate");
    assert!(bodies(&azure, "PUT").is_empty());
}
