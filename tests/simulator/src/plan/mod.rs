//! What a submitted template will do: its resources, their order, how long each takes, and the
//! state of it all at any moment.

mod declare;
mod dependencies;
mod durations;
mod failures;
mod planner;
mod references;
mod resolution;
pub(crate) mod timeline;

use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Duration};

use serde_json::{Map, Value};

pub(crate) use self::{
    durations::{Earlier, fraction},
    failures::{refused, wrapped},
    planner::plan,
};
use crate::{
    arm::scope::Scope,
    options::Options,
    template::{environment::Facts, outputs::Output, parameters::Bound},
};

/// A deployment, from its template to its last resource.
#[derive(Debug, Clone)]
pub(crate) struct DeploymentPlan {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) location: Option<String>,
    pub(crate) tags: Option<Value>,
    pub(crate) mode: String,
    pub(crate) template_hash: String,
    pub(crate) parameters: Vec<Bound>,
    pub(crate) resources: Vec<ResourcePlan>,
    /// The outputs, or why they cannot be evaluated.
    pub(crate) outputs: Result<Vec<Output>, String>,
}

/// One resource of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct ResourcePlan {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) symbolic_name: Option<String>,
    /// The extension of Bicep whose resource it is.
    pub(crate) extension: Option<String>,
    pub(crate) location: Option<String>,
    /// The resource as it will be.
    pub(crate) body: Value,
    /// Positions of the resources that must be there first.
    pub(crate) depends_on: Vec<usize>,
    pub(crate) duration: Duration,
    pub(crate) failure: Option<Failure>,
    pub(crate) nested: Option<Box<DeploymentPlan>>,
}

/// How a resource fails.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The name of an HTTP status, as operations show it: `Conflict`, `BadRequest`.
    pub(crate) status_code: String,
    /// The whole status message.
    pub(crate) message: Value,
}

/// What is asked for: a template at a place.
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) location: Option<String>,
    pub(crate) tags: Option<Value>,
    pub(crate) mode: String,
    pub(crate) template: Rc<Value>,
    pub(crate) parameters: Map<String, Value>,
}

/// One submission: everything that its nested deployments share.
pub(crate) struct Submission<'a> {
    pub(crate) options: &'a Options,
    pub(crate) facts: Rc<Facts>,
    pub(crate) earlier: Earlier,
    /// Properties of the deployments planned so far, by lower-case id.
    pub(crate) deployed: RefCell<HashMap<String, Value>>,
}

impl DeploymentPlan {
    /// This deployment and all below it.
    pub(crate) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        for nested in self
            .resources
            .iter()
            .filter_map(|resource| resource.nested.as_deref())
        {
            nested.walk(visit);
        }
    }

    /// All resources, at any depth, that can be changed before the run starts.
    pub(crate) fn walk_resources(&mut self, visit: &mut dyn FnMut(&mut ResourcePlan)) {
        for resource in &mut self.resources {
            visit(resource);
            if let Some(nested) = &mut resource.nested {
                nested.walk_resources(visit);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
