//! What lists of running deployments show of many at once: in which of them something has changed.
//!
//! A list has the time at which each deployment was last touched, so one request tells which of a hundred deployments
//! are worth a read. Lists are only hints: without them, or where they prove wrong, each deployment is read in its turn.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use jiff::Timestamp;

use super::pace::{HOLD_PER_HINT, LIST_FROM, LISTED, PER_LISTED, WATCH_CLOSELY};
use crate::arm::{ArmError, Cost, DeploymentId, List, RunningDeployment};

/// How often a list must have shown a change until it is relied on, and may miss one until it is not believed.
const FEW: u32 = 3;

/// How much later than its deployment Azure may touch an operation at its end.
const CLOSE: Duration = Duration::from_secs(1);

/// What the lists of running deployments showed. All times are of the run's clock.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    /// Lists by their paths, in lower case.
    lists: HashMap<String, Listed>,
    /// Deployments to read, and since when that is known.
    hints: HashMap<DeploymentId, Duration>,
}

#[derive(Debug, Default)]
struct Listed {
    /// When it was asked for last.
    at: Option<Duration>,
    cost: Cost,
    /// When each deployment was last touched, by its id in lower case.
    touched: HashMap<String, Option<Timestamp>>,
    /// Those that it had and has no more: the deployment around them tells how they ended.
    gone: HashSet<String>,
    /// The most deployments that it ever had.
    most: u32,
    /// Those in which a change was seen that it had not shown, which it does if it can be relied on.
    unshown: HashSet<String>,
    /// Changes that it showed, and that it did not.
    confirmed: u32,
    missed: u32,
    /// Azure does not show it.
    is_refused: bool,
}

impl Listed {
    fn is_believed(&self) -> bool {
        !self.is_refused && (self.missed < FEW || self.missed <= self.confirmed)
    }

    fn is_proven(&self) -> bool {
        self.is_believed() && self.confirmed >= FEW
    }

    fn due(&self, scarcity: u32) -> Duration {
        let interval = self.interval() * scarcity;
        self.at.map_or(Duration::ZERO, |at| at + interval)
    }

    fn interval(&self) -> Duration {
        WATCH_CLOSELY * self.cost.requests.max(1)
    }
}

impl Siblings {
    /// Forgets lists that are not worth a request any more, as fewer of these deployments are in them, or as they
    /// proved wrong: they show nothing new.
    pub(super) fn forget_unwanted(&mut self, busy: &[DeploymentId]) {
        let wanted = wanted(busy);
        for (path, listed) in &mut self.lists {
            if !wanted.contains_key(path) || !listed.is_believed() {
                listed.touched.clear();
                listed.gone.clear();
            }
        }
    }

    /// One deployment of each list that is worth a request now, as many of these deployments are in it. Lists are so
    /// many times rarer where reads are scarce.
    pub(super) fn due(
        &self,
        busy: &[DeploymentId],
        now: Duration,
        scarcity: u32,
    ) -> Vec<DeploymentId> {
        let is_due = |path: &String| {
            let listed = self.lists.get(path);
            listed.is_none_or(|listed| listed.is_believed() && listed.due(scarcity) <= now)
        };
        let due = wanted(busy).into_iter().filter(|(path, _)| is_due(path));
        due.map(|(_, member)| member.clone()).collect()
    }

    /// When the next list is due.
    pub(super) fn next(&self, busy: &[DeploymentId], scarcity: u32) -> Duration {
        let due = wanted(busy)
            .into_keys()
            .filter_map(|path| match self.lists.get(&path) {
                Some(listed) => listed.is_believed().then(|| listed.due(scarcity)),
                None => Some(Duration::ZERO),
            });
        due.min().unwrap_or(Duration::MAX)
    }

    /// Longest time between two reads of this deployment, if a list shows its changes.
    pub(super) fn covers(&self, id: &DeploymentId) -> Option<Duration> {
        let listed = self
            .lists
            .get(&path(id))
            .filter(|listed| listed.is_proven())?;
        let key = id.as_str().to_ascii_lowercase();
        let longest = LISTED.max(PER_LISTED * listed.most);
        let is_covered = listed.touched.contains_key(&key) || listed.gone.contains(&key);
        is_covered.then_some(longest)
    }

    /// Whether a list may show changes of this deployment.
    pub(super) fn may_tell(&self, id: &DeploymentId) -> bool {
        self.lists.get(&path(id)).is_none_or(Listed::is_believed)
    }

