//! What a deployment would change, told from what earlier deployments have left.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::scope::Scope;
use crate::{
    options::{Gap, Options},
    plan::{DeploymentPlan, ResourcePlan},
};

/// Why a resource is unsupported.
pub(super) const UNIDENTIFIABLE: &str = "Changes to the resource cannot be analyzed because its resource ID or API version cannot be calculated until the deployment is under way. Please see https://aka.ms/WhatIfUnidentifiableResource for more guidance.";

/// What a what-if tells.
pub(crate) struct Prediction {
    changes: Vec<Value>,
    potential: Vec<Value>,
    diagnostics: Vec<Value>,
}

impl Prediction {
    /// The properties of the answer, with nothing but ids of resources if so asked.
    pub(crate) fn properties(mut self, correlation_id: &str, ids_only: bool) -> Value {
        if ids_only {
            self.changes.iter_mut().for_each(reduce);
            self.potential.iter_mut().for_each(reduce);
        }
        let mut properties = json!({"correlationId": correlation_id, "changes": self.changes});
        if !self.potential.is_empty() {
            properties["potentialChanges"] = self.potential.into();
        }
        if !self.diagnostics.is_empty() {
            properties["diagnostics"] = self.diagnostics.into();
        }
        properties
    }
}

/// What a what-if tells, as far as it looks.
pub(crate) fn predict(
    plan: &DeploymentPlan,
    existing: &BTreeMap<String, &ResourcePlan>,
    options: &Options,
) -> Prediction {
    let mut predicting = Predicting {
        existing,
        options,
        secrets: secrets(plan),
        named: BTreeSet::new(),
        told: Prediction {
            changes: Vec::new(),
            potential: Vec::new(),
            diagnostics: options.diagnostics.clone(),
        },
    };
    predicting.deployment(plan);
    predicting.others(plan);
    predicting.told
}

struct Predicting<'a> {
    existing: &'a BTreeMap<String, &'a ResourcePlan>,
    options: &'a Options,
    secrets: Vec<Secret<'a>>,
    named: BTreeSet<String>,
    told: Prediction,
}

impl<'a> Predicting<'a> {
    fn deployment(&mut self, plan: &'a DeploymentPlan) {
        for resource in &plan.resources {
            match (&resource.nested, self.options.gap(resource)) {
                (Some(nested), Some(Gap::ShortCircuited)) => {
                    self.leave_out(nested);
                    self.told.diagnostics.push(short_circuited(&nested.id));
                }
                (Some(nested), _) => self.deployment(nested),
                (None, gap) => self.resource(resource, gap),
            }
        }
    }

    /// What is not looked into is not taken for what the template does not name, either.
    fn leave_out(&mut self, plan: &DeploymentPlan) {
        let named = &mut self.named;
        plan.walk(&mut |deployment| {
            let ids = deployment.resources.iter();
            named.extend(ids.map(|resource| resource.id.to_ascii_lowercase()));
        });
    }

    fn resource(&mut self, resource: &ResourcePlan, gap: Option<Gap>) {
        let id = resource.id.to_ascii_lowercase();
        let after = shown(resource, &self.secrets);
        let before = self.existing.get(&id);
        let before = before.map(|resource| shown(resource, &self.secrets));
        self.named.insert(id);
        let change = change(&resource.id, before.as_ref(), &after);
        match gap {
            Some(Gap::Potential) => self.told.potential.push(change),
            Some(Gap::Unsupported) => self.told.changes.push(json!({
                "resourceId": resource.id, "changeType": "Unsupported", "after": after,
                "unsupportedReason": UNIDENTIFIABLE,
            })),
            Some(Gap::Ignored) => self.told.changes.push(json!({
                "resourceId": resource.id, "changeType": "Ignore", "after": after,
            })),
            _ => self.told.changes.push(change),
        }
    }

    /// What is there besides in the resource group.
    fn others(&mut self, plan: &DeploymentPlan) {
        if !matches!(plan.scope, Scope::ResourceGroup { .. }) {
            return;
        }
        let group = format!("{}/", plan.scope.id().to_ascii_lowercase());
        let existing = self.existing.iter();
        let others = existing.filter(|(id, _)| !self.named.contains(*id) && id.starts_with(&group));
        let others = others.map(|(_, resource)| unnamed(plan, resource, &self.secrets));
        self.told.changes.extend(others);
    }
}

pub(super) fn short_circuited(id: &str) -> Value {
    json!({
        "level": "Warning", "code": "NestedDeploymentShortCircuited", "target": id,
        "message": "A nested deployment got short-circuited and all its resources got skipped from validation. This is due to a nested template having a parameter that was not fully evaluated (e.g. contains a reference() function). Please see https://aka.ms/WhatIfEvalStopped for more guidance.",
    })
}

/// A resource that the template does not name: left alone, or deleted in complete mode.
fn unnamed(plan: &DeploymentPlan, resource: &ResourcePlan, secrets: &[Secret<'_>]) -> Value {
    let before = shown(resource, secrets);
    if plan.mode == "Complete" {
        return json!({"resourceId": resource.id, "changeType": "Delete", "before": before});
    }
    json!({"resourceId": resource.id, "changeType": "Ignore", "before": before, "after": before})
}

pub(super) fn change(id: &str, before: Option<&Value>, after: &Value) -> Value {
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
pub(super) fn shown(resource: &ResourcePlan, secrets: &[Secret<'_>]) -> Value {
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
