//! What can be asked of a deployment before it is submitted: validation and what-if.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Target, deployment, error::ArmError, request, results, submission, what_if};
use crate::{
    clock::precise,
    plan::{DeploymentPlan, ResourcePlan, timeline::State},
    reply::Reply,
    world::lock,
};

impl Target<'_> {
    pub(super) fn validate(&self) -> Result<Reply, ArmError> {
        self.permit("validate/action")?;
        let submitted = request::read(self.world, self.call, self.scope, self.name, &[])?;
        let deployments = lock(&self.world.deployments);
        let (plan, _) =
            submission::prepare(self.world, &deployments, self.call, submitted.request)?;
        let body = self.validation(&plan);
        let takes = self.world.options.validation;
        if takes.is_zero() {
            return Ok(Reply::json(StatusCode::OK, body));
        }
        Ok(results::later(
            self.world, self.call, self.scope, takes, body,
        ))
    }

    pub(super) fn what_if(&self) -> Result<Reply, ArmError> {
        self.permit("whatIf/action")?;
        let submitted = request::read(
            self.world,
            self.call,
            self.scope,
            self.name,
            &["whatIfSettings"],
        )?;
        let format = submitted.properties["whatIfSettings"]["resultFormat"].as_str();
        let ids_only = format.is_some_and(|format| format.eq_ignore_ascii_case("ResourceIdOnly"));
        let deployments = lock(&self.world.deployments);
        let plan = submission::planned(self.world, &deployments, self.call, submitted.request)?;
        let existing = deployments.existing(self.call.now);
        let options = &self.world.options;
        let prediction = what_if::predict(&plan, &existing, options);
        let body = match &options.what_if_error {
            Some((code, message)) => {
                json!({"status": "Failed", "error": {"code": code, "message": message}})
            }
            None => json!({
                "status": "Succeeded",
                "properties": prediction.properties(&self.call.correlation_id, ids_only),
            }),
        };
        Ok(results::later(
            self.world,
            self.call,
            self.scope,
            options.what_if,
            body,
        ))
    }

    fn validation(&self, plan: &DeploymentPlan) -> Value {
        let (mut resources, mut dependencies) = (Vec::new(), Vec::new());
        plan.walk(&mut |deployment| {
            let ids = deployment.resources.iter();
            resources.extend(ids.map(reference));
            // Those of nested deployments as well, unlike in what a deployment shows of itself.
            if let Value::Array(own) = deployment::dependencies(deployment) {
                dependencies.extend(own);
            }
        });
        let mut body = Map::new();
        body.insert("id".into(), plan.id.as_str().into());
        body.insert("name".into(), plan.name.as_str().into());
        body.insert("type".into(), "Microsoft.Resources/deployments".into());
        if let Some(location) = &plan.location {
            body.insert("location".into(), location.as_str().into());
        }
        let properties = json!({
            "templateHash": plan.template_hash,
            "parameters": deployment::parameters(&plan.parameters, State::Succeeded),
            "mode": plan.mode,
            "provisioningState": "Succeeded",
            "timestamp": precise(self.world.clock.at(self.call.now)),
            "duration": "PT0S",
            "correlationId": self.call.correlation_id,
            "providers": deployment::providers(plan),
            "dependencies": dependencies,
            "validatedResources": resources,
        });
        body.insert("properties".into(), self.remarked(properties));
        body.into()
    }

    fn remarked(&self, mut properties: Value) -> Value {
        let diagnostics = &self.world.options.diagnostics;
        if !diagnostics.is_empty() {
            properties["diagnostics"] = diagnostics.clone().into();
        }
        properties
    }
}

/// How a validation names a resource: by its id, or as operations do if it has none.
fn reference(resource: &ResourcePlan) -> Value {
    match resource.extension {
        Some(_) => deployment::target(resource),
        None => json!({"id": resource.id}),
    }
}
