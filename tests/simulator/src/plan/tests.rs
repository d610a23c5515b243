//! Plans of real and of made-up templates.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use serde_json::{Map, Value, json};

use super::{DeploymentPlan, Earlier, Request, Submission, plan};
use crate::{
    LOCATION, MANAGEMENT_GROUP, RESOURCE_GROUP, SUBSCRIPTION_ID, arm::scope::Scope,
    options::Options, template::Result, template::environment::Facts,
};

mod bicep;
mod templates;

fn group() -> Scope {
    Scope::ResourceGroup {
        subscription: SUBSCRIPTION_ID.to_owned(),
        group: RESOURCE_GROUP.to_owned(),
    }
}

fn management_group() -> Scope {
    Scope::ManagementGroup(MANAGEMENT_GROUP.to_owned())
}

fn facts() -> Facts {
    Facts {
        now: jiff::Timestamp::UNIX_EPOCH,
        resource_manager: "https://localhost:1".to_owned(),
        authority: "https://localhost:2".to_owned(),
        seed: 1,
        guids: Cell::new(0),
        group_locations: RefCell::default(),
    }
}

/// Plans a template with plain parameter values.
fn planned(scope: Scope, template: Value, parameters: &Value) -> Result<DeploymentPlan> {
    let options = Options::default();
    let facts = Rc::new(facts());
    let submission = Submission {
        options: &options,
        facts,
        earlier: Earlier::default(),
        deployed: RefCell::default(),
    };
    let parameters = parameters.as_object().into_iter().flatten();
    let parameters: Map<_, _> = parameters
        .map(|(name, value)| (name.clone(), json!({"value": value})))
        .collect();
    let location = (!matches!(scope, Scope::ResourceGroup { .. })).then(|| LOCATION.to_owned());
    let request = Request {
        name: "main".to_owned(),
        scope,
        location,
        tags: None,
        mode: "Incremental".to_owned(),
        template: Rc::new(template),
        parameters,
    };
    plan(&submission, request)
}

/// Ids of everything but deployments, lower case.
fn ids(plan: &DeploymentPlan) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    plan.walk(&mut |deployment| {
        let plain = deployment
            .resources
            .iter()
            .filter(|resource| resource.nested.is_none());
        ids.extend(plain.map(|resource| resource.id.to_lowercase()));
    });
    ids
}

/// Ids of the nested deployments, at any depth.
fn deployments(plan: &DeploymentPlan) -> Vec<String> {
    let mut ids = Vec::new();
    plan.walk(&mut |deployment| ids.push(deployment.id.clone()));
    ids.remove(0);
    ids
}
