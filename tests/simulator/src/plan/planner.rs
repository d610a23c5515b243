//! From a template to a plan.

use std::rc::Rc;

use serde_json::Value;

use super::{
    DeploymentPlan, Request, Submission,
    declare::{Declarations, Declared},
    references::deployment_properties,
    resolution::Resolution,
};
use crate::{
    arm::scope::Scope,
    digest::decimal,
    template::{
        Result, TemplateError,
        environment::Environment,
        evaluate::{Evaluator, Locals, NoReferences, References},
        parameters,
        parameters::Bound,
    },
};

/// Deepest nesting of deployments that is followed.
const DEPTH: usize = 16;

/// Plans a deployment and everything below it.
pub(crate) fn plan(submission: &Submission<'_>, request: Request) -> Result<DeploymentPlan> {
    plan_own(submission, request, 0)
}

/// Plans a template that is evaluated in an environment of its own.
pub(crate) fn plan_own(
    submission: &Submission<'_>,
    request: Request,
    depth: usize,
) -> Result<DeploymentPlan> {
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
    plan_in(&base, submission, request, bound)
}

/// What a template is evaluated in: its own environment, or that of the template around it.
pub(crate) struct Base<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) locals: Locals,
    pub(crate) parent: Option<&'a dyn References>,
    pub(crate) depth: usize,
}

/// Plans a template in what it is evaluated in.
pub(crate) fn plan_in(
    base: &Base<'_>,
    submission: &Submission<'_>,
    request: Request,
    parameters: Vec<Bound>,
) -> Result<DeploymentPlan> {
    if base.depth > DEPTH {
        return Err(TemplateError::new("The deployments are nested too deeply."));
    }
    let template = Rc::clone(&request.template);
    let evaluator = Evaluator::new(base.environment, &NoReferences);
    let declared = declared(
        &template["resources"],
        evaluator,
        &request.scope,
        &base.locals,
        submission.options.most_resources,
    )?;
    let loops = loop_names(&template["resources"]);
    let resolution = Resolution::new(submission, base, &declared, loops);
    let resources = resolution.resources()?;
    let plan = DeploymentPlan {
        id: request.scope.deployment_id(&request.name),
        outputs: resolution.outputs(&template),
        template_hash: template_hash(&template),
        name: request.name,
        scope: request.scope,
        location: request.location,
        tags: request.tags,
        mode: request.mode,
        parameters,
        resources,
    };
    let properties = deployment_properties(&plan);
    submission
        .deployed
        .borrow_mut()
        .insert(plan.id.to_ascii_lowercase(), properties);
    Ok(plan)
}

fn declared<'a>(
    resources: &'a Value,
    evaluator: Evaluator<'a>,
    scope: &'a Scope,
    locals: &Locals,
    limit: usize,
) -> Result<Vec<Declared<'a>>> {
    let mut declarations = Declarations {
        evaluator,
        scope,
        found: Vec::new(),
    };
    declarations.read(resources, locals)?;
    let count = declarations.found.len();
    if count <= limit {
        return Ok(declarations.found);
    }
    Err(TemplateError(format!(
        "The number of template resources limit exceeded. Limit: '{limit}' and actual: '{count}'. Please see https://aka.ms/arm-template for usage details."
    )))
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
