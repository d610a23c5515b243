//! The managed-identity endpoint of App Service and Container Apps.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use serde_json::json;

use super::access_token;
use crate::{CLIENT_ID, reply::Reply, world::World};

pub(crate) const PATH: &str = "/msi/token";

const API_VERSION: &str = "2019-08-01";

pub(super) async fn token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Reply {
    match check(&world, &headers, &query) {
        Ok(resource) => granted(&world, resource),
        Err((status, message)) => {
            let status_code = status.as_u16();
            Reply::json(
                status,
                json!({"statusCode": status_code, "message": message}),
            )
        }
    }
}

/// The resource that the token is for, if the request is right.
fn check<'a>(
    world: &World,
    headers: &HeaderMap,
    query: &'a BTreeMap<String, String>,
) -> Result<&'a str, (StatusCode, &'static str)> {
    let secret = headers
        .get("x-identity-header")
        .and_then(|value| value.to_str().ok());
    if secret != Some(world.identity_header.as_str()) {
        let message = "The X-IDENTITY-HEADER is missing or wrong.";
        return Err((StatusCode::UNAUTHORIZED, message));
    }
    let refused = |message| Err((StatusCode::BAD_REQUEST, message));
    if query.get("api-version").map(String::as_str) != Some(API_VERSION) {
        return refused("The api-version is missing or not supported.");
    }
    if query
        .get("client_id")
        .is_some_and(|client| client != CLIENT_ID)
    {
        return refused(
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        );
    }
    let resource = query
        .get("resource")
        .map(|resource| resource.trim_end_matches('/'));
    match resource.filter(|known| *known == world.origins.resource_manager) {
        Some(resource) => Ok(resource),
        None => refused("The resource is missing or unknown."),
    }
}

fn granted(world: &World, resource: &str) -> Reply {
    // Clients compare this date with their own clock, which is the real one.
    let lifetime = i64::try_from(world.options.token_lifetime.as_secs()).unwrap_or(i64::MAX);
    let expires_on = Timestamp::now().as_second().saturating_add(lifetime);
    let body = json!({
        "access_token": access_token(world, resource),
        "expires_on": expires_on.to_string(),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": CLIENT_ID,
    });
    Reply::json(StatusCode::OK, body)
}
