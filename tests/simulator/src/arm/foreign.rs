//! Deployments that somebody else submits: at once, at a moment, or when another one has ended.

use std::time::Duration;

use serde_json::{Value, json};

use super::{call::Call, error::ArmError, request, scope::Scope, store::Deployments, submission};
use crate::world::{World, lock};

/// A deployment that somebody else will submit.
#[derive(Debug)]
pub(crate) struct Foreign {
    /// The deployment's id, or its name alone.
    id_or_name: String,
    template: Value,
    when: When,
    correlation_id: String,
}

/// When it is submitted. It waits in any case for the end of an active deployment of its id.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    /// At a moment since the start.
    At(Duration),
    /// So long after a deployment of this id has ended.
    Following(Duration),
}

/// Starts one at once, and tells its correlation id.
pub(crate) fn start(world: &World, id: &str, template: Value) -> Result<String, ArmError> {
    let call = call(world, id, &template)?;
    submit(world, &mut lock(&world.deployments), &call, id)?;
    Ok(call.correlation_id)
}

/// Starts one at a moment that has passed, after all that were started before it.
pub(crate) fn start_at(
    world: &World,
    id: &str,
    properties: Value,
    at: Duration,
) -> Result<(), ArmError> {
    let call = Call {
        now: at,
        ..call_with(world, id, properties)?
    };
    submit(world, &mut lock(&world.deployments), &call, id)
}

/// Announces one for later, and tells its correlation id.
pub(crate) fn announce(
    world: &World,
    id_or_name: &str,
    template: Value,
    when: When,
) -> Result<String, ArmError> {
    let correlation_id = uuid::Uuid::new_v4().to_string();
    if id_or_name.contains('/') {
        check(world, &call(world, id_or_name, &template)?, id_or_name)?;
    } else if let When::At(_) = when {
        return Err(ArmError::deployment_not_found(id_or_name));
    }
    lock(&world.foreign).push(Foreign {
        id_or_name: id_or_name.to_owned(),
        template,
        when,
        correlation_id: correlation_id.clone(),
    });
    Ok(correlation_id)
}

/// Starts those whose time has come, at the very moment it came.
pub(crate) fn settle(world: &World) {
    let now = world.clock.elapsed();
    let mut waiting = lock(&world.foreign);
    let mut deployments = lock(&world.deployments);
    waiting.retain(|foreign| {
        let Some((id, at)) = foreign.due(&deployments, now) else {
            return true;
        };
        let started = call(world, &id, &foreign.template).and_then(|call| {
            let call = Call {
                now: at,
                correlation_id: foreign.correlation_id.clone(),
                ..call
            };
            submit(world, &mut deployments, &call, &id)
        });
        started.is_err()
    });
}

impl Foreign {
    /// Its id and the moment of its submission, once that has come.
    fn due(&self, deployments: &Deployments, now: Duration) -> Option<(String, Duration)> {
        let before = match self.id_or_name.contains('/') {
            true => deployments.find(&self.id_or_name, now),
            false => deployments.find_by_name(&self.id_or_name, now),
        };
        let at = match (self.when, before) {
            (When::At(at), None) => at,
            (When::At(at), Some(before)) => at.max(before.timeline.end),
            (When::Following(pause), Some(before)) => before.timeline.end + pause,
            (When::Following(_), None) => return None,
        };
        let id = before.map_or(&self.id_or_name, |before| &before.plan.id);
        (at <= now).then(|| (id.clone(), at))
    }
}

fn call(world: &World, id: &str, template: &Value) -> Result<Call, ArmError> {
    call_with(world, id, json!({"template": template}))
}

fn call_with(world: &World, id: &str, mut properties: Value) -> Result<Call, ArmError> {
    let (scope, _) = split(id)?;
    properties["mode"] = "Incremental".into();
    let mut body = json!({"properties": properties});
    if !matches!(scope, Scope::ResourceGroup { .. }) {
        body["location"] = crate::LOCATION.into();
    }
    Ok(Call::internal(world, &body))
}

fn split(id: &str) -> Result<(Scope, String), ArmError> {
    Scope::split(id).ok_or_else(|| ArmError::deployment_not_found(id))
}

fn check(world: &World, call: &Call, id: &str) -> Result<request::Submitted, ArmError> {
    let (scope, rest) = split(id)?;
    let name = rest.rsplit('/').next().unwrap_or_default();
    request::read(world, call, &scope, name, &[])
}

fn submit(
    world: &World,
    deployments: &mut Deployments,
    call: &Call,
    id: &str,
) -> Result<(), ArmError> {
    let submitted = check(world, call, id)?;
    submission::start(world, deployments, call, submitted)?;
    Ok(())
}
