//! The tree of operations: what a deployment and the deployments within it do, and what changed since last time.

mod activity;
mod describe;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

pub(super) use self::activity::Activity;
use jiff::Timestamp;

use self::{
    activity::Work,
    describe::{describe, ended, is_work},
};
use super::times::count_own_time;
use crate::{
    arm::{Cause, Dependencies, DeploymentId, Operation},
    event::Resource,
};

/// What is known of a deployment's resources, nested deployments included.
#[derive(Debug)]
pub(super) struct Tree {
    root: DeploymentId,
    /// Deployments below the root, by their id in lower case.
    nested: HashMap<String, Nested>,
    /// Resources in the order in which they were first seen.
    seen: Vec<Seen>,
    /// What was kept since it was last certain whose operations they are: where in `seen`, and what was there before.
    unsettled: Vec<(usize, Option<Resource>)>,
    /// What `nested` and `works` had of a deployment when that was last certain, for those that were touched since.
    settled: HashMap<String, (Option<Nested>, Option<Work>)>,
    /// Where in `seen` the resource of an operation is, by its deployment's id in lower case and its own.
    index: HashMap<String, HashMap<String, usize>>,
    /// What goes on in each deployment that was read, by its id in lower case.
    works: HashMap<String, Work>,
    /// What the resources of a deployment wait for, by its id in lower case.
    dependencies: HashMap<String, Dependencies>,
}

/// An operation: its deployment's id in lower case, and its own.
type Key = (String, String);

/// A resource and the nested deployments around it, outermost first, by their ids in lower case: names of nested
/// deployments repeat.
#[derive(Debug)]
struct Seen {
    resource: Resource,
    within: Vec<String>,
    /// When it was first seen, on the run's clock.
    since: Duration,
}

impl Seen {
    fn is_unchanged(&self, operation: &Operation) -> bool {
        self.resource.state == operation.properties.provisioning_state
    }

    /// Takes in the times of an operation whose state is the same.
    fn touch(&mut self, operation: &Operation) {
        self.resource.duration = operation.properties.duration;
        self.resource.ended = ended(&operation.properties);
    }
}

#[derive(Clone, Debug)]
struct Nested {
    id: DeploymentId,
    /// Names of the deployments around its resources, its own last.
    path: Vec<String>,
    /// Ids of the same, in lower case.
    within: Vec<String>,
    /// The operations that deploy it, several after a retry, and whether each has ended.
    operations: HashMap<Key, bool>,
    /// Its operations were read after it ended: there is nothing more to learn.
    complete: bool,
}

impl Nested {
    fn has_ended(&self) -> bool {
        self.operations.values().all(|ended| *ended)
    }
}

impl Tree {
    pub(super) fn new(root: DeploymentId) -> Self {
        Self {
            root,
            nested: HashMap::new(),
            seen: Vec::new(),
            unsettled: Vec::new(),
            settled: HashMap::new(),
            index: HashMap::new(),
            works: HashMap::new(),
            dependencies: HashMap::new(),
        }
    }

    /// Takes note of what the resources of a deployment wait for; returns whether that is news.
    pub(super) fn learn(&mut self, deployment: &DeploymentId, dependencies: &Dependencies) -> bool {
        let key = lower_case(deployment.as_str());
        let known = self.dependencies.insert(key, dependencies.clone());
        known.as_ref() != Some(dependencies)
    }

    /// Whether it is known what the resources of a deployment wait for, or that they do not.
    pub(super) fn knows_dependencies(&self, deployment: &DeploymentId) -> bool {
        let key = lower_case(deployment.as_str());
        self.dependencies.contains_key(&key)
    }

    /// The nested deployments whose operations may have changed since they were last read.
    pub(super) fn open(&self) -> Vec<DeploymentId> {
        let open = self.nested.values().filter(|nested| !nested.complete);
        open.map(|nested| nested.id.clone()).collect()
    }

    /// The deployments whose operations may change, or have changed since they were last read: the root, while it is
    /// followed, and those within it.
    pub(super) fn unfinished(&self) -> Vec<DeploymentId> {
        let root = std::iter::once(self.root.clone());
        root.chain(self.open()).collect()
    }

    /// The nested deployments.
    pub(super) fn nested(&self) -> Vec<DeploymentId> {
        let nested = self.nested.values();
        nested.map(|nested| nested.id.clone()).collect()
    }

    /// The nested deployments that are still running.
    pub(super) fn active(&self) -> Vec<DeploymentId> {
        let active = self.nested.values().filter(|nested| !nested.has_ended());
        active.map(|nested| nested.id.clone()).collect()
    }

