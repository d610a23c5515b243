//! The state of a run, accumulated from its events.

mod ahead;
pub(crate) mod awaited;
pub(crate) mod bars;
pub(crate) mod chain;
pub(crate) mod incident;
pub(crate) mod seen;
pub(crate) mod submission;
pub(crate) mod total;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use awaited::Awaited;
use incident::{Incident, Outage};
use jiff::{SignedDuration, Timestamp};
use seen::Seen;
use serde_json::{Map, Value};
use submission::Submission;

use crate::{
    arm::{Dependencies, Diagnostic, ProvisioningState, Redeployment, WhatIf},
    event::{Ending, Event, Foreseen, History, Plan, Resource, StackResources},
    inputs::Operation,
    report::forecast::{Samples, Told},
};

/// The state of a run. Durations count from the run's start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// When the run started.
    pub(crate) started: Timestamp,
    pub(crate) plan: Option<Plan>,
    /// The result of the validation, once it is known.
    pub(crate) validated: Option<Validated>,
    /// The predicted changes, once they are known.
    pub(crate) what_if: Option<WhatIf>,
    pub(crate) token_refreshes: usize,
    pub(crate) correlation_id: Option<String>,
    pub(crate) state: Option<ProvisioningState>,
    /// When the run signed in.
    pub(crate) signed_in: Option<Duration>,
    /// When and how the run came to its deployment.
    pub(crate) submission: Option<(Duration, Submission)>,
    /// When the present token was issued.
    pub(crate) token_issued: Duration,
    /// Resources and nested deployments as last seen, in order of appearance.
    pub(crate) resources: Vec<Seen>,
    /// Lower-case id → index in `resources`.
    pub(crate) index: HashMap<String, usize>,
    /// Number of resources that are running, without nested deployments.
    pub(crate) running_now: usize,
    /// Number of resources in a terminal state, without nested deployments.
    pub(crate) done: usize,
    /// Number of known resources, without nested deployments.
    pub(crate) known: usize,
    /// What is known to be deployed but has not begun.
    pub(crate) awaited: Awaited,
    /// What Azure said it would deploy.
    pub(crate) foreseen: Option<Foreseen>,
    /// Which resources of a deployment wait for which, by its id in lower case.
    pub(crate) dependencies: HashMap<String, Dependencies>,
    /// How long earlier deployments of the same kind took.
    pub(crate) history: Option<History>,
    /// What these tell.
    pub(crate) samples: Samples,
    /// What the heartbeats told of the time left.
    pub(crate) told: Told,
    /// From when to when the deployment ran, by Azure's clock.
    pub(crate) lasted: Option<(Timestamp, Timestamp)>,
    /// Nested deployments whose resources cannot be shown, by the names around them and their own; empty for the
    /// deployment that is followed.
    pub(crate) hidden: Vec<Vec<String>>,
    pub(crate) outages: Vec<Outage>,
    /// Number of periods of throttling.
    pub(crate) throttlings: usize,
    /// Incidents and when they happened.
    pub(crate) incidents: Vec<(Duration, Incident)>,
    pub(crate) warnings: Vec<String>,
    /// The stack's resources after its last operation, once they are known.
    pub(crate) stack: Option<StackResources>,
    /// What Azure repeats because the deployment failed.
    pub(crate) rollback: Option<Redeployment>,
    /// The template's outputs, once read.
    pub(crate) outputs: Option<Map<String, Value>>,
    /// How the run ended, and when.
    pub(crate) ended: Option<(Ending, Duration)>,
}

