//! The inputs of deployment stacks.

use super::{environment, read, request};
use crate::inputs::{DenyMode, Operation, UnmanagedAction};

const STACK: [(&str, &str); 4] = [
    ("type", "deploymentStack"),
    ("name", "hub"),
    ("action-on-unmanage-resources", "delete"),
    ("deny-settings-mode", "none"),
];

fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    STACK.iter().chain(changes).copied().collect()
}

fn problems(changes: &[(&'static str, &'static str)]) -> String {
    let invalid = read(&environment(&with(changes))).expect_err("wrong inputs");
    invalid.problems.to_string()
}

#[test]
fn every_setting_is_used() {
    let request = request(&with(&[
        ("action-on-unmanage-resourcegroups", "Delete"),
        ("action-on-unmanage-managementgroups", "delete"),
        ("deny-settings-mode", "denyWriteAndDelete"),
        ("deny-settings-excluded-actions", "a/read, b/write"),
        ("deny-settings-excluded-principals", "p"),
        ("deny-settings-apply-to-child-scopes", "true"),
        ("bypass-stack-out-of-sync-error", "True"),
        ("description", "the hub"),
        ("tags", "{team: net, cost: 7}"),
    ]));
    let tags = &request.tags;
    let stack = request.stack.expect("a stack");
    assert_eq!(stack.unmanaged.resources, UnmanagedAction::Delete);
    assert_eq!(stack.unmanaged.resource_groups, UnmanagedAction::Delete);
    assert_eq!(stack.unmanaged.management_groups, UnmanagedAction::Delete);
    assert_eq!(stack.deny.mode, DenyMode::DenyWriteAndDelete);
    assert_eq!(stack.deny.excluded_actions, ["a/read", "b/write"]);
    assert_eq!(stack.deny.excluded_principals, ["p"]);
    assert!(stack.deny.child_scopes && stack.bypass_out_of_sync);
    assert_eq!(stack.description.as_deref(), Some("the hub"));
    assert_eq!((&tags["team"], &tags["cost"]), (&"net".into(), &"7".into()));
}

#[test]
fn what_is_not_given_stays_in_azure() {
    let request_of_least = request(&with(&[]));
    let stack = request_of_least.stack.expect("a stack");
    assert_eq!(stack.unmanaged.resource_groups, UnmanagedAction::Detach);
    assert_eq!(stack.unmanaged.management_groups, UnmanagedAction::Detach);
    assert!(
        !stack.deny.child_scopes && !stack.bypass_out_of_sync && request_of_least.tags.is_empty()
    );
    let one = request(&with(&[("action-on-unmanage-managementgroup", "delete")])).stack;
    let one = one.expect("a stack").unmanaged;
    assert_eq!(one.management_groups, UnmanagedAction::Delete);
}

#[test]
fn a_stack_that_goes_needs_neither_template_nor_protection() {
    let request = request(&with(&[
        ("operation", "delete"),
        ("template-file", ""),
        ("deny-settings-mode", ""),
    ]));
    assert_eq!(request.operation, Operation::Delete);
}

#[test]
fn each_problem_names_the_input_and_the_remedy() {
    let eleven = "a,b,c,d,e,f";
    let none = ("resource-group-name", "");
    for (changes, expected) in [
        (
            &[("name", "")][..],
            "name: missing: a stack is known by its name, and under another name would be another stack: give name",
        ),
        (
            &[("action-on-unmanage-resources", "")],
            "action-on-unmanage-resources: missing: it says whether resources that leave the stack are deleted (delete) or stay in Azure (detach): give action-on-unmanage-resources",
        ),
        (
            &[("action-on-unmanage-resources", "keep")],
            r#"action-on-unmanage-resources: "keep" is not valid: give one of detach, delete"#,
        ),
        (
            &[("deny-settings-mode", "")],
            "deny-settings-mode: missing: it says what the stack protects its resources from (none, denyDelete or denyWriteAndDelete): give deny-settings-mode",
        ),
        (
            &[("deny-settings-excluded-principals", eleven)],
            "deny-settings-excluded-principals: 6 are too many: give at most 5",
        ),
        (
            &[("on-cancel", "cancel")],
            "on-cancel: Azure cannot cancel a stack: give leave",
        ),
        (
            &[("on-timeout", "cancel")],
            "on-timeout: Azure cannot cancel a stack: give leave",
        ),
        (
            &[("deployment-mode", "Complete")],
            "deployment-mode: a stack has no mode: remove it, and give action-on-unmanage-resources: delete",
        ),
        (
            &[none, ("scope", "tenant"), ("location", "westeurope")],
            "scope: a stack cannot be at tenant scope: give a management group, a subscription or a resource group",
        ),
        (
            &[("tags", "[1]")],
            "tags: not tags: give a JSON or YAML object of texts, or key=value lines",
        ),
        (
            &[
                ("action-on-unmanage-managementgroup", "delete"),
                ("action-on-unmanage-managementgroups", "detach"),
            ],
            "action-on-unmanage-managementgroup: conflicts with action-on-unmanage-managementgroups, which means the same: remove one of them",
        ),
        (
            &[
                ("type", "deployment"),
                ("action-on-unmanage-resources", ""),
                ("deny-settings-mode", ""),
                ("description", "x"),
            ],
            "description: belongs to a deployment stack: give the type deploymentStack, or remove it",
        ),
    ] {
        assert_eq!(problems(changes), expected, "{changes:?}");
    }
}
