//! A private registry of Bicep modules, as Azure Container Registry speaks: who pulls must exchange
//! a token of Entra ID for one of the registry's own.

mod module;
mod token;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

pub(crate) use self::module::Modules;
use self::{module::Blob, token::Scope};
use crate::{
    reply::Reply,
    world::{World, lock},
};

/// Registries write their errors in this form.
fn error(status: StatusCode, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        json!({"errors": [{"code": code, "message": message}]}),
    )
}

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/oauth2/exchange", post(token::exchange))
        .route("/oauth2/token", post(token::token))
        .route("/v2/", get(version))
        .route("/v2/{*path}", get(content))
        .with_state(world)
}

async fn version(State(world): State<Arc<World>>, headers: HeaderMap) -> Reply {
    match token::check(&world, &headers, None) {
        Ok(()) => Reply::empty(StatusCode::OK),
        Err(challenge) => *challenge,
    }
}

/// A manifest or a blob: `a/b/manifests/v1`. Names of repositories have slashes, which Bicep sends as %2F.
async fn content(
    State(world): State<Arc<World>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(wanted) = Wanted::of(&path) else {
        return error(StatusCode::NOT_FOUND, "NOT_FOUND", "no such route").into_response();
    };
    let scope = Scope::pull(wanted.repository);
    if let Err(challenge) = token::check(&world, &headers, Some(&scope)) {
        return challenge.into_response();
    }
    let modules = lock(&world.modules);
    let found = match wanted.kind {
        "manifests" => modules.manifest(wanted.repository, wanted.reference),
        _ => modules.blob(wanted.reference),
    };
    found.map_or_else(|| wanted.missing().into_response(), deliver)
}

fn deliver(blob: &Blob) -> Response {
    let mut response = Reply::empty(StatusCode::OK)
        .with("content-type", blob.media_type)
        .with("docker-content-digest", &blob.digest)
        .into_response();
    *response.body_mut() = Body::from(blob.content.clone());
    response
}

struct Wanted<'a> {
    repository: &'a str,
    kind: &'a str,
    reference: &'a str,
}

impl<'a> Wanted<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let (rest, reference) = path.rsplit_once('/')?;
        let (repository, kind) = rest.rsplit_once('/')?;
        ["manifests", "blobs"].contains(&kind).then_some(Self {
            repository,
            kind,
            reference,
        })
    }

    fn missing(&self) -> Reply {
        let code = match self.kind {
            "manifests" => "MANIFEST_UNKNOWN",
            _ => "BLOB_UNKNOWN",
        };
        error(
            StatusCode::NOT_FOUND,
            code,
            &format!("{} is not known", self.reference),
        )
    }
}
