//! Azure Resource Manager: deployments at their four scopes.

mod action;
mod authorization;
mod deployment;
pub(crate) mod error;
mod links;
mod operations;
mod outcome;
mod request;
pub(crate) mod results;
pub(crate) mod scope;
pub(crate) mod store;
pub(crate) mod submission;
mod what_if;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri},
};
use serde_json::{Value, json};

use self::{
    error::ArmError,
    scope::Scope,
    store::{Deployments, Found},
};
use crate::{
    digest,
    door::{named, pairs},
    plan::timeline::State as RunState,
    reply::Reply,
    world::{World, lock},
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
    fn new(world: &World, method: Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Self {
        let headers = named(headers);
        let query = pairs(uri.query().unwrap_or_default());
        let correlation_id = headers.get("x-ms-correlation-request-id").cloned();
        Self {
            method,
            path: uri.path().to_owned(),
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

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new().fallback(handle).with_state(world)
}

async fn handle(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let call = Call::new(&world, method, &uri, &headers, body);
    let reply = answer(&world, &call).unwrap_or_else(ArmError::reply);
    with_common_headers(reply, &world, &call)
}

fn with_common_headers(reply: Reply, world: &World, call: &Call) -> Reply {
    let request_id = uuid::Uuid::new_v4().to_string();
    let moment = world.clock.now().strftime("%Y%m%dT%H%M%SZ");
    let routing = format!("WESTEUROPE:{moment}:{request_id}");
    let (kind, own, global) = if call.is_read() {
        ("reads", "1099", "16499")
    } else {
        ("writes", "799", "11999")
    };
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
    match kind {
        "reads" => reply
            .with("x-ms-ratelimit-remaining-subscription-reads", own)
            .with("x-ms-ratelimit-remaining-subscription-global-reads", global),
        _ => reply
            .with("x-ms-ratelimit-remaining-subscription-writes", own)
            .with(
                "x-ms-ratelimit-remaining-subscription-global-writes",
                global,
            ),
    }
}

fn answer(world: &World, call: &Call) -> Result<Reply, ArmError> {
    authorization::authenticate(world, call)?;
    authorization::throttle(world, call)?;
    check_api_version(world, call)?;
    let path = percent_decoded(&call.path);
    let (scope, rest) = Scope::split(&path).ok_or_else(|| unknown_path(&path))?;
    check_scope(world, call, &scope)?;
    let rest: Vec<&str> = rest.split('/').collect();
    let lower: Vec<String> = rest.iter().map(|part| part.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    if let [.., "operationresults", _] = lower.as_slice() {
        return results::show(world, call, rest.last().copied().unwrap_or_default());
    }
    let Some(
        [
            "providers",
            "microsoft.resources",
            "deployments",
            below @ ..,
        ],
    ) = lower.get(..)
    else {
        return Err(unknown_path(&path));
    };
    let name = rest.get(3).copied().unwrap_or_default();
    let target = Target {
        world,
        call,
        scope: &scope,
        name,
    };
    match (call.method.as_str(), below) {
        ("GET", [] | [""]) => target.list(),
        ("PUT", [_]) => target.submit(),
        ("GET" | "HEAD", [_]) => target.show(),
        ("POST", [_, "cancel"]) => target.cancel(),
        ("POST", [_, "validate"]) => target.validate(),
        ("POST", [_, "whatif"]) => target.what_if(),
        ("GET", [_, "operations"]) => target.operations(),
        ("GET", [_, "operations", id]) => target.operation(id),
        ("GET", [_, "operationstatuses", id]) => target.status(id),
        (_, [_] | [_, "cancel" | "operations" | "validate" | "whatif"]) => Err(ArmError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HttpMethodNotAllowed",
            format!(
                "The HTTP method '{}' is not supported at this path.",
                call.method
            ),
        )),
        _ => Err(unknown_path(&path)),
    }
}

fn percent_decoded(path: &str) -> String {
    let form = path
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('&', "%26");
    pairs(&form).into_keys().next().unwrap_or_default()
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
    let Some(subscription) = scope.subscription() else {
        return Ok(());
    };
    let known = &world.options.subscriptions;
    if !known
        .iter()
        .any(|own| own.eq_ignore_ascii_case(subscription))
    {
        return Err(ArmError::not_found(
            "SubscriptionNotFound",
            format!("The subscription '{subscription}' could not be found."),
        ));
    }
    if let Scope::ResourceGroup { group, .. } = scope
        && !submission::group_exists(world, &lock(&world.deployments), &scope.id(), call.now)
    {
        return Err(ArmError::not_found(
            "ResourceGroupNotFound",
            format!("Resource group '{group}' could not be found."),
        ));
    }
    Ok(())
}

/// What a request is about.
struct Target<'a> {
    world: &'a World,
    call: &'a Call,
    scope: &'a Scope,
    name: &'a str,
}

impl Target<'_> {
    fn permit(&self, action: &str) -> Result<(), ArmError> {
        let action = format!("Microsoft.Resources/deployments/{action}");
        authorization::permit(self.world, &action, &self.scope.deployment_id(self.name))
    }

    fn find<'b>(&self, deployments: &'b Deployments) -> Result<Found<'b>, ArmError> {
        deployments.read(self.scope, self.name, self.call.now)
    }

    fn body(&self, found: Found<'_>) -> Value {
        let legacy = self.world.options.legacy_errors;
        deployment::show(found, self.call.now, &self.world.clock, legacy)
    }

    fn list(&self) -> Result<Reply, ArmError> {
        self.permit("read")?;
        let wanted = self
            .call
            .query
            .get("$filter")
            .map(|filter| state_filter(filter));
        let wanted = wanted.transpose()?;
        let deployments = lock(&self.world.deployments);
        let all = deployments.list(self.scope, self.call.now).into_iter();
        let rows = all.filter(|found| {
            let state = found.state(self.call.now).name();
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(state))
        });
        let rows = rows.map(|found| self.body(found)).collect();
        Ok(Reply::json(
            StatusCode::OK,
            links::page(self.world, self.call, rows)?,
        ))
    }

    fn submit(&self) -> Result<Reply, ArmError> {
        self.permit("write")?;
        let submitted = request::read(self.call, self.scope, self.name, &[])?;
        let mut deployments = lock(&self.world.deployments);
        let known = submission::start(self.world, &mut deployments, self.call, submitted)?;
        let found = deployments.find(&self.scope.deployment_id(self.name), self.call.now);
        let found = found.ok_or_else(|| ArmError::deployment_not_found(self.name))?;
        let status = if known {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        let url = links::status_url(self.world, found, &self.call.api_version);
        Ok(Reply::json(status, self.body(found))
            .with("azure-asyncoperation", url)
            .with("x-ms-deployment-engine-version", "1.628.3"))
    }

    fn show(&self) -> Result<Reply, ArmError> {
        self.permit("read")?;
        let deployments = lock(&self.world.deployments);
        let found = match self.find(&deployments) {
            Ok(found) => found,
            Err(_) if self.call.method == Method::HEAD => {
                return Ok(Reply::empty(StatusCode::NOT_FOUND));
            }
            Err(error) => return Err(error),
        };
        if self.call.method == Method::HEAD {
            return Ok(Reply::empty(StatusCode::NO_CONTENT));
        }
        let reply = Reply::json(StatusCode::OK, self.body(found));
        Ok(match retry_after(found, self.call.now) {
            Some(seconds) => reply.with("retry-after", seconds.to_string()),
            None => reply,
        })
    }

    fn cancel(&self) -> Result<Reply, ArmError> {
        self.permit("cancel/action")?;
        let mut deployments = lock(&self.world.deployments);
        let found = self.find(&deployments)?;
        let state = found.state(self.call.now);
        if state.is_terminal() {
            let expiry = crate::clock::american(self.world.clock.at(found.expiry()));
            return Err(ArmError::conflict(
                "DeploymentCannotBeCancelled",
                format!(
                    "The deployment '{}' cannot be cancelled because it has provisioning state '{}' or it has already expired (expiration time is '{expiry}').",
                    found.plan.name,
                    state.name()
                ),
            ));
        }
        let id = found.plan.id.clone();
        deployments.cancel(&id, self.call.now, &self.world.options);
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    fn rows(&self, deployments: &Deployments) -> Result<Vec<Value>, ArmError> {
        self.permit("operations/read")?;
        let found = self.find(deployments)?;
        let legacy = self.world.options.legacy_errors;
        Ok(operations::list(
            found,
            self.call.now,
            &self.world.clock,
            legacy,
        ))
    }

    fn operations(&self) -> Result<Reply, ArmError> {
        let rows = self.rows(&lock(&self.world.deployments))?;
        Ok(Reply::json(
            StatusCode::OK,
            links::page(self.world, self.call, rows)?,
        ))
    }

    fn operation(&self, id: &str) -> Result<Reply, ArmError> {
        let rows = self.rows(&lock(&self.world.deployments))?;
        let same = |row: &Value| {
            row["operationId"]
                .as_str()
                .is_some_and(|own| own.eq_ignore_ascii_case(id))
        };
        let row = rows.into_iter().find(same).ok_or_else(|| {
            ArmError::not_found(
                "DeploymentOperationNotFound",
                format!("Deployment operation '{id}' could not be found."),
            )
        })?;
        Ok(Reply::json(StatusCode::OK, row))
    }

    fn status(&self, id: &str) -> Result<Reply, ArmError> {
        self.permit("operationStatuses/read")?;
        links::check_status_url(self.call, id)?;
        let deployments = lock(&self.world.deployments);
        let found = self.find(&deployments)?;
        if found.status_id() != id {
            return Err(ArmError::deployment_not_found(self.name));
        }
        let state = found.state(self.call.now);
        let mut body = json!({"status": state.name()});
        if state == RunState::Failed {
            let legacy = self.world.options.legacy_errors;
            body["error"] = outcome::deployment_error(found.plan, found.timeline, legacy);
        }
        Ok(Reply::json(StatusCode::OK, body))
    }
}

/// The only filter that is supported: `provisioningState eq 'Running'`.
fn state_filter(filter: &str) -> Result<&str, ArmError> {
    let words: Vec<&str> = filter.split_whitespace().collect();
    match words.as_slice() {
        [name, "eq", state] if name.eq_ignore_ascii_case("provisioningState") => {
            Ok(state.trim_matches('\''))
        }
        _ => Err(ArmError::bad_request(
            "InvalidFilterInQueryString",
            format!("Invalid $filter '{filter}' specified in the query string."),
        )),
    }
}

/// 5, 7 or 13 seconds, while there is something to wait for.
fn retry_after(found: Found<'_>, now: Duration) -> Option<u64> {
    if found.state(now).is_terminal() {
        return None;
    }
    let turn = digest::decimal(&format!("{}/{}", found.plan.id, now.as_secs()), 20);
    Some(match turn.as_bytes()[19] {
        b'0'..=b'6' => 5,
        b'7' | b'8' => 7,
        _ => 13,
    })
}
