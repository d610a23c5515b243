//! A deployment as `GET` shows it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    outcome,
    store::{Deployments, Found},
};
use crate::{
    clock::{Clock, iso, precise},
    plan::{DeploymentPlan, ResourcePlan, timeline::State},
    template::{outputs::camel_case, parameters, parameters::Bound},
};

/// The body of an answer about a deployment.
pub(crate) fn show(
    found: Found<'_>,
    deployments: &Deployments,
    now: Duration,
    clock: &Clock,
    legacy: bool,
) -> Value {
    let plan = found.plan;
    let mut body = Map::new();
    body.insert("id".into(), plan.id.as_str().into());
    body.insert("name".into(), plan.name.as_str().into());
    body.insert("type".into(), "Microsoft.Resources/deployments".into());
    if let Some(location) = &plan.location {
        body.insert("location".into(), location.as_str().into());
    }
    if let Some(tags) = &plan.tags {
        body.insert("tags".into(), tags.clone());
    }
    body.insert(
        "properties".into(),
        properties(found, deployments, now, clock, legacy),
    );
    body.into()
}

fn properties(
    found: Found<'_>,
    deployments: &Deployments,
    now: Duration,
    clock: &Clock,
    legacy: bool,
) -> Value {
    let Found {
        plan,
        timeline,
        root,
    } = found;
    let state = timeline.state(now);
    let changed = timeline.last_change(now);
    let mut properties = json!({
        "templateHash": plan.template_hash,
        "parameters": parameters(&plan.parameters, state),
        "mode": plan.mode,
        "provisioningState": state.name(),
        "timestamp": precise(clock.at(changed)),
        "duration": iso(changed.saturating_sub(timeline.start)),
        "correlationId": root.correlation_id,
        "providers": providers(plan),
        "dependencies": dependencies(plan),
    });
    if std::ptr::eq(plan, &raw const root.plan) {
        if let Some(asked) = root.properties.get("debugSetting") {
            properties["debugSetting"] = asked.clone();
        }
        if let Some(on_error) = &root.on_error {
            properties["onErrorDeployment"] = on_error.show(deployments, now);
        }
    }
    if state == State::Failed {
        properties["error"] = outcome::deployment_error(plan, timeline, legacy);
    }
    if state == State::Succeeded {
        properties["outputs"] = outputs(plan);
        properties["outputResources"] = output_resources(plan);
    }
    properties
}

pub(super) fn parameters(bound: &[Bound], state: State) -> Value {
    let shown = bound.iter().map(|parameter| {
        let mut shown = json!({"type": parameter.kind.display()});
        // A null is shown when the deployment is accepted and left out later; what came from a
        // vault is never shown.
        let null = parameter.value.is_null() && state != State::Accepted;
        if !parameter.kind.secure && !null && parameter.value != parameters::secret() {
            shown["value"] = parameter.value.clone();
        }
        (parameter.name.clone(), shown)
    });
    Value::Object(shown.collect())
}

fn outputs(plan: &DeploymentPlan) -> Value {
    let outputs = plan.outputs.iter().flatten();
    Value::Object(
        outputs
            .map(|output| (camel_case(&output.name), output.show()))
            .collect(),
    )
}

/// Everything deployed, at any depth, but the deployments themselves.
fn output_resources(plan: &DeploymentPlan) -> Value {
    let mut ids = Vec::new();
    plan.walk(&mut |deployment| {
        let plain = deployment
            .resources
            .iter()
            .filter(|resource| resource.nested.is_none() && resource.extension.is_none());
        ids.extend(plain.map(|resource| json!({"id": resource.id})));
    });
    ids.into()
}

pub(super) fn providers(plan: &DeploymentPlan) -> Value {
    let mut providers: Vec<(String, Map<String, Value>)> = Vec::new();
    for resource in &plan.resources {
        let (namespace, kind) = resource
            .kind
            .split_once('/')
            .unwrap_or((&resource.kind, ""));
        let position = providers
            .iter()
            .position(|(own, _)| own.eq_ignore_ascii_case(namespace));
        let position = position.unwrap_or_else(|| {
            providers.push((namespace.to_owned(), Map::new()));
            providers.len() - 1
        });
        let locations = providers[position]
            .1
            .entry(kind)
            .or_insert_with(|| json!([]));
        let location = resource
            .location
            .as_deref()
            .map_or(Value::Null, Value::from);
        if let Some(locations) = locations.as_array_mut()
            && !locations.contains(&location)
        {
            locations.push(location);
        }
    }
    let shown = providers.into_iter().map(|(namespace, kinds)| {
        let kinds = kinds.into_iter();
        let kinds: Value = kinds
            .map(|(kind, at)| json!({"resourceType": kind, "locations": at}))
            .collect();
        json!({"namespace": namespace, "resourceTypes": kinds})
    });
    shown.collect()
}

pub(super) fn dependencies(plan: &DeploymentPlan) -> Value {
    let waiting = plan
        .resources
        .iter()
        .filter(|resource| !resource.depends_on.is_empty());
    let shown = waiting.map(|resource| {
        let before = resource
            .depends_on
            .iter()
            .map(|at| target(&plan.resources[*at]));
        let mut shown = json!({"dependsOn": before.collect::<Value>()});
        if let (Some(shown), Value::Object(own)) = (shown.as_object_mut(), target(resource)) {
            shown.extend(own);
        }
        shown
    });
    shown.collect()
}

/// What names a resource in operations and dependencies. A resource of an extension has no id.
pub(super) fn target(resource: &ResourcePlan) -> Value {
    match &resource.extension {
        Some(extension) => json!({
            "extension": {"alias": extension, "name": extension, "version": "1.0.0"},
            "resourceType": resource.kind,
            "identifiers": {"uniqueName": resource.body["properties"]["uniqueName"]},
        }),
        None => json!({
            "id": resource.id, "resourceType": resource.kind, "resourceName": resource.name,
        }),
    }
}