/// The result of a validation.
#[derive(Clone, Debug)]
pub(crate) struct Validated {
    /// How many resources would be deployed, if Azure stated it.
    pub(crate) resources: Option<usize>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Record {
    /// Updates the record with an event that happened at `at`.
    pub(crate) fn observe(&mut self, event: &Event, at: Duration) {
        self.incidents
            .extend(Incident::of(event).map(|incident| (at, incident)));
        let submission = Submission::of(event).map(|submission| (at, submission));
        self.submission = self.submission.or(submission);
        match event {
            Event::Planned(plan) => self.plan = Some(plan.clone()),
            Event::SignedIn(_) => (self.token_issued, self.signed_in) = (at, Some(at)),
            Event::TokenRefreshed(_) => {
                self.token_issued = at;
                self.token_refreshes += 1;
            }
            Event::Validated {
                resources,
                diagnostics,
            } => {
                self.validated = Some(Validated {
                    resources: *resources,
                    diagnostics: diagnostics.clone(),
                });
            }
            Event::WhatIfRead(what_if) => self.what_if = Some(what_if.clone()),
            Event::Submitted { correlation, .. }
            | Event::Adopted { correlation }
            | Event::Found { correlation, .. } => {
                self.correlation_id = Some(correlation.to_string());
            }
            Event::StateChanged { state } => self.state = Some(state.clone()),
            Event::Progressed {
                changed,
                done,
                known,
            } => {
                for resource in changed {
                    self.update(resource, at);
                }
                let shown: HashSet<_> = changed.iter().map(|resource| &resource.path).collect();
                self.hidden.retain(|path| !shown.contains(path));
                (self.done, self.known) = (*done, *known);
            }
            Event::ProgressHidden { path, .. } => self.hidden.push(path.clone()),
            Event::Throttled { .. } => self.throttlings += 1,
            Event::OutageBegan { trouble, reason } => {
                self.outages.push(Outage::new(at, *trouble, reason));
            }
            Event::OutageEnded { lasted, attempts } => {
                if let Some(outage) = self.outages.last_mut() {
                    outage.end(*lasted, *attempts);
                }
            }
            Event::Warned { message } => self.warnings.push(message.clone()),
            Event::RollbackSeen(rollback) => self.rollback = Some(rollback.clone()),
            Event::StackRead(resources) => self.stack = Some(resources.clone()),
            Event::OutputsRead(outputs) => self.outputs = Some(outputs.clone()),
            Event::Ended(ending) => self.end(ending, at),
            Event::Foreseen(foreseen) => self.foresee(foreseen),
            Event::DependenciesRead {
                deployment,
                dependencies,
            } => {
                self.await_all(dependencies.dependents());
                let key = deployment.to_ascii_lowercase();
                self.dependencies.insert(key, dependencies.clone());
            }
            Event::HistoryRead(history) => {
                self.samples = Samples::read(history);
                self.history = Some(history.clone());
            }
            Event::Lasted { began, ended } => self.lasted = Some((*began, *ended)),
            Event::StillRunning { .. } => self.look_ahead(at),
            Event::Compiled(_)
            | Event::Waiting { .. }
            | Event::Replaced { .. }
            | Event::TokenRefreshFailed { .. }
            | Event::ThrottlingEnded { .. }
            | Event::CancelRequested => {}
        }
    }

    /// The running resources, the longest first, without nested deployments.
    pub(crate) fn running(&self, at: Duration) -> Vec<Resource> {
        let running = self.resources.iter();
        let running = running.filter(|seen| is_running(&seen.resource));
        let mut running: Vec<_> = running
            .map(|seen| Resource {
                duration: at.saturating_sub(seen.began),
                ..seen.resource.clone()
            })
            .collect();
        running.sort_by_key(|resource| std::cmp::Reverse(resource.duration));
        running
    }

    /// Time since the present token was issued.
    pub(crate) fn token_age(&self, at: Duration) -> Duration {
        at.saturating_sub(self.token_issued)
    }

    /// The operation; `Create` while nothing is planned.
    pub(crate) fn operation(&self) -> Operation {
        let plan = self.plan.as_ref();
        plan.map_or(Operation::Create, |plan| plan.operation)
    }

    /// What is deployed: a stack or a deployment.
    pub(crate) fn noun(&self) -> &'static str {
        let plan = self.plan.as_ref();
        plan.map_or("deployment", |plan| plan.target.noun())
    }

    /// Whether Azure accepted the deployment.
    pub(crate) fn is_submitted(&self) -> bool {
        self.correlation_id.is_some()
    }

    /// The deployment's page in the portal, once it is submitted.
    pub(crate) fn portal_url(&self) -> Option<String> {
        let plan = self.plan.as_ref().filter(|_| self.is_submitted())?;
        plan.portal_url()
    }

    /// Whether the deployment ended as cancelled, by this run or by somebody else.
    pub(crate) fn is_canceled(&self) -> bool {
        self.state
            .as_ref()
            .is_some_and(ProvisioningState::is_canceled)
    }

