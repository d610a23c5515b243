//! Who may pull: Entra ID's token for a refresh token, that for a scoped access token.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};

use super::error;
use crate::{arm::authorization, reply::Reply, world::World};

/// How long the registry's own tokens live, in simulated seconds.
const LIFETIME: i64 = 3 * 3600;

type Fields = BTreeMap<String, String>;
type Refusal = Box<Reply>;

/// What a token is good for, such as `repository:bicep/network:pull`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope(String);

impl Scope {
    pub(super) fn pull(repository: &str) -> Self {
        Self(format!("repository:{repository}:pull"))
    }
}

/// Entra ID's access token becomes a refresh token of the registry.
pub(super) async fn exchange(State(world): State<Arc<World>>, Form(form): Form<Fields>) -> Reply {
    let token = form.get("access_token").map(String::as_str);
    match (field(&form, "grant_type"), token) {
        ("access_token", Some(token)) if authorization::is_valid(&world, token) => {
            issue(&world, "refresh_token", json!({"grant": "refresh"}))
        }
        ("access_token", _) => refusal("the access token is not valid"),
        (other, _) => unsupported(other),
    }
}

/// A refresh token becomes an access token for one scope.
pub(super) async fn token(State(world): State<Arc<World>>, Form(form): Form<Fields>) -> Reply {
    if field(&form, "grant_type") != "refresh_token" {
        return refusal("this registry has nothing for anonymous clients");
    }
    let claims = claims(&world, field(&form, "refresh_token"));
    match claims.filter(|claims| claims["grant"] == "refresh") {
        Some(_) => issue(
            &world,
            "access_token",
            json!({"scope": field(&form, "scope")}),
        ),
        None => refusal("the refresh token is not valid"),
    }
}

/// Lets in who has an access token for this scope, and challenges everybody else.
pub(super) fn check(
    world: &World,
    headers: &HeaderMap,
    scope: Option<&Scope>,
) -> Result<(), Refusal> {
    let header = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer "));
    let claims = token.and_then(|token| claims(world, token));
    let good = claims.is_some_and(|claims| {
        scope.is_none_or(|scope| claims["scope"].as_str() == Some(scope.0.as_str()))
    });
    good.then_some(())
        .ok_or_else(|| Box::new(challenge(world, scope)))
}

fn challenge(world: &World, scope: Option<&Scope>) -> Reply {
    let origin = &world.origins.registry;
    let service = origin.trim_start_matches("https://");
    let scope = scope.map_or_else(String::new, |scope| format!(",scope=\"{}\"", scope.0));
    let challenge = format!("Bearer realm=\"{origin}/oauth2/token\",service=\"{service}\"{scope}");
    refusal("authentication required").with("www-authenticate", challenge)
}

fn issue(world: &World, name: &str, mut claims: Value) -> Reply {
    claims["exp"] = json!(world.clock.now().as_second() + LIFETIME);
    Reply::json(StatusCode::OK, json!({name: world.registry.mint(&claims)}))
}

/// The claims of a token of the registry's own that has not expired.
fn claims(world: &World, token: &str) -> Option<Value> {
    let claims = world.registry.verify(token)?;
    (claims["exp"].as_i64()? > world.clock.now().as_second()).then_some(claims)
}

fn field<'a>(form: &'a Fields, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

fn refusal(message: &str) -> Reply {
    error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
}

fn unsupported(grant: &str) -> Reply {
    let message = format!("grant_type {grant:?} is not supported");
    error(StatusCode::BAD_REQUEST, "UNSUPPORTED", &message)
}
