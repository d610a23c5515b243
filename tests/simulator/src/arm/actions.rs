//! What can be asked of deployments: list, submit, show, cancel, operations, status.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    authorization,
    call::Call,
    deployment,
    error::ArmError,
    links,
    operations::Operations,
    outcome, request,
    scope::Scope,
    store::{Deployments, Found},
    submission,
};
use crate::{
    digest,
    options::Pace,
    plan::timeline::State,
    reply::Reply,
    world::{World, lock},
};

/// The deployment, or the deployments, that a request is about.
pub(crate) struct Target<'a> {
    pub(crate) world: &'a World,
    pub(crate) call: &'a Call,
    pub(crate) scope: &'a Scope,
    /// Empty where all deployments of the scope are meant.
    pub(crate) name: &'a str,
}

impl Target<'_> {
    pub(super) fn permit(&self, action: &str) -> Result<(), ArmError> {
        let action = format!("Microsoft.Resources/deployments/{action}");
        authorization::permit(self.world, &action, &self.scope.deployment_id(self.name))
    }

    pub(super) fn find<'b>(&self, deployments: &'b Deployments) -> Result<Found<'b>, ArmError> {
        deployments.read(self.scope, self.name, self.call.now)
    }

    fn body(&self, found: Found<'_>, deployments: &Deployments) -> Value {
        let legacy = self.world.options.legacy_errors;
        deployment::show(found, deployments, self.call.now, &self.world.clock, legacy)
    }

    pub(crate) fn list(&self) -> Result<Reply, ArmError> {
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
        let rows: Vec<_> = rows.collect();
        let show = |found: &Found<'_>| self.body(*found, &deployments);
        let page = links::page(self.world, self.call, &rows, show)?;
        Ok(Reply::json(StatusCode::OK, page))
    }

    pub(crate) fn submit(&self) -> Result<Reply, ArmError> {
        self.permit("write")?;
        let submitted = request::read(self.world, self.call, self.scope, self.name, &[])?;
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
        Ok(Reply::json(status, self.body(found, &deployments))
            .with("azure-asyncoperation", url)
            .with("x-ms-deployment-engine-version", "1.628.3"))
    }

    pub(crate) fn show(&self) -> Result<Reply, ArmError> {
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
        let reply = Reply::json(StatusCode::OK, self.body(found, &deployments));
        Ok(
            match retry_after(self.world.options.retry_after, found, self.call.now) {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            },
        )
    }

    pub(crate) fn cancel(&self) -> Result<Reply, ArmError> {
        self.permit("cancel/action")?;
        let mut deployments = lock(&self.world.deployments);
        // A stale view does not matter to what changes the deployment.
        let id = self.find(&deployments)?.plan.id.clone();
        let found = deployments.find(&id, self.call.now);
        let found = found.ok_or_else(|| ArmError::deployment_not_found(self.name))?;
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
        deployments.cancel(&id, self.call.now, &self.world.options);
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    fn own_operations<'b>(
        &'b self,
        deployments: &'b Deployments,
    ) -> Result<Operations<'b>, ArmError> {
        self.permit("operations/read")?;
        let found = self.find(deployments)?;
        let World { clock, options, .. } = self.world;
        Ok(Operations::new(found, self.call.now, clock, options))
    }

    pub(crate) fn operations(&self) -> Result<Reply, ArmError> {
        let deployments = lock(&self.world.deployments);
        let own = self.own_operations(&deployments)?;
        let show = |subject: &_| own.row(*subject);
        let mut page = links::page(self.world, self.call, &own.begun(), show)?;
        if let Some(next) = links::misleading(self.world, self.call) {
            page["nextLink"] = next.into();
        }
        Ok(Reply::json(StatusCode::OK, page))
    }

    pub(crate) fn operation(&self, id: &str) -> Result<Reply, ArmError> {
        let deployments = lock(&self.world.deployments);
        let own = self.own_operations(&deployments)?;
        let same = |row: &Value| {
            row["operationId"]
                .as_str()
                .is_some_and(|own| own.eq_ignore_ascii_case(id))
        };
        let mut rows = own.begun().into_iter().map(|subject| own.row(subject));
        let row = rows.find(same).ok_or_else(|| {
            ArmError::not_found(
                "DeploymentOperationNotFound",
                format!("Deployment operation '{id}' could not be found."),
            )
        })?;
        Ok(Reply::json(StatusCode::OK, row))
    }

    pub(crate) fn status(&self, id: &str) -> Result<Reply, ArmError> {
        self.permit("operationStatuses/read")?;
        links::check_status_url(self.call, id)?;
        let deployments = lock(&self.world.deployments);
        // The id names a submission, also after another one took its place.
        let all = deployments.all_of(&self.scope.deployment_id(self.name), self.call.now);
        let mut visible = all
            .into_iter()
            .filter(|found| found.is_visible(self.call.now));
        let found = visible.find(|found| found.status_id() == id);
        let found = found.ok_or_else(|| ArmError::deployment_not_found(self.name))?;
        let state = found.state(self.call.now);
        let mut body = json!({"status": state.name()});
        if state == State::Failed {
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

/// In how many seconds to ask again, while there is something to wait for.
fn retry_after(pace: Pace, found: Found<'_>, now: Duration) -> Option<u64> {
    if found.state(now).is_terminal() {
        return None;
    }
    match pace {
        Pace::Recorded => Some(recorded_pace(&found.plan.id, now)),
        Pace::Fixed(seconds) => Some(seconds),
        Pace::None => None,
    }
}

/// 5, 7 or 13, about as often as in the recordings.
fn recorded_pace(id: &str, now: Duration) -> u64 {
    let turn = digest::decimal(&format!("{id}/{}", now.as_secs()), 20);
    match turn.as_bytes()[19] {
        b'0'..=b'6' => 5,
        b'7' | b'8' => 7,
        _ => 13,
    }
}
