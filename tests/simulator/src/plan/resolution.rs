//! The resources of one template. They are resolved on demand, so that a reference finds what it
//! refers to whatever the order they are written in.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use serde_json::Value;

use super::{
    DeploymentPlan, Request, ResourcePlan, Submission,
    declare::Declared,
    dependencies, durations,
    durations::Subject,
    failures,
    planner::{Base, plan_in, plan_own},
};
use crate::{
    arm::scope::Scope,
    template::{Result, TemplateError, evaluate::Evaluator, outputs, outputs::Output},
};

/// One template at work.
pub(crate) struct Resolution<'a> {
    pub(crate) submission: &'a Submission<'a>,
    pub(crate) base: &'a Base<'a>,
    pub(crate) declared: &'a [Declared<'a>],
    /// What may be depended on though nothing of it is there.
    loops: Vec<String>,
    pub(crate) slots: Vec<Slot>,
    /// The resources whose bodies are being evaluated, innermost last.
    pub(crate) working: RefCell<Vec<usize>>,
}

/// What is known of a declared resource so far.
#[derive(Default)]
pub(crate) struct Slot {
    body: RefCell<Option<Rc<Value>>>,
    nested: RefCell<Option<DeploymentPlan>>,
    /// Positions of what it waits for.
    pub(crate) before: RefCell<BTreeSet<usize>>,
    started: Cell<bool>,
}

