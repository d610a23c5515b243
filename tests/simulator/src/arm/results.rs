//! Results of actions that take their time: 202 and a place to look, then 200.

use std::{collections::HashMap, time::Duration};

use axum::http::StatusCode;
use serde_json::Value;

use super::{Call, error::ArmError, links, scope::Scope};
use crate::{
    digest,
    reply::Reply,
    world::{World, lock},
};

/// How long to wait before the next look, as `Retry-After` says.
const LOOK_AGAIN: &str = "15";

/// All results, by their ids.
pub(crate) type Results = HashMap<String, OperationResult>;

/// A result and when it is there.
#[derive(Debug)]
pub(crate) struct OperationResult {
    ready: Duration,
    body: Value,
}

/// Keeps a result until it is there, and says where that will be.
pub(crate) fn later(
    world: &World,
    call: &Call,
    scope: &Scope,
    takes: Duration,
    body: Value,
) -> Reply {
    let id = digest::opaque(&format!("{}/{}", call.path, call.correlation_id), 120);
    let ready = call.now + takes;
    let result = OperationResult { ready, body };
    lock(&world.results).insert(id.clone(), result);
    let path = match scope.subscription() {
        Some(subscription) => format!("/subscriptions/{subscription}/operationresults"),
        None => "/providers/Microsoft.Resources/operationresults".to_owned(),
    };
    let url = links::signed(world, &path, &id, &call.api_version);
    pending(&links::misled(world, url))
}

/// Answers a look at a result.
pub(crate) fn show(world: &World, call: &Call, id: &str) -> Result<Reply, ArmError> {
    links::check_status_url(call, id)?;
    let results = lock(&world.results);
    let result = results.get(id).ok_or_else(|| {
        ArmError::not_found("NotFound", "The operation result could not be found.")
    })?;
    if call.now < result.ready {
        let origin = &world.origins.resource_manager;
        return Ok(pending(&format!(
            "{origin}{}?{}",
            call.path, call.raw_query
        )));
    }
    Ok(Reply::json(StatusCode::OK, result.body.clone()))
}

fn pending(location: &str) -> Reply {
    Reply::empty(StatusCode::ACCEPTED)
        .with("location", location)
        .with("retry-after", LOOK_AGAIN)
}