    /// The deployment around a nested one.
    pub(super) fn around(&self, deployment: &DeploymentId) -> DeploymentId {
        let nested = self.nested.get(&lower_case(deployment.as_str()));
        let around = nested.and_then(|nested| nested.within.iter().rev().nth(1));
        let around = around.and_then(|id| self.nested.get(id));
        around.map_or_else(|| self.root.clone(), |nested| nested.id.clone())
    }

    /// Names of the nested deployments down to this one; empty for the root.
    pub(super) fn path(&self, deployment: &DeploymentId) -> Vec<String> {
        let nested = self.nested.get(&lower_case(deployment.as_str()));
        nested.map(|nested| nested.path.clone()).unwrap_or_default()
    }

    /// Merges the operations of a deployment, read at a time of the run's clock, and returns the resources that changed,
    /// in Azure's order.
    pub(super) fn absorb(
        &mut self,
        deployment: &DeploymentId,
        mut operations: Vec<Operation>,
        now: Duration,
    ) -> Vec<Resource> {
        let key = lower_case(deployment.as_str());
        self.remember(&key);
        if let Some(dependencies) = self.dependencies.get(&key) {
            count_own_time(&mut operations, dependencies);
        }
        let (path, within) = match self.nested.get_mut(&key) {
            Some(nested) => {
                nested.complete = nested.has_ended();
                (nested.path.clone(), nested.within.clone())
            }
            None => Default::default(),
        };
        let mut index = self.index.remove(&key).unwrap_or_default();
        let mut work = Work::since(now);
        let mut changed = Vec::new();
        for operation in operations.into_iter().filter(is_work) {
            let at = match index.get(&operation.operation_id) {
                Some(&at) if self.seen[at].is_unchanged(&operation) => {
                    self.seen[at].touch(&operation);
                    at
                }
                known => {
                    let known = known.copied();
                    let id = (key.clone(), operation.operation_id.clone());
                    let resource = self.place(&id, describe(operation, &path), &within);
                    changed.push(resource.clone());
                    let at = self.keep(known, resource, &within, now);
                    index.insert(id.1, at);
                    at
                }
            };
            let seen = &self.seen[at];
            work.count(&seen.resource, seen.since);
        }
        self.index.insert(key.clone(), index);
        if let (true, Some(known)) = (changed.is_empty(), self.works.get(&key)) {
            work.since = known.since;
        }
        self.works.insert(key, work);
        changed
    }

    /// When the last resource of a deployment that has ended did so, by Azure's clock.
    pub(super) fn last_end(&self, deployment: &DeploymentId) -> Option<Timestamp> {
        let work = self.works.get(&lower_case(deployment.as_str()))?;
        work.last_end
    }

    /// Takes note of a nested deployment, and gives it a name that no other beside it has.
    fn place(&mut self, operation: &Key, mut resource: Resource, within: &[String]) -> Resource {
        if resource.is_deployment() && resource.id.starts_with('/') {
            resource.name = self.label(&resource);
            self.note_nested(operation, &resource, within);
        }
        resource
    }

    /// Keeps a resource that is new or has changed; returns where it is among those seen.
    fn keep(
        &mut self,
        known: Option<usize>,
        resource: Resource,
        within: &[String],
        now: Duration,
    ) -> usize {
        if let Some(at) = known {
            let before = std::mem::replace(&mut self.seen[at].resource, resource);
            self.unsettled.push((at, Some(before)));
            return at;
        }
        let at = self.seen.len();
        self.unsettled.push((at, None));
        self.seen.push(Seen {
            resource,
            within: within.to_vec(),
            since: now,
        });
        at
    }

    /// Notes that what was absorbed is of the deployment that is followed.
    pub(super) fn settle(&mut self) {
        self.unsettled.clear();
        self.settled.clear();
    }

    /// Keeps what is known of a deployment before that changes, so that it can be taken back.
    fn remember(&mut self, key: &str) {
        if !self.settled.contains_key(key) {
            let known = (self.nested.get(key).cloned(), self.works.get(key).cloned());
            self.settled.insert(key.to_owned(), known);
        }
    }

    /// Takes back what was absorbed since: it may be of another deployment of the same name.
    pub(super) fn revert(&mut self) {
        for (at, before) in std::mem::take(&mut self.unsettled).into_iter().rev() {
            match before {
                Some(before) => self.seen[at].resource = before,
                None => self.seen.truncate(at),
            }
        }
        for (key, (nested, work)) in std::mem::take(&mut self.settled) {
            restore(&mut self.nested, &key, nested);
            restore(&mut self.works, &key, work);
        }
        let left = self.seen.len();
        for index in self.index.values_mut() {
            index.retain(|_, at| *at < left);
        }
    }

