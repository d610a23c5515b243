//! From an accepted request to a running deployment.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
    time::Duration,
};

use super::{
    call::Call,
    error::ArmError,
    request::Submitted,
    rollback,
    scope::Scope,
    store::{Deployments, undisturbed},
};
use crate::{
    plan,
    plan::{DeploymentPlan, Earlier, Failure, Request, Submission, refused, timeline::Timeline},
    template::environment::Facts,
    world::World,
};

const MANAGEMENT_GROUPS: &str = "Microsoft.Management/managementGroups";
const RESOURCE_GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// Plans and starts a deployment; tells whether its name was known.
pub(crate) fn start(
    world: &World,
    deployments: &mut Deployments,
    call: &Call,
    submitted: Submitted,
) -> Result<bool, ArmError> {
    let (plan, known) = prepare(world, deployments, call, submitted.request)?;
    let on_error = rollback::find(&submitted.properties, &plan.scope, deployments, call.now)?;
    let correlation_id = call.correlation_id.clone();
    deployments.start(
        plan,
        (submitted.properties, on_error),
        correlation_id,
        call.now,
        &world.options,
    );
    Ok(known)
}

/// Plans a deployment that could be started now; tells whether its name is known.
pub(crate) fn prepare(
    world: &World,
    deployments: &Deployments,
    call: &Call,
    request: Request,
) -> Result<(DeploymentPlan, bool), ArmError> {
    let id = request.scope.deployment_id(&request.name);
    let existing = deployments.find(&id, call.now);
    if let Some(found) = existing {
        if !found.state(call.now).is_terminal() {
            return Err(ArmError::active(&found.active(world)));
        }
        refuse_other_location(found.plan, request.location.as_deref())?;
    }
    let known = existing.is_some();
    Ok((planned(world, deployments, call, request)?, known))
}

/// Plans a deployment, whether or not it could be started now.
pub(crate) fn planned(
    world: &World,
    deployments: &Deployments,
    call: &Call,
    request: Request,
) -> Result<DeploymentPlan, ArmError> {
    let groups = groups(world, deployments, call.now);
    let submission = Submission {
        options: &world.options,
        facts: Rc::new(facts(world, call.now, groups.clone())),
        earlier: earlier(world, deployments, call.now),
        deployed: RefCell::default(),
    };
    let plan = plan::plan(&submission, request).map_err(|why| ArmError::invalid_template(&why))?;
    Ok(with_refusals(world, deployments, plan, groups, call.now))
}

fn earlier(world: &World, deployments: &Deployments, now: Duration) -> Earlier {
    // What there is takes time to find out, and is of no use otherwise.
    let resources = match world.options.updates < 1.0 {
        true => deployments.existing(now).into_keys().collect(),
        false => HashSet::new(),
    };
    Earlier {
        submissions: deployments.roots().len(),
        resources,
    }
}

fn refuse_other_location(known: &DeploymentPlan, location: Option<&str>) -> Result<(), ArmError> {
    let (own, wanted) = (known.location.as_deref(), location);
    if own == wanted {
        return Ok(());
    }
    Err(ArmError::conflict(
        "InvalidDeploymentLocation",
        format!(
            "Invalid deployment location '{}'. The deployment '{}' already exists in location '{}'.",
            wanted.unwrap_or_default(),
            known.name,
            own.unwrap_or_default()
        ),
    ))
}

fn facts(world: &World, now: Duration, group_locations: HashMap<String, String>) -> Facts {
    Facts {
        now: world.clock.at(now),
        resource_manager: world.origins.resource_manager.clone(),
        authority: world.origins.entra.clone(),
        seed: world.options.seed,
        guids: Cell::new(0),
        group_locations: RefCell::new(group_locations),
    }
}

