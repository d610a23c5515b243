//! The stacks there are, and where each stands at any moment.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    super::store::{Deployments, Found},
    ArmError, StackBody,
    what_if::WhatIfResult,
};
use crate::plan::timeline::State;

/// From the request to the start of the deployment.
pub(super) const PREPARING: Duration = Duration::from_secs(4);
const INITIALIZING: Duration = Duration::from_secs(2);
const DENYING: Duration = Duration::from_secs(15);
const DELETING: Duration = Duration::from_secs(20);
const CHECKING: Duration = Duration::from_secs(6);

/// All stacks there ever were, the latest last; validations; what-ifs.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    all: Vec<Stack>,
    preflights: Vec<Preflight>,
    pub(super) what_ifs: Vec<WhatIfResult>,
}

/// A stack, from one update to the next.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) body: StackBody,
    pub(super) correlation_id: String,
    pub(super) created: Duration,
    /// Id of its deployment.
    pub(super) deployment: String,
    /// What it managed before this update, and will afterwards.
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) deletion: Option<Deletion>,
    /// The error with which its deny assignments cannot be updated.
    pub(super) deny_error: Option<Value>,
}

/// A resource that leaves its stack.
#[derive(Debug, Clone)]
pub(super) struct Dropped {
    pub(super) id: String,
    pub(super) delete: bool,
    /// It refuses to be deleted.
    pub(super) stays: bool,
}

/// The end of a stack.
#[derive(Debug)]
pub(super) struct Deletion {
    start: Duration,
    pub(super) dropped: Vec<Dropped>,
    pub(super) correlation_id: String,
}

/// A validation.
#[derive(Debug)]
pub(super) struct Preflight {
    pub(super) ready: Duration,
    pub(super) result: Result<Value, ArmError>,
}

impl Dropped {
    pub(super) fn fails(&self) -> bool {
        self.delete && self.stays
    }
}

impl Deletion {
    pub(super) fn new(start: Duration, dropped: Vec<Dropped>, correlation_id: &str) -> Self {
        Self {
            start,
            dropped,
            correlation_id: correlation_id.to_owned(),
        }
    }

    fn end(&self) -> Duration {
        self.start + INITIALIZING + time_to_delete(&self.dropped)
    }

    fn fails(&self) -> bool {
        self.dropped.iter().any(Dropped::fails)
    }
}

impl Preflight {
    pub(super) fn new(now: Duration, result: Result<Value, ArmError>) -> Self {
        Self {
            ready: now + CHECKING,
            result,
        }
    }
}

fn time_to_delete(dropped: &[Dropped]) -> Duration {
    let deleted = dropped.iter().filter(|each| each.delete).count();
    DELETING * u32::try_from(deleted).unwrap_or(u32::MAX)
}

impl Stack {
    pub(super) fn deny_mode(&self) -> &str {
        self.body.deny_mode()
    }

    pub(super) fn found<'a>(&self, deployments: &'a Deployments) -> Option<Found<'a>> {
        deployments.find(&self.deployment, Duration::MAX)
    }

    /// Its state at a moment, as the wire writes it.
    pub(super) fn state(&self, now: Duration, deployments: &Deployments) -> &'static str {
        if let Some(deletion) = &self.deletion {
            return match now < deletion.end() {
                true => "deletingResources",
                false if deletion.fails() => "failed",
                false => "succeeded",
            };
        }
        if now < self.created + INITIALIZING {
            return "initializing";
        }
        if now < self.created + PREPARING {
            return "validating";
        }
        let Some(found) = self.found(deployments) else {
            return "failed";
        };
        match found.state(now) {
            State::Failed => return "failed",
            State::Canceled => return "canceled",
            State::Accepted | State::Running => return "deploying",
            State::Succeeded => {}
        }
        let denied = found.timeline.end
            + if self.body.denies() {
                DENYING
            } else {
                Duration::ZERO
            };
        if now < denied {
            "updatingDenyAssignments"
        } else if self.is_denying_refused() {
            "failed"
        } else if now < denied + time_to_delete(&self.dropped) {
            "deletingResources"
        } else if self.dropped.iter().any(Dropped::fails) {
            "failed"
        } else {
            "succeeded"
        }
    }

    pub(super) fn is_over(&self, now: Duration, deployments: &Deployments) -> bool {
        matches!(
            self.state(now, deployments),
            "succeeded" | "failed" | "canceled"
        )
    }

    /// Whether its deployment has done its part, whatever came afterwards.
    pub(super) fn is_deployed(&self, now: Duration, deployments: &Deployments) -> bool {
        let found = self.found(deployments);
        found.is_some_and(|found| found.state(now) == State::Succeeded)
    }

    /// What it manages at this moment.
    pub(super) fn managed(&self, now: Duration, deployments: &Deployments) -> &[String] {
        if self.is_deployed(now, deployments) {
            &self.after
        } else {
            &self.before
        }
    }

    fn is_denying_refused(&self) -> bool {
        self.body.denies() && self.deny_error.is_some()
    }

    fn is_gone(&self, now: Duration) -> bool {
        let deletion = self.deletion.as_ref();
        deletion.is_some_and(|deletion| !deletion.fails() && now >= deletion.end())
    }

    /// Nothing may be changed while something is changing.
    pub(super) fn check_idle(
        &self,
        now: Duration,
        deployments: &Deployments,
    ) -> Result<(), ArmError> {
        if self.is_over(now, deployments) {
            return Ok(());
        }
        Err(ArmError::conflict(
            "DeploymentStackInNonTerminalState",
            format!(
                "The deployment stack '{}' could not be changed because it is in a non-terminal provisioning state '{}'. Please wait for the operation with correlation id '{}' to complete.",
                self.id,
                self.state(now, deployments),
                self.correlation_id
            ),
        ))
    }

    /// Why it failed, once it has.
    pub(super) fn error(&self, now: Duration, deployments: &Deployments) -> Option<Value> {
        if self.state(now, deployments) != "failed" {
            return None;
        }
        if self.is_denying_refused() && self.is_deployed(now, deployments) {
            return self.deny_error.clone();
        }
        let correlation_id = self
            .deletion
            .as_ref()
            .map_or(&self.correlation_id, |deletion| &deletion.correlation_id);
        let deleting = self.deletion.is_some() || self.is_deployed(now, deployments);
        let (code, what) = match deleting {
            true => ("DeploymentStackDeleteResourcesFailed", "deleted"),
            false => ("DeploymentStackDeploymentFailed", "deployed"),
        };
        Some(json!({
            "code": code,
            "message": format!("One or more resources could not be {what}. Correlation id: '{correlation_id}'."),
        }))
    }
}

