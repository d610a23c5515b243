//! The runner's id-token endpoint.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    routing::get,
};
use serde_json::{Value, json};

use crate::{jwt, reply::Reply, world::World};

/// Who GitHub's id tokens are from.
pub(crate) const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// The audience where none is asked for.
const DEFAULT_AUDIENCE: &str = "https://github.com/contoso";

/// The path of the endpoint; like the real one, its URL has a query already.
pub(crate) const PATH: &str = "/idtoken/1a2b3c4d/5e6f7a8b?api-version=2.0";

pub(crate) fn router(world: Arc<World>) -> Router {
    let path = PATH.split('?').next().unwrap_or(PATH);
    Router::new().route(path, get(id_token)).with_state(world)
}

async fn id_token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Reply {
    if let Err(refusal) = check(&world, &headers) {
        return *refusal;
    }
    // Forgejo's address has this instead, so that more may be appended to it.
    let is_forgejos = query.contains_key("placeholder");
    if !query.contains_key("api-version") && !is_forgejos {
        return refusal(StatusCode::BAD_REQUEST, "No api-version was given.");
    }
    let audience = query
        .get("audience")
        .map_or(DEFAULT_AUDIENCE, String::as_str);
    let token = mint(&world, audience);
    Reply::json(
        StatusCode::OK,
        json!({"count": token.len(), "value": token}),
    )
}

fn check(world: &World, headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let header = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer "));
    if token != Some(world.request_token.as_str()) {
        return Err(Box::new(refusal(
            StatusCode::UNAUTHORIZED,
            "The request token is not valid.",
        )));
    }
    let expiry = jwt::claims(&world.request_token).and_then(|claims| claims["exp"].as_i64());
    if expiry.is_none_or(|expiry| expiry <= world.clock.now().as_second()) {
        return Err(Box::new(refusal(
            StatusCode::FORBIDDEN,
            "Can't issue ID_TOKEN: the job's token has expired.",
        )));
    }
    Ok(())
}

fn refusal(status: StatusCode, message: &str) -> Reply {
    Reply::json(
        status,
        json!({"$id": "1", "message": message, "errorCode": 0, "eventId": 3000}),
    )
}

/// A new id token for an audience.
pub(crate) fn mint(world: &World, audience: &str) -> String {
    let now = world.clock.now().as_second();
    let lifetime = i64::try_from(world.options.assertion_lifetime.as_secs()).unwrap_or(i64::MAX);
    let subject = &world.options.presented_subject;
    let repository = subject.split(':').nth(1).unwrap_or_default();
    let claims: Value = json!({
        "iss": ISSUER,
        "sub": subject,
        "aud": audience,
        "jti": uuid::Uuid::new_v4().to_string(),
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "repository": repository,
        "repository_owner": repository.split('/').next(),
        "ref": "refs/heads/main",
        "event_name": "push",
        "run_id": "1",
        "runner_environment": "github-hosted",
    });
    world.github.mint(&claims)
}
