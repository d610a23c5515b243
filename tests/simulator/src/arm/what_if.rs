//! What a deployment would change, told from what earlier deployments have left.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::scope::Scope;
use crate::plan::{DeploymentPlan, ResourcePlan};

/// The changes that a what-if tells, with nothing but ids if so asked.
pub(crate) fn changes(
    plan: &DeploymentPlan,
    existing: &BTreeMap<String, &ResourcePlan>,
    ids_only: bool,
) -> Vec<Value> {
    let secrets = secrets(plan);
    let mut changes = Vec::new();
    let mut named = BTreeSet::new();
    plan.walk(&mut |deployment| {
        let resources = deployment.resources.iter();
        for resource in resources.filter(|resource| resource.nested.is_none()) {
            let id = resource.id.to_ascii_lowercase();
            let after = shown(resource, &secrets);
            let before = existing.get(&id).map(|resource| shown(resource, &secrets));
            named.insert(id);
            changes.push(change(&resource.id, before.as_ref(), &after));
        }
    });
    if matches!(plan.scope, Scope::ResourceGroup { .. }) {
        let others = existing.iter().filter(|(id, _)| !named.contains(*id));
        let group = format!("{}/", plan.scope.id().to_ascii_lowercase());
        let others = others.filter(|(id, _)| id.starts_with(&group));
        changes.extend(others.map(|(_, resource)| unnamed(plan, resource, &secrets)));
    }
    if ids_only {
        changes.iter_mut().for_each(reduce);
    }
    changes
}

/// A resource that the template does not name: left alone, or deleted in complete mode.
fn unnamed(plan: &DeploymentPlan, resource: &ResourcePlan, secrets: &[Secret<'_>]) -> Value {
    let before = shown(resource, secrets);
    if plan.mode == "Complete" {
        return json!({"resourceId": resource.id, "changeType": "Delete", "before": before});
    }
    json!({"resourceId": resource.id, "changeType": "Ignore", "before": before, "after": before})
}

fn change(id: &str, before: Option<&Value>, after: &Value) -> Value {
    let Some(before) = before else {
        return json!({"resourceId": id, "changeType": "Create", "after": after});
    };
    let mut delta = Vec::new();
    compare("", before, after, &mut delta);
    let kind = if delta.is_empty() {
        "NoChange"
    } else {
        "Modify"
    };
    json!({"resourceId": id, "changeType": kind, "before": before, "after": after, "delta": delta})
}

/// What is left of a change where only ids are asked for.
fn reduce(change: &mut Value) {
    let kind = match change["changeType"].as_str() {
        Some("Modify" | "NoChange") => "Deploy",
        kind => kind.unwrap_or_default(),
    };
    *change = json!({"resourceId": change["resourceId"], "changeType": kind});
}

fn compare(path: &str, before: &Value, after: &Value, delta: &mut Vec<Value>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => compare_fields(path, old, new, delta),
        (Value::Array(old), Value::Array(new)) if old != new => {
            let children = compare_items(old, new);
            delta.push(json!({"path": path, "propertyChangeType": "Array", "children": children}));
        }
        _ if before == after => {}
        _ => delta.push(
            json!({"path": path, "propertyChangeType": "Modify", "before": before, "after": after}),
        ),
    }
}

fn compare_fields(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    delta: &mut Vec<Value>,
) {
    let join = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    for (name, before) in old {
        let path = join(name);
        match new.get(name) {
            Some(after) => compare(&path, before, after, delta),
            None => delta.push(deleted(&path, before)),
        }
    }
    for (name, after) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        delta.push(created(&join(name), after));
    }
}

fn compare_items(old: &[Value], new: &[Value]) -> Vec<Value> {
    let mut children = Vec::new();
    for index in 0..old.len().max(new.len()) {
        let path = index.to_string();
        match (old.get(index), new.get(index)) {
            (Some(before), Some(after)) => {
                let mut within = Vec::new();
                compare("", before, after, &mut within);
                children.extend(item(&path, within));
            }
            (Some(before), None) => children.push(deleted(&path, before)),
            (None, after) => children.push(created(&path, after.unwrap_or(&Value::Null))),
        }
    }
    children
}

/// The change of an item: that of its value, or those of its properties.
fn item(path: &str, mut within: Vec<Value>) -> Option<Value> {
    match within.as_mut_slice() {
        [] => None,
        [own] if own["path"] == "" => {
            own["path"] = path.into();
            within.pop()
        }
        _ => Some(json!({"path": path, "propertyChangeType": "Modify", "children": within})),
    }
}

fn created(path: &str, after: &Value) -> Value {
    json!({"path": path, "propertyChangeType": "Create", "after": after})
}

fn deleted(path: &str, before: &Value) -> Value {
    json!({"path": path, "propertyChangeType": "Delete", "before": before})
}

/// A secure parameter: its name and its value.
type Secret<'a> = (&'a str, &'a str);

fn secrets(plan: &DeploymentPlan) -> Vec<Secret<'_>> {
    let mut secrets = Vec::new();
    plan.walk(&mut |deployment| {
        let secure = deployment.parameters.iter();
        let secure = secure.filter(|parameter| parameter.kind.secure);
        secrets.extend(secure.filter_map(|parameter| {
            let value = parameter.value.as_str().filter(|value| !value.is_empty())?;
            Some((parameter.name.as_str(), value))
        }));
    });
    secrets
}

/// A resource with its id, and with expressions in place of secure parameters.
fn shown(resource: &ResourcePlan, secrets: &[Secret<'_>]) -> Value {
    let mut body = resource.body.clone();
    body["id"] = resource.id.as_str().into();
    body["name"] = resource.name.rsplit('/').next().into();
    conceal(&mut body, secrets);
    body
}

fn conceal(value: &mut Value, secrets: &[Secret<'_>]) {
    match value {
        Value::String(text) => {
            let held = secrets.iter().find(|(_, secret)| text.contains(secret));
            if let Some((name, _)) = held {
                *text = format!("[parameters('{name}')]");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| conceal(item, secrets)),
        Value::Object(fields) => fields.values_mut().for_each(|each| conceal(each, secrets)),
        _ => {}
    }
}
