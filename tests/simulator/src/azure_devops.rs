//! The id-token endpoint of Azure Pipelines.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use crate::{jwt, reply::Reply, world::World};

/// Who its id tokens are from: an organisation, by its id.
pub(crate) const ISSUER: &str =
    "https://vstoken.dev.azure.com/0a1b2c3d-0000-4000-8000-00000000c0de";
/// Whom its id tokens are for: a service connection.
pub(crate) const SUBJECT: &str = "sc://contoso/platform/Azure-Prod-Hub";
/// The id of that service connection.
pub const SERVICE_CONNECTION: &str = "5e2f1c0a-1111-4222-8333-94445555c0de";
/// The path of the endpoint. Unlike GitHub's, its address has no query.
pub(crate) const PATH: &str =
    "/contoso/platform/_apis/distributedtask/hubs/build/plans/1a2b/jobs/3c4d/oidctoken";
/// How long its id tokens last, in seconds.
const LIFETIME: i64 = 600;
const SIGN_IN_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head></html>";

pub(crate) fn router(world: Arc<World>) -> Router {
    // Other methods are answered with 405.
    Router::new().route(PATH, post(id_token)).with_state(world)
}

async fn id_token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
    body: Bytes,
) -> Response {
    let answer = may_ask(&world, &headers).and_then(|()| is_well_formed(&headers, &query, &body));
    match answer.and_then(|()| may_use(&query)) {
        Ok(()) => Reply::json(StatusCode::OK, json!({"oidcToken": mint(&world)})).into_response(),
        Err(refusal) => *refusal,
    }
}

/// Who does not send the right token is led to a page to sign in, unless a header asks for a status instead. A token that
/// was right once gets the page all the same.
fn may_ask(world: &World, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let token = header(headers, "authorization").strip_prefix("Bearer ");
    if token != Some(world.request_token.as_str()) {
        return Err(match header(headers, "x-tfs-fedauthredirect") {
            "Suppress" => Box::new(StatusCode::UNAUTHORIZED.into_response()),
            _ => Box::new((StatusCode::FOUND, Html(SIGN_IN_PAGE)).into_response()),
        });
    }
    let expiry = jwt::claims(&world.request_token).and_then(|claims| claims["exp"].as_i64());
    match expiry.is_none_or(|expiry| expiry <= world.clock.now().as_second()) {
        true => Err(Box::new(
            (
                StatusCode::NON_AUTHORITATIVE_INFORMATION,
                Html(SIGN_IN_PAGE),
            )
                .into_response(),
        )),
        false => Ok(()),
    }
}

fn is_well_formed(
    headers: &HeaderMap,
    query: &BTreeMap<String, String>,
    body: &Bytes,
) -> Result<(), Box<Response>> {
    let names: Vec<_> = query.keys().map(String::as_str).collect();
    let is_right = names == ["api-version", "serviceConnectionId"]
        && query["api-version"] == "7.1"
        && header(headers, "content-type") == "application/json"
        && header(headers, "content-length") == "0"
        && body.is_empty();
    match is_right {
        true => Ok(()),
        false => Err(refusal(
            StatusCode::BAD_REQUEST,
            "The request is not as it must be.",
        )),
    }
}

fn may_use(query: &BTreeMap<String, String>) -> Result<(), Box<Response>> {
    let connection = &query["serviceConnectionId"];
    match connection == SERVICE_CONNECTION {
        true => Ok(()),
        false => Err(refusal(
            StatusCode::NOT_FOUND,
            &format!(
                "There is no explicit reference to service connection {connection} from current stage Deploy.hub."
            ),
        )),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn refusal(status: StatusCode, message: &str) -> Box<Response> {
    let body = json!({"$id": "1", "message": message, "errorCode": 0, "eventId": 3000});
    Box::new(Reply::json(status, body).into_response())
}

fn mint(world: &World) -> String {
    let now = world.clock.now().as_second();
    let claims: Value = json!({
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": crate::AUDIENCE,
        "jti": uuid::Uuid::new_v4().to_string(),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
    });
    world.github.mint(&claims)
}
