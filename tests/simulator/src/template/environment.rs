//! What the expressions of one template can see.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Result, TemplateError, member};
use crate::arm::scope::Scope;

/// What is the same for every template of one submission.
#[derive(Debug)]
pub(crate) struct Facts {
    /// When the deployment was submitted, for `utcNow()`.
    pub(crate) now: Timestamp,
    /// `https://host:port` of Resource Manager.
    pub(crate) resource_manager: String,
    /// `https://host:port` of Entra ID.
    pub(crate) authority: String,
    /// Makes `newGuid()` repeatable.
    pub(crate) seed: u64,
    /// How many times `newGuid()` was called.
    pub(crate) guids: Cell<u64>,
    /// Location of the resource groups, by lower-case id.
    pub(crate) group_locations: RefCell<HashMap<String, String>>,
}

/// A function that the template itself defines.
#[derive(Debug, Clone)]
pub(crate) struct UserFunction {
    pub(crate) parameters: Vec<String>,
    pub(crate) output: Value,
}

/// Parameters, variables, functions and place of one deployment.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) facts: Rc<Facts>,
    pub(crate) deployment: String,
    pub(crate) scope: Scope,
    pub(crate) location: Option<String>,
    pub(crate) template: Rc<Value>,
    pub(crate) parameters: Map<String, Value>,
    pub(crate) functions: HashMap<String, UserFunction>,
    pub(crate) evaluated: RefCell<HashMap<String, Value>>,
    pub(crate) evaluating: RefCell<Vec<String>>,
}

impl Environment {
    /// An environment without parameters yet: they are bound one after the other.
    pub(crate) fn new(
        facts: Rc<Facts>,
        deployment: &str,
        scope: Scope,
        location: Option<String>,
        template: Rc<Value>,
    ) -> Self {
        Self {
            facts,
            deployment: deployment.to_owned(),
            scope,
            location,
            functions: user_functions(&template),
            template,
            parameters: Map::new(),
            evaluated: RefCell::default(),
            evaluating: RefCell::default(),
        }
    }

    /// The environment of a user-defined function: its own parameters and nothing else.
    pub(crate) fn of_function(&self, parameters: Map<String, Value>) -> Self {
        Self {
            facts: Rc::clone(&self.facts),
            deployment: self.deployment.clone(),
            scope: self.scope.clone(),
            location: self.location.clone(),
            template: Rc::new(Value::Null),
            parameters,
            functions: self.functions.clone(),
            evaluated: RefCell::default(),
            evaluating: RefCell::default(),
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Result<Value> {
        member(&self.parameters, name).cloned().ok_or_else(|| {
            TemplateError(format!("The template parameter '{name}' is not found. Please see https://aka.ms/arm-syntax-parameters for usage details."))
        })
    }

    /// The definition of a variable, and where the `copy` block defines it, its loop.
    pub(crate) fn variable(&self, name: &str) -> Result<&Value> {
        let variables = self.template.get("variables").and_then(Value::as_object);
        let plain = variables.and_then(|all| member(all, name));
        let looped = || {
            let loops = member(variables?, "copy")?.as_array()?;
            loops.iter().find(|each| {
                each["name"]
                    .as_str()
                    .is_some_and(|own| own.eq_ignore_ascii_case(name))
            })
        };
        plain.or_else(looped).ok_or_else(|| {
            TemplateError(format!("The template variable '{name}' is not found. Please see https://aka.ms/arm-syntax-variables for usage details."))
        })
    }
}

fn user_functions(template: &Value) -> HashMap<String, UserFunction> {
    let mut found = HashMap::new();
    for namespace in template["functions"].as_array().into_iter().flatten() {
        let prefix = namespace["namespace"].as_str().unwrap_or_default();
        for (name, definition) in namespace["members"].as_object().into_iter().flatten() {
            let parameters = definition["parameters"].as_array().into_iter().flatten();
            let function = UserFunction {
                parameters: parameters
                    .filter_map(|each| each["name"].as_str().map(str::to_owned))
                    .collect(),
                output: definition["output"]["value"].clone(),
            };
            found.insert(format!("{prefix}.{name}").to_ascii_lowercase(), function);
        }
    }
    found
}
