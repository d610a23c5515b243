//! Runs with throttling, each form of error, many resources, a what-if and a stack.

use std::time::Duration;

use serde_json::{Value, json};

use super::parts::{
    SUBSCRIPTION, Story, begun, minutes, nested, plan_at, progressed, resource, state,
};
use crate::{
    arm::{Cause, ProvisioningState, Redeployment, Scope, StackId, Target, WhatIf},
    event::{Ending, Event, StackResources},
    inputs::{Operation, Rollback},
};

/// Two periods of throttling.
pub(crate) fn throttling() -> Story {
    let throttled = |wait| Event::Throttled {
        wait: Duration::from_secs(wait),
    };
    let ended = |lasted, attempts| Event::ThrottlingEnded {
        lasted: Duration::from_secs(lasted),
        attempts,
    };
    let mut story = begun();
    story.extend([
        (minutes(10), throttled(17)),
        (minutes(12), ended(47, 3)),
        (
            minutes(15),
            progressed(vec![resource("vnet", "Succeeded", 14)], 1, 1),
        ),
        (minutes(16), throttled(372)),
        (minutes(20), ended(240, 1)),
        (minutes(20), state("Succeeded")),
        (minutes(20), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// JSON in strings, and capitalised keys.
pub(crate) fn failure_of_the_old_generation() -> Story {
    let taken = json!({
        "Code": "Conflict", "Message": "Website with given name hub-api already exists.", "Target": null,
        "Details": [{ "Message": "Website with given name hub-api already exists." }, { "Code": "Conflict" },
            { "ErrorEntity": { "Code": "Conflict", "Message": "Website with given name hub-api already exists." } }],
    });
    let inner = json!({ "status": "Failed", "error": {
        "code": "ResourceDeploymentFailure",
        "message": "The resource operation completed with terminal provisioning state 'Failed'.",
        "details": [{ "code": "Conflict", "message": taken.to_string() }],
    }});
    failed(&json!({ "code": "DeploymentFailed",
        "message": "At least one resource deployment operation failed. Please list deployment operations for details.",
        "details": [{ "code": "Conflict", "message": inner.to_string() }] }))
}

/// Structured, with resource ids as targets and details of a policy.
pub(crate) fn failure_of_the_new_generation() -> Story {
    let id = resource("pip", "Failed", 0).id;
    let terminal = "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.";
    failed(
        &json!({ "code": "DeploymentFailed", "message": "At least one resource deployment operation failed.", "details": [
        { "code": "ResourceDeploymentFailure", "target": id, "message": terminal, "details": [
            { "code": "RequestDisallowedByPolicy", "target": "pip", "message": "Resource 'pip' was disallowed by policy.",
              "additionalInfo": [{ "type": "PolicyViolation", "info": { "policyAssignmentDisplayName": "No public addresses",
                  "policyDefinitionDisplayName": "Not allowed resource types" } }] },
            { "code": "AuthorizationFailed", "message": "The client '33333333-3333-3333-3333-333333333333' with object id \
              '44444444-4444-4444-4444-444444444444' does not have authorization to perform action \
              'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/00000000-0000-0000-0000-000000000001' \
              or the scope is invalid." }] }] }),
    )
}

/// The error is a plain string.
pub(crate) fn failure_in_plain_words() -> Story {
    failed(&json!("The gateway did not answer."))
}

fn failed(error: &Value) -> Story {
    let causes = Cause::find(error);
    let mut failed = resource("pip", "Failed", 4);
    failed.causes.clone_from(&causes);
    let mut story = begun();
    story.extend([
        (
            minutes(6),
            progressed(vec![failed, nested("hub", "Failed")], 1, 1),
        ),
        (minutes(7), state("Failed")),
        (minutes(7), Event::Ended(Ending::Failed { causes })),
    ]);
    story
}

/// 500 resources, a hundred at a time; Azure retries three of them.
pub(crate) fn many_batches() -> Story {
    let batch = |from: usize, state: &str, took: u64| {
        (from..from + 100)
            .map(|n| resource(&format!("afw-{n:03}"), state, took))
            .collect::<Vec<_>>()
    };
    let mut story = begun();
    for round in 0..5 {
        let (from, at) = (round * 100, minutes(10 * (round as u64 + 1)));
        story.push((at, progressed(batch(from, "Running", 0), from, from + 100)));
        story.push((
            at + minutes(9),
            progressed(batch(from, "Succeeded", 9), from + 100, from + 100),
        ));
    }
    let again = |state: &str, took| {
        (0..3)
            .map(|n| resource(&format!("afw-{n:03}"), state, took))
            .collect()
    };
    story.extend([
        (minutes(60), progressed(again("Running", 0), 497, 500)),
        (minutes(62), progressed(again("Succeeded", 2), 500, 500)),
        (minutes(63), state("Succeeded")),
        (minutes(63), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// A what-if with changes of several kinds.
pub(crate) fn what_if() -> Story {
    let id = |name: &str| {
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network/azureFirewalls/{name}"
        )
    };
    let answer = json!({ "status": "Succeeded", "properties": { "changes": [
        { "resourceId": id("new"), "changeType": "Create", "after": { "name": "new" } },
        { "resourceId": id("old"), "changeType": "Delete", "before": { "name": "old" } },
        { "resourceId": id("afw"), "changeType": "Modify", "delta": [
            { "path": "properties.sku.tier", "propertyChangeType": "Modify", "before": "Basic", "after": "Standard" },
            { "path": "tags.team", "propertyChangeType": "Create", "after": "platform" },
        ] },
        { "resourceId": id("same"), "changeType": "NoChange" },
    ] } });
    let mut plan = plan_at(Scope::Subscription(SUBSCRIPTION.parse().expect("a GUID")));
    plan.operation = Operation::WhatIf;
    vec![
        (Duration::ZERO, Event::Planned(plan)),
        (minutes(1), Event::WhatIfRead(WhatIf::read(answer, &[]))),
        (minutes(1), Event::Ended(Ending::Predicted)),
    ]
}

/// A deployment that fails, so that Azure repeats an earlier one.
pub(crate) fn rolled_back() -> Story {
    let scope = Scope::ResourceGroup {
        subscription: SUBSCRIPTION.parse().expect("a GUID"),
        name: "rg-hub".to_owned(),
    };
    let mut plan = plan_at(scope);
    plan.location = None;
    plan.rollback = Some(Rollback::LastSuccessful);
    let seen = |state: &str| {
        Event::RollbackSeen(Redeployment {
            name: "hub-41-1a2b3c".to_owned(),
            state: ProvisioningState::new(state),
        })
    };
    let mut story = failure_in_plain_words();
    if let Some((_, planned)) = story.first_mut() {
        *planned = Event::Planned(plan);
    }
    let ended = story.pop();
    story.extend([
        (minutes(8), seen("Running")),
        (minutes(30), seen("Succeeded")),
    ]);
    story.extend(ended.map(|(_, ending)| (minutes(30), ending)));
    story
}

/// A stack that detaches one resource and deletes another.
pub(crate) fn stack() -> Story {
    let mut story = begun();
    if let Some((_, Event::Planned(plan))) = story.first_mut() {
        plan.stack = Some(Box::default());
        plan.target = Target::Stack(StackId::new(&plan.scope, plan.target.name()));
        plan.mode = None;
    }
    let resources = StackResources {
        managed: 2,
        detached: vec![
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/left"
                .to_owned(),
        ],
        deleted: vec![
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/gone"
                .to_owned(),
        ],
        failed: vec![],
    };
    let done = vec![
        resource("afw", "Succeeded", 9),
        resource("vnet", "Succeeded", 1),
    ];
    story.extend([
        (minutes(10), progressed(done, 2, 2)),
        (minutes(11), state("deletingResources")),
        (minutes(12), state("succeeded")),
        (minutes(12), Event::StackRead(resources)),
        (minutes(12), Event::Ended(Ending::Succeeded)),
    ]);
    story
}
