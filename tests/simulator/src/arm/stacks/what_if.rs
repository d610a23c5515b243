//! What-ifs of stacks: results that are made, read, asked for their properties, and thrown away.

use std::{collections::BTreeMap, time::Duration};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    super::{authorization, what_if},
    ArmError, Preflight, Stack, StackBody, Target, answers, lock,
};
use crate::{
    options::Gap,
    plan::{DeploymentPlan, ResourcePlan},
    reply::Reply,
};

const THINKING: Duration = Duration::from_secs(8);
/// From the question for the properties to its answer.
const COMPARING: Duration = Duration::from_secs(20);
const KIND: &str = "deploymentStacksWhatIfResults";

/// A what-if's result.
#[derive(Debug)]
pub(super) struct WhatIfResult {
    id: String,
    ready: Duration,
    /// What the result shows.
    properties: Value,
    /// What changes in each resource, by position.
    configurations: Vec<Value>,
}

/// What happens to one resource, and what changes in it.
type Change = (Value, Value);

impl Target<'_> {
    pub(super) fn put_what_if(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit_what_if("write", name)?;
        let body = StackBody::read(self.call, self.scope, name)?;
        let given = |name: &str| body.properties.get(name).and_then(Value::as_str);
        let (Some(stack), Some(_)) = (
            given("deploymentStackResourceId"),
            given("retentionInterval"),
        ) else {
            return Err(ArmError::bad_request(
                "DeploymentStackWhatIfInvalidRequest",
                "The 'deploymentStackResourceId' and 'retentionInterval' properties are required.",
            ));
        };
        let plan = self.plan(&body, stack.rsplit('/').next().unwrap_or_default())?;
        let (changes, configurations) = self.changes(&body, stack, &plan).into_iter().unzip();
        let mut properties = answers::settings(&body);
        properties["deploymentStackResourceId"] = stack.into();
        properties["retentionInterval"] = body.properties["retentionInterval"].clone();
        properties["correlationId"] = self.call.correlation_id.as_str().into();
        properties["changes"] = self.with_settings(&body, stack, changes);
        properties["diagnostics"] = self.diagnostics(&plan);
        let id = self.id(KIND, name);
        let shown = whole(&id, name, &properties, false);
        let mut stacks = lock(&self.world.stacks);
        stacks
            .what_ifs
            .retain(|own| !own.id.eq_ignore_ascii_case(&id));
        stacks.what_ifs.push(WhatIfResult {
            id,
            ready: self.call.now + THINKING,
            properties,
            configurations,
        });
        let url = self.operation_url("Status", "what-if");
        Ok(Reply::json(StatusCode::CREATED, shown).with("azure-asyncoperation", url))
    }

    fn permit_what_if(&self, action: &str, name: &str) -> Result<(), ArmError> {
        let action = format!("Microsoft.Resources/{KIND}/{action}");
        authorization::permit(self.world, &action, &self.id(KIND, name))
    }

    fn changes(&self, body: &StackBody, stack: &str, plan: &DeploymentPlan) -> Vec<Change> {
        let (stacks, deployments) = (lock(&self.world.stacks), lock(&self.world.deployments));
        let now = self.call.now;
        let known = stacks.find(stack, now, &deployments);
        let comparing = Comparing {
            target: self,
            managed: known.map_or(&[][..], |stack| stack.managed(now, &deployments)),
            denied_before: known.map(Stack::deny_mode).unwrap_or_default(),
            denied_after: body.deny_mode(),
            existing: deployments.existing(now),
        };
        let mut changes = Vec::new();
        let mut named = Vec::new();
        comparing.walk(plan, &mut changes, &mut named);
        let gone = comparing.managed.iter().filter(|id| !has(&named, id));
        changes.extend(gone.map(|id| comparing.gone(id, body.deletes(id))));
        changes
    }

    fn with_settings(&self, body: &StackBody, stack: &str, changes: Vec<Value>) -> Value {
        let (stacks, deployments) = (lock(&self.world.stacks), lock(&self.world.deployments));
        let existing = stacks.find(stack, self.call.now, &deployments);
        let settings = answers::settings(body)["denySettings"].clone();
        let earlier = existing.map(|stack| answers::settings(&stack.body)["denySettings"].clone());
        json!({
            "resourceChanges": changes,
            "denySettingsChange": {"before": earlier, "after": settings, "delta": []},
            "deploymentScopeChange": {},
        })
    }

    fn diagnostics(&self, plan: &DeploymentPlan) -> Value {
        let options = &self.world.options;
        let mut all = options.diagnostics.clone();
        plan.walk(&mut |deployment| {
            let resources = deployment.resources.iter();
            let skipped = resources.filter(|own| options.gap(own) == Some(Gap::ShortCircuited));
            all.extend(skipped.map(|own| what_if::short_circuited(&own.id)));
        });
        all.into()
    }

    pub(super) fn show_what_if(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit_what_if("read", name)?;
        let id = self.id(KIND, name);
        let stacks = lock(&self.world.stacks);
        let found = find(&stacks.what_ifs, &id, name)?;
        let shown = whole(&id, name, &found.properties, self.call.now >= found.ready);
        Ok(Reply::json(StatusCode::OK, shown))
    }

    /// The result with what changes in each resource, which takes its time.
    pub(super) fn ask_properties(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit_what_if("whatIf/action", name)?;
        let id = self.id(KIND, name);
        let mut stacks = lock(&self.world.stacks);
        let found = find(&stacks.what_ifs, &id, name)?;
        if self.call.now < found.ready {
            return Err(ArmError::conflict(
                "DeploymentStackWhatIfResultInNonTerminalState",
                format!("The deployment stack what-if result '{name}' is not complete yet."),
            ));
        }
        let mut properties = found.properties.clone();
        for (at, configuration) in found.configurations.iter().enumerate() {
            if !configuration.is_null() {
                let change = &mut properties["changes"]["resourceChanges"][at];
                change["resourceConfigurationChanges"] = configuration.clone();
            }
        }
        let answer = Preflight {
            ready: self.call.now + COMPARING,
            result: Ok(whole(&id, name, &properties, true)),
        };
        let operation = stacks.keep(answer);
        Ok(Reply::empty(StatusCode::ACCEPTED)
            .with("location", self.operation_url("Results", &operation))
            .with("retry-after", "15"))
    }

    pub(super) fn delete_what_if(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit_what_if("delete", name)?;
        let id = self.id(KIND, name);
        let mut stacks = lock(&self.world.stacks);
        stacks
            .what_ifs
            .retain(|own| !own.id.eq_ignore_ascii_case(&id));
        Ok(Reply::empty(StatusCode::OK))
    }
}

