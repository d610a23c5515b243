//! The subscriptions of the tenant, which other clients than the program ask for when they sign in.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::Call;
use crate::{TENANT_ID, reply::Reply, world::World};

/// Answers a request for all subscriptions; `None` for other requests.
pub(super) fn answer(world: &World, call: &Call) -> Option<Reply> {
    let path = call.path.trim_end_matches('/');
    if !path.eq_ignore_ascii_case("/subscriptions") {
        return None;
    }
    let all = world.options.subscriptions.iter().map(|id| {
        json!({
            "id": format!("/subscriptions/{id}"),
            "subscriptionId": id,
            "tenantId": TENANT_ID,
            "displayName": "Simulated",
            "state": "Enabled",
            "managedByTenants": [],
        })
    });
    let body = json!({"value": all.collect::<Value>()});
    Some(Reply::json(StatusCode::OK, body))
}
