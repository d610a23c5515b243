//! Azure Resource Manager: deployments at their four scopes.

mod action;
mod actions;
pub(crate) mod authorization;
mod call;
mod deployment;
pub(crate) mod error;
pub(crate) mod foreign;
pub(crate) mod limits;
mod links;
mod operations;
mod outcome;
mod request;
pub(crate) mod results;
pub(crate) mod rollback;
pub(crate) mod scope;
pub(crate) mod stacks;
pub(crate) mod store;
pub(crate) mod submission;
mod subscriptions;
mod template_specs;
mod what_if;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Method, StatusCode, Uri},
};

use self::{actions::Target, call::Call, error::ArmError, scope::Scope};
use crate::{
    reply::Reply,
    world::{World, lock},
};

pub(crate) fn router(world: Arc<World>) -> Router {
    // The size of requests is Resource Manager's own business.
    Router::new()
        .fallback(handle)
        .layer(DefaultBodyLimit::disable())
        .with_state(world)
}

async fn handle(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    foreign::settle(&world);
    rollback::settle(&world);
    let call = Call::new(&world, method, &uri, &headers, body);
    let reply = answer(&world, &call).unwrap_or_else(ArmError::reply);
    call::with_common_headers(reply, &world, &call)
}

fn answer(world: &World, call: &Call) -> Result<Reply, ArmError> {
    authorization::authenticate(world, call)?;
    limits::throttle(world, call)?;
    if let Some(answer) = subscriptions::answer(world, call) {
        return Ok(answer);
    }
    let (scope, rest) = Scope::split(&call.path).ok_or_else(|| unknown_path(&call.path))?;
    check_scope(world, call, &scope)?;
    let rest: Vec<&str> = rest.split('/').collect();
    let lower: Vec<String> = rest.iter().map(|part| part.to_ascii_lowercase()).collect();
    let about_stacks = stacks::Target {
        world,
        call,
        scope: &scope,
        rest: &rest,
        lower: &lower.iter().map(String::as_str).collect::<Vec<_>>(),
    };
    if let Some(answer) = about_stacks.answer() {
        return answer;
    }
    let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
    if let Some(answer) = template_specs::answer(world, call, &parts) {
        return answer;
    }
    check_api_version(world, call)?;
    match rest.as_slice() {
        [.., results, id] if results.eq_ignore_ascii_case("operationresults") => {
            results::show(world, call, id)
        }
        [providers, namespace, kind, below @ ..]
            if providers.eq_ignore_ascii_case("providers")
                && namespace.eq_ignore_ascii_case("Microsoft.Resources")
                && kind.eq_ignore_ascii_case("deployments") =>
        {
            let name = below.first().copied().unwrap_or_default();
            deployments(
                &Target {
                    world,
                    call,
                    scope: &scope,
                    name,
                },
                below,
            )
        }
        _ => Err(unknown_path(&call.path)),
    }
}

/// Chooses the action by what stands below `deployments`.
fn deployments(target: &Target<'_>, below: &[&str]) -> Result<Reply, ArmError> {
    let method = target.call.method.as_str();
    let action = below.get(1).map(|action| action.to_ascii_lowercase());
    match (method, action.as_deref(), below) {
        ("GET", None, [] | [""]) => target.list(),
        ("PUT", None, [_]) => target.submit(),
        ("GET" | "HEAD", None, [_]) => target.show(),
        ("POST", Some("cancel"), [_, _]) => target.cancel(),
        ("POST", Some("validate"), [_, _]) => target.validate(),
        ("POST", Some("whatif"), [_, _]) => target.what_if(),
        ("GET", Some("operations"), [_, _]) => target.operations(),
        ("GET", Some("operations"), [_, _, id]) => target.operation(id),
        ("GET", Some("operationstatuses"), [_, _, id]) => target.status(id),
        (_, None | Some("cancel" | "operations" | "validate" | "whatif"), _) => Err(ArmError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HttpMethodNotAllowed",
            format!("The HTTP method '{method}' is not supported at this path."),
        )),
        _ => Err(unknown_path(&target.call.path)),
    }
}

fn unknown_path(path: &str) -> ArmError {
    ArmError::not_found(
        "InvalidResourceType",
        format!("The path '{path}' is not served here."),
    )
}

fn check_api_version(world: &World, call: &Call) -> Result<(), ArmError> {
    let supported = &world.options.api_versions;
    if call.api_version.is_empty() {
        let message =
            "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(ArmError::bad_request("MissingApiVersionParameter", message));
    }
    if supported.contains(&call.api_version) {
        return Ok(());
    }
    Err(ArmError::bad_request(
        "InvalidApiVersionParameter",
        format!(
            "The api-version '{}' is invalid. The supported versions are '{}'.",
            call.api_version,
            supported.join(",")
        ),
    ))
}

fn check_scope(world: &World, call: &Call, scope: &Scope) -> Result<(), ArmError> {
    let deployments = lock(&world.deployments);
    if let Some(subscription) = scope.subscription()
        && !submission::subscription_exists(world, subscription)
    {
        let message = format!("The subscription '{subscription}' could not be found.");
        return Err(ArmError::not_found("SubscriptionNotFound", message));
    }
    match scope {
        Scope::ResourceGroup { group, .. }
            if !submission::group_exists(world, &deployments, &scope.id(), call.now) =>
        {
            let message = format!("Resource group '{group}' could not be found.");
            Err(ArmError::not_found("ResourceGroupNotFound", message))
        }
        Scope::ManagementGroup(group)
            if !submission::management_group_exists(world, &deployments, group, call.now) =>
        {
            let action = "Microsoft.Resources/deployments/read";
            Err(ArmError::forbidden(action, &scope.id()))
        }
        _ => Ok(()),
    }
}