/// Compares a template with what its stack manages.
struct Comparing<'a> {
    target: &'a Target<'a>,
    managed: &'a [String],
    denied_before: &'a str,
    denied_after: &'a str,
    existing: BTreeMap<String, &'a ResourcePlan>,
}

impl Comparing<'_> {
    fn walk(&self, plan: &DeploymentPlan, changes: &mut Vec<Change>, named: &mut Vec<String>) {
        for resource in &plan.resources {
            let gap = self.target.world.options.gap(resource);
            match &resource.nested {
                Some(nested) if gap == Some(Gap::ShortCircuited) => {
                    named.extend(super::managed_by(nested));
                }
                Some(nested) => self.walk(nested, changes, named),
                None => {
                    named.push(resource.id.clone());
                    changes.push(self.kept(resource, gap));
                }
            }
        }
    }

    /// What becomes of a resource of the template.
    fn kept(&self, resource: &ResourcePlan, gap: Option<Gap>) -> Change {
        let own = |resource: &ResourcePlan| what_if::shown(resource, &[]);
        let before = self.existing.get(&resource.id.to_ascii_lowercase());
        let before = before.map(|resource| own(resource));
        let compared = what_if::change(&resource.id, before.as_ref(), &own(resource));
        let (kind, status) = match (
            compared["changeType"].as_str(),
            has(self.managed, &resource.id),
        ) {
            (Some("Modify"), true) => ("modify", ["managed", "managed"]),
            (Some("NoChange"), true) => ("noChange", ["managed", "managed"]),
            (Some("Modify"), false) => ("modify", ["unmanaged", "managed"]),
            (Some("NoChange"), false) => ("noChange", ["unmanaged", "managed"]),
            _ => ("create", ["unknown", "managed"]),
        };
        let mut change = self.change(&resource.id, kind, status);
        match gap {
            Some(Gap::Unsupported) => {
                change["changeType"] = "unsupported".into();
                change["unsupportedReason"] = what_if::UNIDENTIFIABLE.into();
            }
            Some(Gap::Potential) => change["changeCertainty"] = "potential".into(),
            _ => {}
        }
        let mut configuration = json!({"after": compared["after"]});
        for name in ["before", "delta"] {
            if let Some(part) = compared.get(name) {
                configuration[name] = in_stacks_words(part.clone());
            }
        }
        (change, configuration)
    }

    /// What becomes of a resource that the template does not name any more.
    fn gone(&self, id: &str, deleted: bool) -> Change {
        let kind = if deleted { "delete" } else { "detach" };
        (self.change(id, kind, ["managed", "unmanaged"]), Value::Null)
    }

    fn change(&self, id: &str, kind: &str, [before, after]: [&str; 2]) -> Value {
        let denied = |status: &str, mode: &str| match (status, mode) {
            ("managed", "") => "none".to_owned(),
            ("managed", mode) => mode.to_owned(),
            _ => "notSupported".to_owned(),
        };
        let (was, will) = (
            denied(before, self.denied_before),
            denied(after, self.denied_after),
        );
        let mut change = json!({
            "id": id, "changeType": kind, "changeCertainty": "definite",
            "managementStatusChange": {"before": before, "after": after},
        });
        if before == "managed" && after == "managed" && was != will {
            change["denyStatusChange"] = json!({"before": was, "after": will});
        }
        change
    }
}