impl<'a> Resolution<'a> {
    pub(crate) fn new(
        submission: &'a Submission<'a>,
        base: &'a Base<'a>,
        declared: &'a [Declared<'a>],
        loops: Vec<String>,
    ) -> Self {
        let slots = declared.iter().map(|_| Slot::default()).collect();
        Self {
            submission,
            base,
            declared,
            loops,
            slots,
            working: RefCell::default(),
        }
    }

    fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(self.base.environment, self)
    }

    /// Plans all resources that are deployed.
    pub(crate) fn resources(&self) -> Result<Vec<ResourcePlan>> {
        let deployed: Vec<usize> = (0..self.declared.len())
            .filter(|index| self.declared[*index].enabled && !self.declared[*index].existing)
            .collect();
        let mut edges = Vec::new();
        for index in &deployed {
            self.resolve(*index)?;
            let before = self.slots[*index].before.borrow();
            let positions = before
                .iter()
                .filter_map(|at| deployed.binary_search(at).ok());
            edges.push(positions.collect());
        }
        let pairs = deployed.into_iter().zip(edges);
        Ok(pairs
            .map(|(index, depends_on)| self.resource(index, depends_on))
            .collect())
    }

    fn resource(&self, index: usize, depends_on: Vec<usize>) -> ResourcePlan {
        let own = &self.declared[index];
        let body = self.slots[index].body.borrow().clone().unwrap_or_default();
        let subject = Subject {
            kind: &own.kind,
            name: &own.name,
            id: &own.id,
            gateway_type: body["properties"]["gatewayType"].as_str(),
        };
        let options = self.submission.options;
        let chosen = failures::chosen(&subject, options);
        let duration = chosen.and_then(|chosen| chosen.after);
        ResourcePlan {
            id: own.id.clone(),
            kind: own.kind.clone(),
            name: own.name.clone(),
            symbolic_name: own.symbolic_name.clone(),
            extension: own.extension().map(str::to_owned),
            location: body["location"].as_str().map(str::to_owned),
            body: Value::clone(&body),
            depends_on,
            duration: duration
                .unwrap_or_else(|| durations::of(&subject, options, &self.submission.earlier)),
            failure: chosen.map(|chosen| failures::failure(chosen, &own.target_of_errors())),
            nested: self.slots[index].nested.take().map(Box::new),
        }
    }

    pub(crate) fn outputs(&self, template: &Value) -> Result<Vec<Output>, String> {
        outputs::evaluate(&self.evaluator(), template, &self.base.locals)
            .map_err(|error| error.to_string())
    }

    /// The evaluated body of a resource, with its nested deployment planned.
    pub(crate) fn resolve(&self, index: usize) -> Result<Rc<Value>> {
        let slot = &self.slots[index];
        if let Some(body) = slot.body.borrow().as_ref() {
            return Ok(Rc::clone(body));
        }
        let own = &self.declared[index];
        if slot.started.replace(true) {
            return Err(circular(&own.name));
        }
        let before = dependencies::explicit(self.declared, index, &self.evaluator(), &self.loops)?;
        for earlier in &before {
            self.resolve(*earlier)?;
        }
        slot.before.borrow_mut().extend(before);
        self.working.borrow_mut().push(index);
        let body = self.body(own);
        let nested = body
            .as_ref()
            .ok()
            .filter(|_| own.is_deployment() && !own.existing);
        let nested = nested.map(|body| self.nested(own, body)).transpose();
        self.working.borrow_mut().pop();
        *slot.nested.borrow_mut() = nested?;
        let body = Rc::new(body?);
        self.note_group(own, &body);
        *slot.body.borrow_mut() = Some(Rc::clone(&body));
        Ok(body)
    }

    /// Nested deployments may ask for the location of a resource group made here.
    fn note_group(&self, own: &Declared<'_>, body: &Value) {
        let group = own
            .kind
            .eq_ignore_ascii_case("Microsoft.Resources/resourceGroups");
        if let (true, Some(location)) = (group, body["location"].as_str()) {
            let mut locations = self.submission.facts.group_locations.borrow_mut();
            locations.insert(own.id.to_ascii_lowercase(), location.to_owned());
        }
    }

    /// A nested template is not part of the body: it is evaluated on its own.
    fn body(&self, own: &Declared<'_>) -> Result<Value> {
        let mut raw = own.raw.clone();
        if let Some(raw) = raw.as_object_mut() {
            for section in ["dependsOn", "copy", "resources", "condition", "existing"] {
                raw.shift_remove(section);
            }
            if let Some(Value::Object(properties)) = raw.get_mut("properties")
                && own.is_deployment()
            {
                properties.shift_remove("template");
            }
        }
        let evaluated = self.evaluator().value(&raw, &own.locals);
        evaluated.map_err(|error| {
            TemplateError(format!(
                "The template resource '{}' at line '1' and column '1' is not valid: {error}. Please see https://aka.ms/arm-functions for usage details.",
                own.id
            ))
        })
    }

    fn nested(&self, own: &Declared<'_>, body: &Value) -> Result<DeploymentPlan> {
        let request = nested_request(own, body)?;
        let evaluation = body["properties"]["expressionEvaluationOptions"]["scope"].as_str();
        let depth = self.base.depth + 1;
        let plan = if evaluation.is_some_and(|scope| scope.eq_ignore_ascii_case("inner")) {
            plan_own(self.submission, request, depth)
        } else {
            let environment = self.base.environment;
            let locals = own.locals.clone();
            let base = Base {
                environment,
                locals,
                parent: Some(self),
                depth,
            };
            plan_in(&base, self.submission, request, Vec::new())
        };
        plan.map_err(|error| {
            let name = &own.name;
            TemplateError(format!(
                "The nested deployment '{name}' is not valid: '{error}'"
            ))
        })
    }
}

fn nested_request(own: &Declared<'_>, body: &Value) -> Result<Request> {
    let properties = &body["properties"];
    if let Some(link) = properties.get("templateLink") {
        let uri = link["uri"]
            .as_str()
            .or(link["id"].as_str())
            .unwrap_or_default();
        return Err(TemplateError(format!(
            "Unable to download deployment content from '{uri}'."
        )));
    }
    let grouped = matches!(own.target, Scope::ResourceGroup { .. });
    let location = body["location"].as_str().filter(|_| !grouped);
    Ok(Request {
        name: own.name.clone(),
        scope: own.target.clone(),
        location: location.map(str::to_owned),
        tags: body.get("tags").cloned(),
        mode: properties["mode"]
            .as_str()
            .unwrap_or("Incremental")
            .to_owned(),
        template: Rc::new(own.raw["properties"]["template"].clone()),
        parameters: properties["parameters"]
            .as_object()
            .cloned()
            .unwrap_or_default(),
    })
}

fn circular(name: &str) -> TemplateError {
    TemplateError(format!(
        "Circular dependency detected on resource: '{name}'. Please see https://aka.ms/arm-syntax-resources for usage details."
    ))
}
