//! Entra ID: access tokens for secrets, assertions and managed identities.

mod assertion;
mod error;
mod managed_identity;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Form, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::json;

use self::error::EntraError;
use crate::{CLIENT_ID, OBJECT_ID, TENANT_ID, reply::Reply, world::World};

/// The only type of assertion there is.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(openid_configuration),
        )
        .route(managed_identity::PATH, get(managed_identity::token))
        .with_state(world)
}

/// Where the tenant's endpoints are, which other clients than the program ask for first.
async fn openid_configuration(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
) -> Reply {
    let origin = format!("{}/{tenant}", world.origins.entra);
    Reply::json(
        StatusCode::OK,
        json!({
            "issuer": format!("{origin}/v2.0"),
            "authorization_endpoint": format!("{origin}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{origin}/oauth2/v2.0/token"),
        }),
    )
}

type Fields = BTreeMap<String, String>;

async fn token(
    State(world): State<Arc<World>>,
    Path(tenant): Path<String>,
    Form(fields): Form<Fields>,
) -> Reply {
    match exchange(&world, &tenant, &fields) {
        Ok(reply) => reply,
        Err(error) => error.reply(&world),
    }
}

fn exchange(world: &World, tenant: &str, fields: &Fields) -> Result<Reply, EntraError> {
    if !tenant.eq_ignore_ascii_case(TENANT_ID) {
        return Err(EntraError::unknown_tenant(tenant));
    }
    match required(fields, "grant_type")? {
        "client_credentials" => {}
        other => return Err(EntraError::unsupported_grant(other)),
    }
    let client = required(fields, "client_id")?;
    if !client.eq_ignore_ascii_case(CLIENT_ID) {
        return Err(EntraError::unknown_client(client));
    }
    let scope = required(fields, "scope")?;
    let audience = audience(world, scope)?;
    match (fields.get("client_secret"), fields.get("client_assertion")) {
        (Some(secret), None) => check_secret(world, secret)?,
        (None, Some(assertion)) => {
            if required(fields, "client_assertion_type")? != ASSERTION_TYPE {
                return Err(EntraError::wrong_assertion_type());
            }
            assertion::check(world, assertion)?;
        }
        _ => return Err(EntraError::no_credential()),
    }
    let lifetime = world.options.token_lifetime.as_secs();
    Ok(Reply::json(
        StatusCode::OK,
        json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": access_token(world, audience),
        }),
    )
    .with("cache-control", "no-store, no-cache"))
}

fn required<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, EntraError> {
    let value = fields.get(name).filter(|value| !value.is_empty());
    value
        .map(String::as_str)
        .ok_or_else(|| EntraError::missing(name))
}

/// The scope must name this simulator's Resource Manager and nothing else.
fn audience<'a>(world: &World, scope: &'a str) -> Result<&'a str, EntraError> {
    let resource = scope.strip_suffix("/.default");
    let known = |resource: &&str| resource.trim_end_matches('/') == world.origins.resource_manager;
    resource
        .filter(known)
        .ok_or_else(|| EntraError::invalid_scope(scope))
}

fn check_secret(world: &World, secret: &str) -> Result<(), EntraError> {
    if secret != world.options.client_secret {
        return Err(EntraError::wrong_secret());
    }
    if world.options.client_secret_expired {
        return Err(EntraError::expired_secret());
    }
    Ok(())
}

/// A token for Resource Manager that starts now.
pub(crate) fn access_token(world: &World, audience: &str) -> String {
    let now = world.clock.now().as_second();
    let lifetime = i64::try_from(world.options.token_lifetime.as_secs()).unwrap_or(i64::MAX);
    world.entra.mint(&json!({
        "aud": audience,
        "iss": format!("https://sts.windows.net/{TENANT_ID}/"),
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "appid": CLIENT_ID,
        "oid": OBJECT_ID,
        "sub": OBJECT_ID,
        "tid": TENANT_ID,
        "idtyp": "app",
        "uti": uuid::Uuid::new_v4().to_string(),
        "ver": "1.0",
    }))
}
