//! `reference()` and its kin: what a template can learn of its own resources.

use serde_json::{Map, Value, json};

use super::{DeploymentPlan, declare::Declared, dependencies, resolution::Resolution};
use crate::template::{Result, TemplateError, evaluate::References};

impl References for Resolution<'_> {
    fn resource(&self, key: &str, full: bool) -> Result<Option<Value>> {
        if let Some(index) = dependencies::find(self.declared, key).first() {
            return self.referenced(*index, full).map(Some);
        }
        if let Some(parent) = self.base.parent {
            return parent.resource(key, full);
        }
        let known = self
            .submission
            .deployed
            .borrow()
            .get(&key.to_ascii_lowercase())
            .cloned();
        Ok(known.map(|properties| {
            if full {
                json!({"properties": properties})
            } else {
                properties
            }
        }))
    }

    fn collection(&self, name: &str, full: bool) -> Result<Option<Value>> {
        let found = dependencies::find(self.declared, name);
        let all = found
            .into_iter()
            .filter(|index| self.declared[*index].enabled);
        all.map(|index| self.referenced(index, full))
            .collect::<Result<Value>>()
            .map(Some)
    }

    fn identity(&self, name: &str) -> Option<Value> {
        let index = *dependencies::find(self.declared, name).first()?;
        let own = &self.declared[index];
        Some(json!({
            "id": own.id, "name": own.name, "type": own.kind, "apiVersion": own.raw["apiVersion"],
        }))
    }
}

fn resource_properties(body: &Value) -> Value {
    let mut properties = body["properties"].as_object().cloned().unwrap_or_default();
    properties.insert("provisioningState".to_owned(), "Succeeded".into());
    properties.into()
}

fn full_resource(own: &Declared<'_>, body: &Value, properties: Value) -> Value {
    let mut whole = body.as_object().cloned().unwrap_or_default();
    whole.insert("id".to_owned(), own.id.as_str().into());
    whole.insert("resourceId".to_owned(), own.id.as_str().into());
    whole.insert("properties".to_owned(), properties);
    whole.into()
}

impl Resolution<'_> {
    fn referenced(&self, index: usize, full: bool) -> Result<Value> {
        let own = &self.declared[index];
        if let Some(user) = self.working.borrow().last()
            && !own.existing
        {
            self.slots[*user].before.borrow_mut().insert(index);
        }
        if !own.enabled {
            return Err(TemplateError(format!(
                "The resource '{}' is not defined in the template.",
                own.name
            )));
        }
        let body = self.resolve(index)?;
        let deployed = self.submission.deployed.borrow();
        let properties = match deployed.get(&own.id.to_ascii_lowercase()) {
            Some(properties) if own.is_deployment() => properties.clone(),
            _ => resource_properties(&body),
        };
        Ok(if full {
            full_resource(own, &body, properties)
        } else {
            properties
        })
    }
}

/// What `reference()` of a deployment answers.
pub(crate) fn deployment_properties(plan: &DeploymentPlan) -> Value {
    let outputs: Map<_, _> = plan
        .outputs
        .iter()
        .flatten()
        .map(|output| {
            (
                output.name.clone(),
                json!({"type": output.kind.display(), "value": output.value}),
            )
        })
        .collect();
    json!({
        "templateHash": plan.template_hash,
        "mode": plan.mode,
        "provisioningState": "Succeeded",
        "outputs": outputs,
    })
}
