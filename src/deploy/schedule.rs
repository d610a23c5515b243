//! When each deployment of the tree, and the state of the whole, is asked for next.
//!
//! Each deployment has a time of its own: soon where something just ended or must begin, seldom where nothing can have
//! changed. The end of the whole is seen because the end of its last resource is.

use std::{collections::HashMap, time::Duration};

use super::{
    pace::{
        BYTES_PER_SECOND, CROWD, MOST_SCARCE, PER_REQUEST, RESERVED_READS, SOON,
        SPREAD_PER_REQUEST, STATE_AT_LEAST, STATE_BESIDE_SLOW_READS, WATCH_CLOSELY,
        WITHOUT_RESOURCES,
    },
    siblings::Siblings,
    tree::{Activity, Tree},
};
use crate::arm::{Cost, DeploymentId};

#[cfg(test)]
mod tests;

/// When the deployments of a tree are read next. All times are of the run's clock.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Longest time between two reads of what runs, as far as the costs allow.
    longest: Duration,
    last: HashMap<DeploymentId, Last>,
}

/// The last read of a deployment's operations.
#[derive(Debug)]
struct Last {
    at: Duration,
    cost: Cost,
}

/// What the reads of everything that is watched closely cost together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    requests: u32,
    bytes: u64,
    /// Deployments that were never read.
    unread: usize,
    /// Reads that Azure still grants this identity, if it tells that.
    remaining: Option<u32>,
}

impl Schedule {
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            longest,
            last: HashMap::new(),
        }
    }

    /// Notes that a deployment's operations were asked for; what they cost, unless they could not be read.
    pub(super) fn note(&mut self, id: &DeploymentId, at: Duration, cost: Option<Cost>) {
        let known = self.last.get(id).map(|last| last.cost);
        let cost = cost.or(known).unwrap_or_default();
        self.last.insert(id.clone(), Last { at, cost });
    }

    /// What it costs to read everything once that may change at any moment, other than what lists show.
    pub(super) fn load(
        &self,
        tree: &Tree,
        siblings: &Siblings,
        now: Duration,
        remaining: Option<u32>,
    ) -> Load {
        let mut load = Load {
            requests: 0,
            bytes: 0,
            unread: 0,
            remaining,
        };
        for id in tree.unfinished() {
            load.unread += usize::from(!self.last.contains_key(&id));
            let is_close = !matches!(tree.activity(&id, now), Activity::Young | Activity::Waiting);
            let is_close = is_close && siblings.covers(&id).is_none();
            if let Some(last) = self.last.get(&id).filter(|_| is_close) {
                load.requests += last.cost.requests;
                load.bytes += last.cost.bytes;
            }
        }
        load
    }

    /// The deployments that something runs in, or must begin, so that they change sooner or later.
    pub(super) fn busy(&self, tree: &Tree, now: Duration) -> Vec<DeploymentId> {
        let mut busy = tree.open();
        busy.retain(|id| tree.activity(id, now) != Activity::Waiting);
        busy
    }

    /// When a deployment is read next.
    pub(super) fn due(
        &self,
        tree: &Tree,
        siblings: &Siblings,
        id: &DeploymentId,
        now: Duration,
        load: Load,
    ) -> Duration {
        let hint = siblings.hint(id).unwrap_or(Duration::MAX);
        let activity = tree.activity(id, now);
        let Some(last) = self.last.get(id) else {
            let is_crowded = load.unread >= CROWD && activity != Activity::Ended;
            return match is_crowded && siblings.may_tell(id) {
                true => hint,
                false => Duration::ZERO,
            };
        };
        let round = load.round(self.longest);
        let covered = siblings.covers(id);
        let interval = match activity {
            Activity::Unknown | Activity::Ended => SOON,
            _ if let Some(longest) = covered => longest,
            Activity::Between { since } => settling(since, now, round),
            Activity::Working => round,
            Activity::Young => round.max(self.longest),
            Activity::Waiting => round.max(WITHOUT_RESOURCES),
        };
        let interval = interval.max(least(last.cost)) * load.scarcity();
        hint.min(last.at + interval)
    }

    /// How long after it was seen the state of the whole is asked for again, if nothing calls for it before.
    pub(super) fn state_interval(
        &self,
        root: Activity,
        siblings: &Siblings,
        now: Duration,
        load: Load,
    ) -> Duration {
        let round = load.round(self.longest).max(siblings.interval());
        let interval = match root {
            Activity::Between { since } => settling(since, now, self.closely()),
            Activity::Unknown | Activity::Ended => self.closely(),
            Activity::Working | Activity::Waiting if round > STATE_BESIDE_SLOW_READS => {
                STATE_BESIDE_SLOW_READS
            }
            Activity::Working | Activity::Young | Activity::Waiting => STATE_AT_LEAST,
        };
        interval * load.scarcity()
    }

    fn closely(&self) -> Duration {
        WATCH_CLOSELY.min(self.longest)
    }
}

impl Load {
    /// Time in which everything that may change is read once: at most `longest`, unless that costs too much.
    fn round(self, longest: Duration) -> Duration {
        let cost = Cost {
            requests: self.requests,
            bytes: self.bytes,
        };
        let spread = SPREAD_PER_REQUEST * self.requests;
        let round = spread.clamp(WATCH_CLOSELY.min(longest), longest);
        round.max(least(cost))
    }

    /// How many times rarer our reads are, so that few that Azure grants are left to others.
    pub(super) fn scarcity(self) -> u32 {
        let remaining = self.remaining.unwrap_or(RESERVED_READS);
        (RESERVED_READS / remaining.max(1)).clamp(1, MOST_SCARCE)
    }
}

/// Shortest time between two reads at this cost, so that requests and bytes stay within their budget.
fn least(cost: Cost) -> Duration {
    let bytes = Duration::from_secs(cost.bytes / BYTES_PER_SECOND);
    bytes.max(PER_REQUEST * cost.requests)
}

/// Time between two reads where nothing has happened for some time, and something must: longer and longer.
fn settling(since: Duration, now: Duration, longest: Duration) -> Duration {
    let waited = now.saturating_sub(since);
    (waited / 2).min(longest).max(SOON.min(longest))
}
