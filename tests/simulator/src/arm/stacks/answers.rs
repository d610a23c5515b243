//! Stacks and validations as the service shows them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    Call, DeploymentPlan, Dropped, Stack, StackBody, World, deployment, managed_by, references,
};
use crate::{
    arm::store::{Deployments, Found},
    clock::iso,
    plan::timeline::State,
};

/// The body of an answer about a stack.
pub(super) fn stack(
    stack: &Stack,
    now: Duration,
    deployments: &Deployments,
    world: &World,
) -> Value {
    let mut properties = settings(&stack.body);
    properties["provisioningState"] = stack.state(now, deployments).into();
    properties["correlationId"] = stack
        .deletion
        .as_ref()
        .map_or(&stack.correlation_id, |deletion| &deletion.correlation_id)
        .as_str()
        .into();
    let mode = stack.body.deny_mode();
    let managed = stack.managed(now, deployments).iter();
    properties["resources"] = managed
        .map(|id| json!({"status": "managed", "denyStatus": mode, "id": id}))
        .collect();
    let begun = stack
        .found(deployments)
        .filter(|found| now >= found.timeline.start);
    if let Some(found) = begun {
        let shown = deployment::show(
            found,
            deployments,
            now,
            &world.clock,
            world.options.legacy_errors,
        );
        properties["deploymentId"] = stack.deployment.as_str().into();
        properties["parameters"] = shown["properties"]["parameters"].clone();
        if let Some(outputs) = shown["properties"].get("outputs") {
            properties["outputs"] = outputs.clone();
        }
    }
    if stack.is_over(now, deployments) {
        let end = begun.map_or(now, |found| found.timeline.end);
        properties["duration"] = iso(end.saturating_sub(stack.created)).into();
    }
    gone(stack, now, deployments, &mut properties);
    if let Some(error) = stack.error(now, deployments) {
        properties["failedResources"] = failed(stack, begun, now);
        properties["error"] = error;
    }
    whole(&stack.id, &stack.name, &stack.body, properties)
}

/// What has left the stack.
fn gone(stack: &Stack, now: Duration, deployments: &Deployments, properties: &mut Value) {
    let over = stack.is_over(now, deployments) && stack.is_deployed(now, deployments);
    let dropped = || stack.dropped.iter().filter(|_| over);
    let ids = |wanted: fn(&Dropped) -> bool| {
        references(dropped().filter(|each| wanted(each)).map(|each| &each.id))
    };
    properties["detachedResources"] = ids(|each| !each.delete);
    properties["deletedResources"] = ids(|each| each.delete && !each.stays);
    properties["failedResources"] = json!([]);
}

fn failed(stack: &Stack, found: Option<Found<'_>>, now: Duration) -> Value {
    let dropped = stack
        .deletion
        .as_ref()
        .map_or(&stack.dropped, |deletion| &deletion.dropped);
    let undeleted = dropped.iter().filter(|each| each.fails()).map(|each| {
        json!({"id": each.id, "error": {
            "code": "ScopeLocked",
            "message": "The resource cannot be deleted because it is locked.",
        }})
    });
    let undeployed = found.filter(|found| found.state(now) == State::Failed);
    let undeployed = undeployed
        .into_iter()
        .flat_map(|found| found.plan.resources.iter().zip(&found.timeline.spans));
    let undeployed = undeployed.filter_map(|(resource, span)| {
        span.as_ref()
            .filter(|span| span.end_state == State::Failed)?;
        let failure = resource.failure.as_ref()?;
        Some(json!({"id": resource.id, "error": failure.message["error"]}))
    });
    undeployed.chain(undeleted).collect()
}

/// The answer to a validation that found nothing wrong.
pub(super) fn validated(
    id: &str,
    name: &str,
    body: &StackBody,
    plan: &DeploymentPlan,
    call: &Call,
) -> Value {
    let mut properties = settings(body);
    properties["validatedResources"] = references(managed_by(plan));
    properties["correlationId"] = call.correlation_id.as_str().into();
    whole(id, name, body, properties)
}

/// The settings, completed with the service's defaults.
pub(super) fn settings(body: &StackBody) -> Value {
    let given = &body.properties;
    let mut unmanage = json!({
        "resources": "detach", "resourceGroups": "detach", "managementGroups": "detach",
        "resourcesWithoutDeleteSupport": "fail",
    });
    complete(&mut unmanage, &given["actionOnUnmanage"]);
    let mut deny = json!({
        "mode": "none", "applyToChildScopes": false, "excludedPrincipals": [], "excludedActions": [],
    });
    complete(&mut deny, &given["denySettings"]);
    let mut settings = json!({"actionOnUnmanage": unmanage, "denySettings": deny});
    if let Some(description) = given.get("description") {
        settings["description"] = description.clone();
    }
    settings
}

fn complete(defaults: &mut Value, given: &Value) {
    for (name, value) in given.as_object().into_iter().flatten() {
        defaults[name] = value.clone();
    }
}

fn whole(id: &str, name: &str, body: &StackBody, properties: Value) -> Value {
    let mut whole = Map::new();
    if let Some(location) = &body.location {
        whole.insert("location".into(), location.as_str().into());
    }
    if !body.tags.is_null() {
        whole.insert("tags".into(), body.tags.clone());
    }
    whole.insert("properties".into(), properties);
    whole.insert("id".into(), id.into());
    whole.insert("type".into(), "Microsoft.Resources/deploymentStacks".into());
    whole.insert("name".into(), name.into());
    whole.into()
}
