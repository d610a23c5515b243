//! A collector of OpenTelemetry, as far as it takes spans over HTTP.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};

use crate::{
    traces,
    world::{World, lock},
};

/// Where spans are sent to.
pub(crate) const PATH: &str = "/v1/traces";
/// The only form in which every collector takes them.
const KIND: &str = "application/x-protobuf";

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new().route(PATH, post(take)).with_state(world)
}

async fn take(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if kind != Some(KIND) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Some(spans) = traces::decode(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    lock(&world.spans).extend(spans);
    [(CONTENT_TYPE, KIND)].into_response()
}