impl Stacks {
    pub(super) fn add(&mut self, stack: Stack) -> String {
        self.all.push(stack);
        format!("update-{}", self.all.len() - 1)
    }

    pub(super) fn delete(&mut self, at: usize, deletion: Deletion) -> String {
        self.all[at].deletion = Some(deletion);
        format!("delete-{at}")
    }

    pub(super) fn get(&self, at: usize) -> &Stack {
        &self.all[at]
    }

    /// Where the latest stack of this id is, if it still exists.
    pub(super) fn position(&self, id: &str, now: Duration, _: &Deployments) -> Option<usize> {
        let at = self
            .all
            .iter()
            .rposition(|stack| stack.id.eq_ignore_ascii_case(id))?;
        (!self.all[at].is_gone(now)).then_some(at)
    }

    pub(super) fn find(
        &self,
        id: &str,
        now: Duration,
        deployments: &Deployments,
    ) -> Option<&Stack> {
        self.position(id, now, deployments).map(|at| &self.all[at])
    }

    /// Like [`Stacks::find`], but for readers: just after an update they may see what was before.
    pub(super) fn read(
        &self,
        id: &str,
        now: Duration,
        deployments: &Deployments,
        stale_for: Duration,
    ) -> Result<&Stack, ArmError> {
        let latest = self.position(id, now, deployments);
        let shown = latest.and_then(|at| {
            let is_stale = now < self.all[at].created + stale_for;
            let same = |stack: &Stack| stack.id.eq_ignore_ascii_case(id);
            let earlier = self.all[..at].iter().rev().find(|stack| same(stack));
            match earlier.filter(|_| is_stale) {
                Some(earlier) => Some(earlier).filter(|stack| !stack.is_gone(now)),
                None => Some(&self.all[at]),
            }
        });
        shown.ok_or_else(|| {
            let name = id.rsplit('/').next().unwrap_or_default();
            ArmError::not_found(
                "DeploymentStackNotFound",
                format!("The deployment stack '{name}' could not be found."),
            )
        })
    }

    /// The state of an operation, and why it failed.
    pub(super) fn operation(
        &self,
        operation: &str,
        now: Duration,
        deployments: &Deployments,
    ) -> Option<(&'static str, Option<Value>)> {
        let (_, at) = operation.split_once('-')?;
        let stack = self.all.get(at.parse::<usize>().ok()?)?;
        Some((stack.state(now, deployments), stack.error(now, deployments)))
    }

    pub(super) fn keep(&mut self, preflight: Preflight) -> String {
        self.preflights.push(preflight);
        format!("preflight-{}", self.preflights.len() - 1)
    }

    pub(super) fn preflight(&self, operation: &str) -> Option<&Preflight> {
        let (_, at) = operation.split_once('-')?;
        self.preflights.get(at.parse::<usize>().ok()?)
    }
}

/// Whether `names` has the last part of `id`.
pub(super) fn named(names: &[String], id: &str) -> bool {
    let name = id.rsplit('/').next().unwrap_or_default();
    names.iter().any(|own| own.eq_ignore_ascii_case(name))
}