    /// Longest time between two looks at a list that is in use.
    pub(super) fn interval(&self) -> Duration {
        let used = self
            .lists
            .values()
            .filter(|listed| !listed.touched.is_empty());
        used.map(Listed::interval).max().unwrap_or_default()
    }

    /// Notes that the list of this deployment and those beside it is asked for.
    pub(super) fn note_asked(&mut self, of: &DeploymentId, now: Duration) {
        self.lists.entry(path(of)).or_default().at = Some(now);
    }

    /// Notes why that list cannot be read now. A fault that passes, or one of the sign-in, hits what is read without it as
    /// well; anything else is taken for a refusal.
    pub(super) fn note_failed(&mut self, of: &DeploymentId, error: &ArmError) {
        if !error.is_transient() && error.status().is_some() {
            self.note_refused(of);
        }
    }

    /// Notes that Azure does not show that list.
    pub(super) fn note_refused(&mut self, of: &DeploymentId) {
        self.lists.entry(path(of)).or_default().is_refused = true;
    }

    /// Takes in a list; returns those of `open`, the deployments whose changes are wanted, that are listed no more.
    pub(super) fn note(
        &mut self,
        of: &DeploymentId,
        now: Duration,
        list: List<RunningDeployment>,
        open: Vec<DeploymentId>,
    ) -> Vec<DeploymentId> {
        let path = path(of);
        let listed = self.lists.entry(path.clone()).or_default();
        listed.cost = list.cost;
        let many = u32::try_from(list.items.len()).unwrap_or(u32::MAX);
        listed.most = listed.most.max(many);
        let touched = list.items.into_iter();
        let touched = touched.map(|running| (running.id.to_ascii_lowercase(), running.touched));
        let before = std::mem::replace(&mut listed.touched, touched.collect());
        for key in std::mem::take(&mut listed.unshown) {
            match listed.touched.get(&key) == before.get(&key) {
                true => listed.missed += 1,
                false => listed.confirmed += 1,
            }
        }
        let mut ended = Vec::new();
        for id in open.into_iter().filter(|id| self::path(id) == path) {
            let key = id.as_str().to_ascii_lowercase();
            let shown = listed.touched.get(&key);
            match (before.get(&key), shown) {
                (Some(_), None) => {
                    listed.gone.insert(key);
                    ended.push(id);
                }
                (before, shown) if before != shown => {
                    self.hints.entry(id).or_insert(now);
                }
                _ => {}
            }
        }
        ended
    }

    /// Lets a deployment be read because something in it has ended.
    pub(super) fn suggest(&mut self, id: DeploymentId, now: Duration) {
        self.hints.entry(id).or_insert(now);
    }

    /// When a deployment is to be read because a list showed a change: later if there are many, as more changes follow.
    pub(super) fn hint(&self, id: &DeploymentId) -> Option<Duration> {
        let since = *self.hints.get(id)?;
        let many = u32::try_from(self.hints.len()).unwrap_or(u32::MAX);
        Some(since + HOLD_PER_HINT * many)
    }

    /// Notes that a deployment was read, when the last resource of it ended, and whether the read showed a change that
    /// its last one did not.
    pub(super) fn note_read(
        &mut self,
        id: &DeploymentId,
        last_end: Option<Timestamp>,
        has_changed: bool,
    ) {
        let hint = self.hints.remove(id);
        let key = id.as_str().to_ascii_lowercase();
        let Some(listed) = self.lists.get_mut(&path(id)) else {
            return;
        };
        let Some(touched) = listed.touched.get(&key) else {
            return;
        };
        let shows_end = last_end.is_some_and(|end| Some(end) <= touched.map(|at| at + CLOSE));
        match hint {
            _ if shows_end => listed.confirmed += 1,
            None if has_changed => {
                listed.unshown.insert(key);
            }
            _ => {}
        }
    }
}

fn path(id: &DeploymentId) -> String {
    id.siblings().to_ascii_lowercase()
}

/// The lists with many of these deployments, and one of each.
fn wanted(busy: &[DeploymentId]) -> HashMap<String, &DeploymentId> {
    let mut lists: HashMap<_, Vec<_>> = HashMap::new();
    for id in busy {
        lists.entry(path(id)).or_default().push(id);
    }
    lists.retain(|_, members| members.len() >= LIST_FROM);
    lists
        .into_iter()
        .map(|(path, members)| (path, members[0]))
        .collect()
}

#[cfg(test)]
mod tests;
