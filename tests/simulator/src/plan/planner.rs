//! From a template to a plan. Resources are resolved on demand, so that a reference finds what
//! it refers to whatever the order they are written in.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use serde_json::{Map, Value, json};

use super::{
    DeploymentPlan, Request, ResourcePlan, Submission,
    declare::{Declarations, Declared},
    dependencies, durations,
    durations::Subject,
    failures,
};
use crate::{
    arm::scope::Scope,
    digest::decimal,
    template::{
        Result, TemplateError,
        environment::Environment,
        evaluate::{Evaluator, Locals, NoReferences, References},
        outputs,
        outputs::Output,
        parameters,
        parameters::Bound,
    },
};

/// Most resources of one template.
const LIMIT: usize = 800;

/// Deepest nesting of deployments that is followed.
const DEPTH: usize = 16;

/// Plans a deployment and everything below it.
pub(crate) fn plan(submission: &Submission<'_>, request: Request) -> Result<DeploymentPlan> {
    plan_own(submission, request, 0)
}

fn plan_own(submission: &Submission<'_>, request: Request, depth: usize) -> Result<DeploymentPlan> {
    let mut environment = Environment::new(
        Rc::clone(&submission.facts),
        &request.name,
        request.scope.clone(),
        request.location.clone(),
        Rc::clone(&request.template),
    );
    let bound = parameters::bind(&mut environment, &request.parameters)?;
    let base = Base {
        environment: &environment,
        locals: Locals::default(),
        parent: None,
        depth,
    };
    finish(submission, request, bound, &base)
}

/// What a template is evaluated in: its own environment, or that of the template around it.
struct Base<'a> {
    environment: &'a Environment,
    locals: Locals,
    parent: Option<&'a dyn References>,
    depth: usize,
}

fn finish(
    submission: &Submission<'_>,
    request: Request,
    parameters: Vec<Bound>,
    base: &Base<'_>,
) -> Result<DeploymentPlan> {
    if base.depth > DEPTH {
        return Err(TemplateError::new("The deployments are nested too deeply."));
    }
    let template = Rc::clone(&request.template);
    let evaluator = Evaluator::new(base.environment, &NoReferences);
    let mut declarations = Declarations {
        evaluator,
        scope: &request.scope,
        found: Vec::new(),
    };
    declarations.read(&template["resources"], &base.locals)?;
    let declared = declarations.found;
    if declared.len() > LIMIT {
        return Err(TemplateError(format!(
            "The number of template resources limit exceeded. Limit: '{LIMIT}' and actual: '{}'. Please see https://aka.ms/arm-template for usage details.",
            declared.len()
        )));
    }
    let slots = declared.iter().map(|_| Slot::default()).collect();
    let loops = loop_names(&template["resources"]);
    let working = RefCell::default();
    let planner = Planner {
        submission,
        base,
        declared: &declared,
        loops,
        slots,
        working,
    };
    let resources = planner.resources()?;
    let id = request.scope.deployment_id(&request.name);
    let plan = DeploymentPlan {
        outputs: planner.outputs(&template),
        template_hash: template_hash(&template),
        id,
        name: request.name,
        scope: request.scope,
        location: request.location,
        tags: request.tags,
        mode: request.mode,
        parameters,
        resources,
    };
    let properties = properties(&plan);
    submission
        .deployed
        .borrow_mut()
        .insert(plan.id.to_ascii_lowercase(), properties);
    Ok(plan)
}

/// Names of all loops and symbols: what an empty loop was called is still a valid dependency.
fn loop_names(resources: &Value) -> Vec<String> {
    let named = resources
        .as_object()
        .into_iter()
        .flatten()
        .map(|(symbol, _)| symbol.clone());
    let listed = resources.as_array().into_iter().flatten();
    let loops = listed.filter_map(|raw| raw["copy"]["name"].as_str().map(str::to_owned));
    named.chain(loops).collect()
}

fn template_hash(template: &Value) -> String {
    let generated = template["metadata"]["_generator"]["templateHash"].as_str();
    generated.map_or_else(|| decimal(&template.to_string(), 19), str::to_owned)
}

/// What `reference()` of a deployment answers.
fn properties(plan: &DeploymentPlan) -> Value {
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

struct Planner<'a> {
    submission: &'a Submission<'a>,
    base: &'a Base<'a>,
    declared: &'a [Declared<'a>],
    /// What may be depended on though nothing of it is there.
    loops: Vec<String>,
    slots: Vec<Slot>,
    working: RefCell<Vec<usize>>,
}

#[derive(Default)]
struct Slot {
    body: RefCell<Option<Rc<Value>>>,
    nested: RefCell<Option<DeploymentPlan>>,
    before: RefCell<BTreeSet<usize>>,
    started: Cell<bool>,
}

impl Planner<'_> {
    fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(self.base.environment, self)
    }

    fn resources(&self) -> Result<Vec<ResourcePlan>> {
        let deployed: Vec<usize> = (0..self.declared.len())
            .filter(|index| self.declared[*index].enabled && !self.declared[*index].existing)
            .collect();
        let mut edges = Vec::new();
        for index in &deployed {
            self.resolve(*index)?;
            let before = self.slots[*index].before.borrow();
            edges.push(
                before
                    .iter()
                    .filter_map(|at| deployed.binary_search(at).ok())
                    .collect(),
            );
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
            location: body["location"].as_str().map(str::to_owned),
            body: Value::clone(&body),
            depends_on,
            duration: duration.unwrap_or_else(|| durations::of(&subject, options)),
            failure: chosen.map(|chosen| failures::failure(chosen, &own.id)),
            nested: self.slots[index].nested.take().map(Box::new),
        }
    }

    fn outputs(&self, template: &Value) -> Result<Vec<Output>, String> {
        outputs::evaluate(&self.evaluator(), template, &self.base.locals)
            .map_err(|error| error.to_string())
    }

    /// The evaluated body of a resource, with its nested deployment planned.
    fn resolve(&self, index: usize) -> Result<Rc<Value>> {
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
                "Unable to process template language expressions for resource '{}' at line '1' and column '1'. '{error}'",
                own.id
            ))
        })
    }

    fn nested(&self, own: &Declared<'_>, body: &Value) -> Result<DeploymentPlan> {
        let properties = &body["properties"];
        let request = Request {
            name: own.name.clone(),
            scope: own.target.clone(),
            location: match own.target {
                Scope::ResourceGroup { .. } => None,
                _ => body["location"].as_str().map(str::to_owned),
            },
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
        };
        let inner = properties["expressionEvaluationOptions"]["scope"]
            .as_str()
            .is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
        let depth = self.base.depth + 1;
        let name = own.name.clone();
        let plan = if inner {
            plan_own(self.submission, request, depth)
        } else {
            let base = Base {
                environment: self.base.environment,
                locals: own.locals.clone(),
                parent: Some(self),
                depth,
            };
            finish(self.submission, request, Vec::new(), &base)
        };
        plan.map_err(|error| {
            TemplateError(format!(
                "The nested deployment '{name}' is not valid: '{error}'"
            ))
        })
    }

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

impl References for Planner<'_> {
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

fn circular(name: &str) -> TemplateError {
    TemplateError(format!(
        "Circular dependency detected on resource: '{name}'. Please see https://aka.ms/arm-syntax-resources for usage details."
    ))
}