    /// Whether no deployment was read.
    pub(super) fn is_empty(&self) -> bool {
        self.works.is_empty()
    }

    /// What goes on in a deployment, as far as it was read, at a time of the run's clock.
    pub(super) fn activity(&self, deployment: &DeploymentId, now: Duration) -> Activity {
        let key = lower_case(deployment.as_str());
        let has_ended = |nested: &Nested| nested.has_ended();
        if self.nested.get(&key).is_some_and(has_ended) {
            return Activity::Ended;
        }
        let Some(work) = self.works.get(&key) else {
            return Activity::Unknown;
        };
        let within = || work.deployments.iter().map(|id| self.works.get(id));
        let idle = |work: &Work| work.is_idle().then_some(work.since);
        if let Some(since) = within().filter_map(|work| work.and_then(idle)).max() {
            return Activity::Between {
                since: since.max(work.since),
            };
        }
        // What cannot be read may end at any moment.
        work.activity(within().any(|work| work.is_none()), now)
    }

    fn note_nested(&mut self, operation: &Key, resource: &Resource, within: &[String]) {
        let id = lower_case(&resource.id);
        // A deployment that names itself, or one around it, would be read for ever.
        if id == lower_case(self.root.as_str()) || within.contains(&id) {
            return;
        }
        self.remember(&id);
        let ended = resource.state.is_terminal();
        let nested = self.nested.entry(id.clone()).or_insert_with(|| {
            let own = std::iter::once(resource.name.clone());
            Nested {
                id: DeploymentId::from_target(&resource.id),
                path: resource.path.iter().cloned().chain(own).collect(),
                within: within.iter().cloned().chain([id]).collect(),
                operations: HashMap::new(),
                complete: false,
            }
        });
        nested.operations.insert(operation.clone(), ended);
        nested.complete &= nested.has_ended();
    }

    /// A name for a nested deployment that no other beside it has: its own, or its own with its scope.
    fn label(&self, resource: &Resource) -> String {
        let id = lower_case(&resource.id);
        if let Some(label) = self.nested.get(&id).and_then(|nested| nested.path.last()) {
            return label.clone();
        }
        let is_taken = |label: &String| {
            let mut others = self.nested.values();
            others.any(|other| {
                let (last, around) = other.path.split_last().unwrap_or((label, &[]));
                last == label && *around == *resource.path
            })
        };
        let deployment = DeploymentId::from_target(&resource.id);
        let scoped = deployment.scope_names().into_iter();
        let scoped = scoped.map(|scope| format!("{} ({scope})", resource.name));
        let mut labels = std::iter::once(resource.name.clone()).chain(scoped);
        labels
            .find(|label| !is_taken(label))
            .unwrap_or_else(|| resource.name.clone())
    }

    /// Resources that have reached an end, and all that are known; nested deployments not counted.
    pub(super) fn count(&self) -> (usize, usize) {
        let resources = || {
            self.resources()
                .filter(|resource| !resource.is_deployment())
        };
        let done = resources().filter(|resource| resource.state.is_terminal());
        (done.count(), resources().count())
    }

    /// Why the resources that failed did so. A nested deployment's failure is told only if no resource in it tells more.
    pub(super) fn causes(&self) -> Vec<Cause> {
        let failed = || {
            self.seen
                .iter()
                .filter(|seen| !seen.resource.causes.is_empty())
        };
        let explained: HashSet<&str> = failed()
            .flat_map(|seen| seen.within.iter().map(String::as_str))
            .collect();
        let is_untold = |resource: &&Resource| {
            !(resource.is_deployment() && explained.contains(lower_case(&resource.id).as_str()))
        };
        let causes = failed()
            .map(|seen| &seen.resource)
            .filter(is_untold)
            .flat_map(|resource| resource.causes.clone());
        Cause::merge(causes.collect())
    }

    fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.seen.iter().map(|seen| &seen.resource)
    }
}

fn restore<T>(all: &mut HashMap<String, T>, key: &str, before: Option<T>) {
    match before {
        Some(before) => all.insert(key.to_owned(), before),
        None => all.remove(key),
    };
}

/// Ids are compared without regard to case.
fn lower_case(id: &str) -> String {
    id.to_ascii_lowercase()
}
