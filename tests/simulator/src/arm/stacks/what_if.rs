//! What-ifs of stacks: results that are made, read and thrown away.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ArmError, StackBody, Target, answers, lock, managed_by};
use crate::reply::Reply;

const THINKING: Duration = Duration::from_secs(8);
const KIND: &str = "deploymentStacksWhatIfResults";

impl Target<'_> {
    pub(super) fn put_what_if(&self, name: &str) -> Result<Reply, ArmError> {
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
        let mut properties = answers::settings(&body);
        properties["deploymentStackResourceId"] = stack.into();
        properties["retentionInterval"] = body.properties["retentionInterval"].clone();
        properties["correlationId"] = self.call.correlation_id.as_str().into();
        properties["changes"] = self.changes(&body, stack)?;
        properties["diagnostics"] = json!([]);
        let id = self.id(KIND, name);
        let shown = whole(&id, name, &properties, false);
        let mut stacks = lock(&self.world.stacks);
        stacks
            .what_ifs
            .retain(|(own, ..)| !own.eq_ignore_ascii_case(&id));
        stacks
            .what_ifs
            .push((id, self.call.now + THINKING, properties));
        let url = self.operation_url("Status", "what-if");
        Ok(Reply::json(StatusCode::CREATED, shown).with("azure-asyncoperation", url))
    }

    fn changes(&self, body: &StackBody, stack: &str) -> Result<Value, ArmError> {
        let plan = self.plan(body, stack.rsplit('/').next().unwrap_or_default())?;
        let stacks = lock(&self.world.stacks);
        let deployments = lock(&self.world.deployments);
        let existing = stacks.find(stack, self.call.now, &deployments);
        let before = existing.map_or(&[][..], |stack| stack.managed(self.call.now, &deployments));
        let after = managed_by(&plan);
        let has = |ids: &[String], id: &str| ids.iter().any(|own| own.eq_ignore_ascii_case(id));
        let kept = after.iter().map(|id| match has(before, id) {
            true => change(id, "noChange", "managed", "managed"),
            false => change(id, "create", "unknown", "managed"),
        });
        let gone = before.iter().filter(|id| !has(&after, id)).map(|id| {
            let kind = if body.deletes(id) { "delete" } else { "detach" };
            change(id, kind, "managed", "unmanaged")
        });
        let settings = answers::settings(body)["denySettings"].clone();
        let earlier = existing.map(|stack| answers::settings(&stack.body)["denySettings"].clone());
        Ok(json!({
            "resourceChanges": kept.chain(gone).collect::<Value>(),
            "denySettingsChange": {"before": earlier, "after": settings, "delta": []},
            "deploymentScopeChange": {},
        }))
    }

    pub(super) fn show_what_if(&self, name: &str) -> Result<Reply, ArmError> {
        let id = self.id(KIND, name);
        let stacks = lock(&self.world.stacks);
        let found = stacks
            .what_ifs
            .iter()
            .find(|(own, ..)| own.eq_ignore_ascii_case(&id));
        let (_, ready, properties) = found.ok_or_else(|| {
            ArmError::not_found(
                "DeploymentStackWhatIfResultNotFound",
                format!("The deployment stack what-if result '{name}' could not be found."),
            )
        })?;
        let shown = whole(&id, name, properties, self.call.now >= *ready);
        Ok(Reply::json(StatusCode::OK, shown))
    }

    pub(super) fn delete_what_if(&self, name: &str) -> Result<Reply, ArmError> {
        let id = self.id(KIND, name);
        let mut stacks = lock(&self.world.stacks);
        stacks
            .what_ifs
            .retain(|(own, ..)| !own.eq_ignore_ascii_case(&id));
        Ok(Reply::empty(StatusCode::OK))
    }
}

fn change(id: &str, kind: &str, before: &str, after: &str) -> Value {
    json!({
        "id": id, "changeType": kind, "changeCertainty": "definite",
        "managementStatusChange": {"before": before, "after": after},
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
