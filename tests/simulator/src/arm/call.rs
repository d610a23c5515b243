//! One request to Resource Manager, and what every answer to it carries.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, Uri},
};
use serde_json::Value;

use super::limits;
use crate::{
    door::{named, pairs, percent_decoded},
    reply::Reply,
    world::World,
};

/// One request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) raw_query: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
    pub(crate) api_version: String,
    pub(crate) now: Duration,
    /// What the client sent, or a new one.
    pub(crate) correlation_id: String,
}

impl Call {
    pub(crate) fn new(
        world: &World,
        method: Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Self {
        let headers = named(headers);
        let query = pairs(uri.query().unwrap_or_default());
        let correlation_id = headers.get("x-ms-correlation-request-id").cloned();
        Self {
            method,
            path: percent_decoded(uri.path()),
            api_version: query.get("api-version").cloned().unwrap_or_default(),
            raw_query: uri.query().unwrap_or_default().to_owned(),
            query,
            headers,
            body,
            now: world.clock.elapsed(),
            correlation_id: correlation_id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        }
    }

    /// A request that nobody sent.
    pub(crate) fn internal(world: &World, body: &Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        Self::new(
            world,
            Method::PUT,
            &Uri::default(),
            &headers,
            body.to_string().into(),
        )
    }

    pub(crate) fn is_read(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }
}

/// The headers that are the same for every answer.
pub(crate) fn with_common_headers(reply: Reply, world: &World, call: &Call) -> Reply {
    let request_id = uuid::Uuid::new_v4().to_string();
    let moment = world.clock.now().strftime("%Y%m%dT%H%M%SZ");
    let routing = format!("WESTEUROPE:{moment}:{request_id}");
    let reply = reply
        .with("x-ms-request-id", request_id)
        .with("x-ms-correlation-request-id", call.correlation_id.as_str())
        .with("x-ms-routing-request-id", routing)
        .with("cache-control", "no-cache")
        .with(
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        )
        .with("x-content-type-options", "nosniff");
    if !call.is_read() {
        return reply
            .with("x-ms-ratelimit-remaining-subscription-writes", "799")
            .with(
                "x-ms-ratelimit-remaining-subscription-global-writes",
                "11999",
            );
    }
    let (own, global) = limits::remaining(world, call);
    reply
        .with(
            "x-ms-ratelimit-remaining-subscription-reads",
            own.to_string(),
        )
        .with(
            "x-ms-ratelimit-remaining-subscription-global-reads",
            global.to_string(),
        )
}