/// Lower-case ids and locations of the resource groups there are.
fn groups(world: &World, deployments: &Deployments, now: Duration) -> HashMap<String, String> {
    let options = &world.options;
    let configured = options.subscriptions.iter().flat_map(|subscription| {
        options.resource_groups.iter().map(|group| {
            let (subscription, group) = (subscription.clone(), group.clone());
            (
                Scope::ResourceGroup {
                    subscription,
                    group,
                }
                .id(),
                None,
            )
        })
    });
    let created = deployments.created(RESOURCE_GROUPS, now);
    let all = configured.chain(created);
    all.map(|(id, location)| {
        (
            id.to_ascii_lowercase(),
            location.unwrap_or_else(|| crate::LOCATION.to_owned()),
        )
    })
    .collect()
}

/// Whether a resource group exists, by its id.
pub(crate) fn group_exists(
    world: &World,
    deployments: &Deployments,
    id: &str,
    now: Duration,
) -> bool {
    groups(world, deployments, now).contains_key(&id.to_ascii_lowercase())
}

/// Whether a subscription exists, by its id.
pub(crate) fn subscription_exists(world: &World, subscription: &str) -> bool {
    world
        .options
        .subscriptions
        .iter()
        .any(|own| own.eq_ignore_ascii_case(subscription))
}

/// Whether a management group exists, by its name.
pub(crate) fn management_group_exists(
    world: &World,
    deployments: &Deployments,
    name: &str,
    now: Duration,
) -> bool {
    let id = Scope::ManagementGroup(name.to_owned()).id();
    let created = deployments.created(MANAGEMENT_GROUPS, now);
    world
        .options
        .management_groups
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
        || created.iter().any(|(own, _)| own.eq_ignore_ascii_case(&id))
}

/// Marks the nested deployments that Resource Manager will refuse when their turn comes.
fn with_refusals(
    world: &World,
    deployments: &Deployments,
    mut plan: DeploymentPlan,
    groups: HashMap<String, String>,
    now: Duration,
) -> DeploymentPlan {
    let mut groups: HashSet<String> = groups.into_keys().collect();
    plan.walk(&mut |deployment| {
        let created = deployment.resources.iter();
        let created = created.filter(|each| each.kind.eq_ignore_ascii_case(RESOURCE_GROUPS));
        groups.extend(created.map(|each| each.id.to_ascii_lowercase()));
    });
    let timeline = undisturbed(&plan, now, &world.options);
    let mut active = HashMap::new();
    collisions(world, deployments, &plan, &timeline, &mut active);
    plan.walk_resources(&mut |resource| {
        if let Some(nested) = &resource.nested
            && resource.failure.is_none()
        {
            let id = nested.id.to_ascii_lowercase();
            resource.failure = active
                .get(&id)
                .map(|message| refused("Conflict", "DeploymentActive", message))
                .or_else(|| no_such_place(world, &groups, &nested.scope));
        }
    });
    plan
}

/// Ids of nested deployments that an earlier run still holds when this one reaches them.
fn collisions(
    world: &World,
    deployments: &Deployments,
    plan: &DeploymentPlan,
    timeline: &Timeline,
    active: &mut HashMap<String, String>,
) {
    for (resource, span) in plan.resources.iter().zip(&timeline.spans) {
        let nested = span.as_ref().and_then(|span| span.nested.as_ref());
        let (Some(plan), Some(timeline)) = (resource.nested.as_deref(), nested) else {
            continue;
        };
        let held = deployments.find(&plan.id, timeline.start);
        if let Some(held) = held.filter(|held| !held.state(timeline.start).is_terminal()) {
            let message = held.active(world).message();
            active.insert(plan.id.to_ascii_lowercase(), message);
        }
        collisions(world, deployments, plan, timeline, active);
    }
}

fn no_such_place(world: &World, groups: &HashSet<String>, scope: &Scope) -> Option<Failure> {
    if let Some(subscription) = scope.subscription()
        && !subscription_exists(world, subscription)
    {
        let message = format!("The subscription '{subscription}' could not be found.");
        return Some(refused("NotFound", "SubscriptionNotFound", &message));
    }
    match scope {
        Scope::ResourceGroup { group, .. }
            if !groups.contains(&scope.id().to_ascii_lowercase()) =>
        {
            let message = format!("Resource group '{group}' could not be found.");
            Some(refused("NotFound", "ResourceGroupNotFound", &message))
        }
        _ => None,
    }
}