/// Property changes as stacks name them.
fn in_stacks_words(mut part: Value) -> Value {
    let changes = part.as_array_mut().into_iter().flatten();
    for change in changes.filter_map(Value::as_object_mut) {
        if let Some(kind) = change.remove("propertyChangeType") {
            let kind = kind.as_str().unwrap_or_default();
            let (first, rest) = kind.split_at(kind.len().min(1));
            let kind = format!("{}{rest}", first.to_ascii_lowercase());
            change.insert("changeType".to_owned(), kind.into());
        }
        if let Some(children) = change.remove("children") {
            change.insert("children".to_owned(), in_stacks_words(children));
        }
    }
    part
}

fn has(ids: &[String], id: &str) -> bool {
    ids.iter().any(|own| own.eq_ignore_ascii_case(id))
}

fn find<'a>(all: &'a [WhatIfResult], id: &str, name: &str) -> Result<&'a WhatIfResult, ArmError> {
    let found = all.iter().find(|own| own.id.eq_ignore_ascii_case(id));
    found.ok_or_else(|| {
        ArmError::not_found(
            "DeploymentStackWhatIfResultNotFound",
            format!("The deployment stack what-if result '{name}' could not be found."),
        )
    })
}

fn whole(id: &str, name: &str, properties: &Value, ready: bool) -> Value {
    let mut properties = properties.clone();
    properties["provisioningState"] = if ready { "succeeded" } else { "initializing" }.into();
    if let (false, Some(properties)) = (ready, properties.as_object_mut()) {
        properties.remove("changes");
        properties.remove("diagnostics");
    }
    json!({"properties": properties, "id": id, "type": format!("Microsoft.Resources/{KIND}"), "name": name})
}
