//! What goes on in a deployment, as its operations show it, and how soon that may change.

use std::time::Duration;

use jiff::Timestamp;

use crate::{deploy::usual::hardly_ends_before, event::Resource};

/// What goes on in a deployment, as far as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::deploy) enum Activity {
    /// It was never read.
    Unknown,
    /// Nothing runs in it, or nothing in a deployment within it: what comes next, or an end, is near.
    Between {
        /// Since when nothing has changed.
        since: Duration,
    },
    /// A resource in it runs, and may end at any moment.
    Working,
    /// The resources that run in it are younger than those of their types ever are at their end.
    Young,
    /// Only deployments within it run, and in each of those something does.
    Waiting,
    /// It has ended, as the deployment around it shows, and its last operations are not read yet.
    Ended,
}

/// What ran in a deployment when its operations were last read.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// When its operations last changed.
    pub(super) since: Duration,
    /// The deployments that run in it, by their ids in lower case.
    pub(super) deployments: Vec<String>,
    /// When the first of the resources that run in it may end.
    first_end: Option<Duration>,
    /// When the last of those that have ended did so, by Azure's clock.
    pub(super) last_end: Option<Timestamp>,
}

impl Work {
    pub(super) fn since(now: Duration) -> Self {
        Self {
            since: now,
            deployments: Vec::new(),
            first_end: None,
            last_end: None,
        }
    }

    /// Takes note of a resource, first seen at a time of the run's clock.
    pub(super) fn count(&mut self, resource: &Resource, since: Duration) {
        if resource.state.is_terminal() {
            self.last_end = self.last_end.max(resource.ended);
            return;
        }
        if resource.is_deployment() {
            self.deployments.push(resource.id.to_ascii_lowercase());
        } else {
            let end = since + hardly_ends_before(&resource.kind);
            self.first_end = Some(self.first_end.map_or(end, |first| first.min(end)));
        }
    }

    /// Whether nothing runs in it.
    pub(super) fn is_idle(&self) -> bool {
        self.deployments.is_empty() && self.first_end.is_none()
    }

    /// What goes on in it, if something goes on in each deployment within it.
    pub(super) fn activity(&self, is_hidden: bool, now: Duration) -> Activity {
        match self.first_end {
            _ if self.is_idle() => Activity::Between { since: self.since },
            _ if is_hidden => Activity::Working,
            Some(end) if end <= now => Activity::Working,
            Some(_) => Activity::Young,
            None => Activity::Waiting,
        }
    }
}