    /// How long the run took, once it is over.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.ended.as_ref().map(|(_, at)| *at)
    }

    /// Duration of the present outage, if there is one.
    pub(crate) fn out_of_reach(&self, at: Duration) -> Option<Duration> {
        let outage = self
            .outages
            .last()
            .filter(|outage| outage.lasted.is_none())?;
        Some(at.saturating_sub(outage.began))
    }

    /// Total duration of the outages; one that has not ended counts up to the end of the run.
    pub(crate) fn time_without_azure(&self) -> Duration {
        let length = |outage: &Outage| outage.length(self.duration().unwrap_or(outage.began));
        self.outages.iter().map(length).sum()
    }

    /// The wall-clock time `after` the start.
    pub(crate) fn time(&self, after: Duration) -> Timestamp {
        let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
        self.started.saturating_add(after).unwrap_or(Timestamp::MAX)
    }

    /// Resources that still run get the duration up to the end of the run.
    fn end(&mut self, ending: &Ending, at: Duration) {
        for seen in &mut self.resources {
            if !seen.resource.state.is_terminal() {
                seen.resource.duration = at.saturating_sub(seen.began);
            }
        }
        self.ended = Some((ending.clone(), at));
    }

    fn update(&mut self, resource: &Resource, at: Duration) {
        let next = self.resources.len();
        let key = resource.id.to_ascii_lowercase();
        self.awaited.begin(&key);
        let place = *self.index.entry(key).or_insert(next);
        self.running_now += usize::from(is_running(resource));
        match self.resources.get_mut(place) {
            Some(seen) => {
                self.running_now -= usize::from(is_running(&seen.resource));
                seen.update(resource, at);
            }
            None => self.resources.push(Seen::new(resource, at)),
        }
    }
}

fn is_running(resource: &Resource) -> bool {
    !resource.state.is_terminal() && !resource.is_deployment()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::{minutes, progressed, resource};

    fn fold(events: Vec<(Duration, Event)>) -> Record {
        let mut record = Record::default();
        for (at, event) in events {
            record.observe(&event, at);
        }
        record
    }

    #[test]
    fn a_resource_is_known_by_its_id_in_any_case() {
        let early = resource("afw-hub", "Running", 1);
        let late = Resource {
            id: early.id.to_uppercase(),
            ..resource("afw-hub", "Succeeded", 12)
        };
        let record = fold(vec![
            (
                minutes(1),
                progressed(vec![early, resource("vnet", "Succeeded", 2)], 1, 2),
            ),
            (minutes(12), progressed(vec![late], 2, 2)),
        ]);
        let seen: Vec<_> = record
            .resources
            .iter()
            .map(|seen| (seen.resource.name.as_str(), seen.resource.state.as_str()))
            .collect();
        assert_eq!(seen, [("afw-hub", "Succeeded"), ("vnet", "Succeeded")]);
        assert_eq!((record.done, record.known), (2, 2));
    }

    #[test]
    fn what_is_running_is_counted_as_it_comes_and_goes() {
        let around = crate::testing::stories::nested("network", "Running");
        let mut record = Record::default();
        for (states, running) in [
            (["Running", "Succeeded"], 1),
            (["Running", "Running"], 2),
            (["Failed", "Running"], 1),
            (["Succeeded", "Succeeded"], 0),
        ] {
            let [afw, vnet] = states;
            let changed = vec![
                resource("afw", afw, 1),
                resource("vnet", vnet, 1),
                around.clone(),
            ];
            record.observe(&progressed(changed, 0, 2), minutes(1));
            assert_eq!(record.running_now, running);
            assert_eq!(record.running(minutes(1)).len(), running);
        }
    }

    #[test]
    fn outages_add_up_even_if_the_last_never_ends() {
        let outage = || Event::OutageBegan {
            trouble: crate::event::Trouble::Unreachable,
            reason: "no route".to_owned(),
        };
        let record = fold(vec![
            (minutes(1), outage()),
            (
                minutes(4),
                Event::OutageEnded {
                    lasted: minutes(3),
                    attempts: 5,
                },
            ),
            (minutes(10), outage()),
            (minutes(15), Event::Ended(Ending::Succeeded)),
        ]);
        assert_eq!(record.outages.len(), 2);
        assert_eq!(record.time_without_azure(), minutes(8));
    }
}
