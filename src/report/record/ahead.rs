//! What a run can tell of what is ahead, and when it does.

use std::{collections::HashMap, time::Duration};

use super::{Record, incident::Incident, seen::Seen};
use crate::{
    arm::ProvisioningState,
    inputs::Operation,
    report::forecast::{Known, News, Outlook, Usual},
};

impl Record {
    /// What is known for forecasts.
    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            resources: &self.resources,
            foreseen: self.foreseen.as_ref(),
            dependencies: &self.dependencies,
            history: self.history.as_ref(),
            samples: &self.samples,
        }
    }

    /// What is usual for each resource that is deployed, by its id, as far as that is known.
    pub(crate) fn usual(&self) -> HashMap<&str, Usual> {
        if self.is_deploying() {
            self.known().usual()
        } else {
            HashMap::new()
        }
    }

    fn is_deploying(&self) -> bool {
        matches!(self.operation(), Operation::Create | Operation::Wait)
    }

    /// Tells how long the deployment still takes, if that can be said.
    pub(crate) fn look_ahead(&mut self, at: Duration) {
        let outlook = if self.goes_on_as_usual(at) {
            self.known().outlook(at)
        } else {
            Outlook::default()
        };
        self.told.tell(outlook, self.news(), at);
    }

    fn news(&self) -> News {
        let is_over = |seen: &&Seen| seen.resource.state.is_terminal();
        let foreseen = self.foreseen.as_ref();
        let runs = self.history.as_ref().map(|history| history.runs.len());
        News {
            ended: self.resources.iter().filter(is_over).count(),
            seen: self.resources.len(),
            foreseen: foreseen.map_or(0, |foreseen| foreseen.resources.len()),
            dependencies: self.dependencies.len(),
            runs: runs.unwrap_or_default(),
        }
    }

    /// Whether the deployment goes on as earlier ones did that succeeded, and is seen.
    fn goes_on_as_usual(&self, at: Duration) -> bool {
        let has_failed = |seen: &Seen| {
            let state = &seen.resource.state;
            state.is_failed() || state.is_canceled()
        };
        self.is_deploying()
            && self.is_submitted()
            && self.ended.is_none()
            && !self
                .state
                .as_ref()
                .is_some_and(ProvisioningState::is_terminal)
            && self.rollback.is_none()
            && self.hidden.is_empty()
            && self.out_of_reach(at).is_none()
            && !self
                .incidents
                .iter()
                .any(|(_, incident)| *incident == Incident::CancelRequested)
            && !self.resources.iter().any(has_failed)
    }
}
