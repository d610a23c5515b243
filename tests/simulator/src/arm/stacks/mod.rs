//! Deployment stacks at their three scopes, in the shapes of the API of 2025.

mod answers;
mod body;
mod store;
mod what_if;

use axum::http::StatusCode;
use serde_json::{Value, json};

use self::{
    body::StackBody,
    store::{Deletion, Dropped, Preflight, Stack},
};
use super::{
    authorization, call::Call, deployment, error::ArmError, request, scope::Scope, submission,
};
use crate::{
    digest,
    plan::DeploymentPlan,
    reply::Reply,
    world::{World, lock},
};

pub(crate) use self::store::Stacks;

/// The versions that know stacks.
const API_VERSIONS: [&str; 2] = ["2025-07-01", "2024-03-01"];
/// The first version with what-ifs.
const WHAT_IF: &str = "2025-07-01";

/// A request about stacks.
pub(super) struct Target<'a> {
    pub(super) world: &'a World,
    pub(super) call: &'a Call,
    pub(super) scope: &'a Scope,
    /// The path below the scope, and the same in lower case.
    pub(super) rest: &'a [&'a str],
    pub(super) lower: &'a [&'a str],
}

impl Target<'_> {
    /// The answer, if the path is one of stacks.
    pub(super) fn answer(&self) -> Option<Result<Reply, ArmError>> {
        let ["providers", "microsoft.resources", kind, below @ ..] = self.lower else {
            return None;
        };
        let name = self.rest.get(3).copied().unwrap_or_default();
        let answer = match (*kind, self.call.method.as_str(), below) {
            ("deploymentstacks", "PUT", [_]) => |target: &Self, name: &str| target.put(name),
            ("deploymentstacks", "GET", [_]) => |target: &Self, name: &str| target.show(name),
            ("deploymentstacks", "DELETE", [_]) => |target: &Self, name: &str| target.delete(name),
            ("deploymentstacks", "POST", [_, "validate"]) => {
                |target: &Self, name: &str| target.validate(name)
            }
            ("deploymentstackswhatifresults", "PUT", [_]) => {
                |target: &Self, name: &str| target.put_what_if(name)
            }
            ("deploymentstackswhatifresults", "GET", [_]) => {
                |target: &Self, name: &str| target.show_what_if(name)
            }
            ("deploymentstackswhatifresults", "POST", [_, "whatif"]) => {
                |target: &Self, name: &str| target.ask_properties(name)
            }
            ("deploymentstackswhatifresults", "DELETE", [_]) => {
                |target: &Self, name: &str| target.delete_what_if(name)
            }
            ("locations", "GET", [_, "deploymentstackoperationstatus", _]) => {
                |target: &Self, _: &str| target.status()
            }
            ("locations", "GET", [_, "deploymentstackoperationresults", _]) => {
                |target: &Self, _: &str| target.result()
            }
            _ => return None,
        };
        Some(self.check().and_then(|()| answer(self, name)))
    }

    fn check(&self) -> Result<(), ArmError> {
        if *self.scope == Scope::Tenant && self.lower[2] != "locations" {
            return Err(ArmError::bad_request(
                "InvalidScope",
                "Deployment stacks are not supported at tenant scope.",
            ));
        }
        let version = self.call.api_version.as_str();
        let is_what_if = self.lower[2] == "deploymentstackswhatifresults";
        if API_VERSIONS.contains(&version) && (!is_what_if || version == WHAT_IF) {
            return Ok(());
        }
        Err(ArmError::bad_request(
            "InvalidResourceType",
            format!(
                "The resource type could not be found in the namespace 'Microsoft.Resources' for api version '{version}'."
            ),
        ))
    }

    fn id(&self, kind: &str, name: &str) -> String {
        let scope = self.scope.id();
        format!("{scope}/providers/Microsoft.Resources/{kind}/{name}")
    }

    fn stack_id(&self, name: &str) -> String {
        self.id("deploymentStacks", name)
    }

    fn permit(&self, action: &str, name: &str) -> Result<(), ArmError> {
        let action = format!("Microsoft.Resources/deploymentStacks/{action}");
        authorization::permit(self.world, &action, &self.stack_id(name))
    }

    fn put(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit("write", name)?;
        let body = StackBody::read(self.call, self.scope, name)?;
        let id = self.stack_id(name);
        let mut stacks = lock(&self.world.stacks);
        let mut deployments = lock(&self.world.deployments);
        let existing = stacks.find(&id, self.call.now, &deployments);
        if let Some(existing) = existing {
            existing.check_idle(self.call.now, &deployments)?;
        }
        let known = existing.is_some();
        let before = existing.map_or_else(Vec::new, |stack| {
            stack.managed(self.call.now, &deployments).to_vec()
        });
        let started = self.call.now + store::PREPARING;
        let deployment = self.generated_name(name);
        let call = body.deployment(self.world, self.call, started);
        let submitted = request::read(self.world, &call, self.scope, &deployment, &[])?;
        submission::start(self.world, &mut deployments, &call, submitted)?;
        let deployment = self.scope.deployment_id(&deployment);
        let found = deployments.find(&deployment, started);
        let after = found.map_or_else(Vec::new, |found| managed_by(found.plan));
        let stack = Stack {
            id,
            name: name.to_owned(),
            correlation_id: self.call.correlation_id.clone(),
            created: self.call.now,
            dropped: self.dropped(&before, &after, &body),
            body,
            deployment,
            before,
            after,
            deletion: None,
            deny_error: self.world.options.deny_error.clone(),
        };
        let shown = answers::stack(&stack, self.call.now, &deployments, self.world);
        let operation = stacks.add(stack);
        let status = if known {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        Ok(Reply::json(status, shown)
            .with(
                "azure-asyncoperation",
                self.operation_url("Status", &operation),
            )
            .with("retry-after", "0"))
    }

    /// What the stack had and the template has no more, and what becomes of it.
    fn dropped(&self, before: &[String], after: &[String], body: &StackBody) -> Vec<Dropped> {
        let kept = |id: &&String| !after.iter().any(|own| own.eq_ignore_ascii_case(id));
        let dropped = before.iter().filter(kept).map(|id| Dropped {
            delete: body.deletes(id),
            stays: store::named(&self.world.options.undeletable, id),
            id: id.clone(),
        });
        dropped.collect()
    }

    /// A name as the service makes them: the stack's, the hour, five characters.
    fn generated_name(&self, stack: &str) -> String {
        let stem: String = stack.chars().take(48).collect();
        let hour = self.world.clock.at(self.call.now).strftime("%y%m%d%H");
        let rest = digest::hexadecimal(&format!("{stack}/{}", self.call.correlation_id), 5);
        format!("{stem}-{hour}{rest}").to_lowercase()
    }

    fn show(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit("read", name)?;
        let stacks = lock(&self.world.stacks);
        let deployments = lock(&self.world.deployments);
        let stale_for = self.world.options.stale_for;
        let stack = stacks.read(&self.stack_id(name), self.call.now, &deployments, stale_for)?;
        let shown = answers::stack(stack, self.call.now, &deployments, self.world);
        Ok(Reply::json(StatusCode::OK, shown))
    }

    fn delete(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit("delete", name)?;
        let unmanaged = body::unmanage_query(&self.call.query)?;
        let mut stacks = lock(&self.world.stacks);
        let deployments = lock(&self.world.deployments);
        let now = self.call.now;
        let Some(at) = stacks.position(&self.stack_id(name), now, &deployments) else {
            return Ok(Reply::empty(StatusCode::NO_CONTENT));
        };
        let stack = stacks.get(at);
        stack.check_idle(now, &deployments)?;
        let dropped = stack.managed(now, &deployments).iter().map(|id| Dropped {
            delete: unmanaged.deletes(id),
            stays: store::named(&self.world.options.undeletable, id),
            id: id.clone(),
        });
        let deletion = Deletion::new(now, dropped.collect(), &self.call.correlation_id);
        let operation = stacks.delete(at, deletion);
        Ok(Reply::empty(StatusCode::ACCEPTED)
            .with(
                "azure-asyncoperation",
                self.operation_url("Status", &operation),
            )
            .with("retry-after", "0"))
    }

    fn validate(&self, name: &str) -> Result<Reply, ArmError> {
        self.permit("validate/action", name)?;
        let body = StackBody::read(self.call, self.scope, name)?;
        let plan = self.plan(&body, name);
        let result = plan
            .map(|plan| answers::validated(&self.stack_id(name), name, &body, &plan, self.call));
        let operation = lock(&self.world.stacks).keep(Preflight::new(self.call.now, result));
        Ok(Reply::empty(StatusCode::ACCEPTED)
            .with("location", self.operation_url("Results", &operation))
            .with("retry-after", "0"))
    }

    /// What the stack's deployment would do.
    fn plan(&self, body: &StackBody, name: &str) -> Result<DeploymentPlan, ArmError> {
        let deployments = lock(&self.world.deployments);
        let call = body.deployment(self.world, self.call, self.call.now);
        let submitted = request::read(
            self.world,
            &call,
            self.scope,
            &self.generated_name(name),
            &[],
        )?;
        submission::planned(self.world, &deployments, &call, submitted.request)
    }

    /// How a creation or a deletion is getting on.
    fn status(&self) -> Result<Reply, ArmError> {
        let operation = self.rest[5];
        let stacks = lock(&self.world.stacks);
        let deployments = lock(&self.world.deployments);
        let (state, error) = stacks
            .operation(operation, self.call.now, &deployments)
            .ok_or_else(|| no_operation(operation))?;
        let mut body = json!({"id": self.call.path, "name": operation, "status": state});
        if let Some(error) = error {
            body["error"] = error;
        }
        Ok(Reply::json(StatusCode::OK, body))
    }

    /// The outcome of a validation.
    fn result(&self) -> Result<Reply, ArmError> {
        let operation = self.rest[5];
        let stacks = lock(&self.world.stacks);
        let preflight = stacks
            .preflight(operation)
            .ok_or_else(|| no_operation(operation))?;
        if self.call.now < preflight.ready {
            let url = self.operation_url("Results", operation);
            let reply = Reply::empty(StatusCode::ACCEPTED).with("location", url);
            return Ok(reply.with("retry-after", "5"));
        }
        preflight
            .result
            .clone()
            .map(|body| Reply::json(StatusCode::OK, body))
    }

    fn operation_url(&self, kind: &str, operation: &str) -> String {
        let scope = match self.scope {
            Scope::ResourceGroup { subscription, .. } => format!("/subscriptions/{subscription}"),
            other => other.id(),
        };
        let origin = &self.world.origins.resource_manager;
        let version = &self.call.api_version;
        let signature = digest::opaque(operation, 342);
        format!(
            "{origin}{scope}/providers/Microsoft.Resources/locations/{}/deploymentStackOperation{kind}/{operation}?api-version={version}&s={signature}",
            crate::LOCATION
        )
    }
}

/// Everything that a plan deploys, at any depth, but the deployments themselves.
fn managed_by(plan: &DeploymentPlan) -> Vec<String> {
    let mut ids = Vec::new();
    plan.walk(&mut |deployment| {
        let plain = deployment
            .resources
            .iter()
            .filter(|each| each.nested.is_none());
        ids.extend(plain.map(|resource| resource.id.clone()));
    });
    ids
}

fn no_operation(operation: &str) -> ArmError {
    ArmError::not_found(
        "DeploymentStackOperationNotFound",
        format!("The operation '{operation}' could not be found."),
    )
}

fn references(ids: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    ids.into_iter()
        .map(|id| json!({"id": id.as_ref()}))
        .collect()
}
