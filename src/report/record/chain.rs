//! Which resources the end of a run waited for, by Azure's own dependencies.

pub(crate) mod apart;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{
    Record,
    seen::{Seen, Span},
};
use crate::event::Resource;

/// The resources that the end of a run waited for, in the order in which they ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) links: Vec<Link>,
}

/// A resource that the end waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Where it is among the record's resources.
    pub(crate) at: usize,
    /// What it waited for itself.
    pub(crate) waited: Waited,
}

/// What a resource waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// Nothing: it began with the deployment.
    Nothing,
    /// The link before it.
    Before,
    /// All of a nested deployment, which the link before it was the last of; where that is among the resources.
    Whole(usize),
    /// Azure did not tell.
    Unknown,
}

impl Chain {
    /// The chain of `record`, whose resources ran in `spans`.
    ///
    /// From what ended last it goes back to the dependency that ended last, and so on. What has no dependency within
    /// its nested deployment waited for what that deployment waited for.
    pub(crate) fn new(record: &Record, spans: &[Span]) -> Self {
        let graph = Graph::new(record, spans);
        let mut links = Vec::new();
        let mut passed = HashSet::new();
        let mut next = graph.last_of(&graph.root());
        while let Some(at) = next.filter(|at| passed.insert(*at)) {
            let (waited, before) = graph.before(at);
            links.push(Link { at, waited });
            next = before;
        }
        // A circle is no answer of Azure's: what the first one waited for is not known then.
        if let (Some(first), Some(_)) = (links.last_mut(), next) {
            first.waited = Waited::Unknown;
        }
        links.reverse();
        Self { links }
    }

    /// How long its resources took.
    pub(crate) fn length(&self, spans: &[Span]) -> Duration {
        self.links.iter().map(|link| spans[link.at].length()).sum()
    }
}

/// The resources of a run with their dependencies.
struct Graph<'a> {
    record: &'a Record,
    spans: &'a [Span],
    /// What is directly within a nested deployment, by its names; by none what is within the deployment itself.
    within: HashMap<&'a [String], Vec<usize>>,
    /// Nested deployments by their names.
    deployments: HashMap<Vec<String>, usize>,
    /// What Azure told ahead, by ids in lower case. A nested deployment may have had another name then.
    foreseen: HashSet<String>,
}

impl<'a> Graph<'a> {
    fn new(record: &'a Record, spans: &'a [Span]) -> Self {
        let mut within: HashMap<_, Vec<_>> = HashMap::new();
        let mut deployments = HashMap::new();
        for (at, Seen { resource, .. }) in record.resources.iter().enumerate() {
            within.entry(&*resource.path).or_default().push(at);
            if resource.is_deployment() {
                let mut names = resource.path.clone();
                names.push(resource.name.clone());
                deployments.insert(names, at);
            }
        }
        let foreseen = record.foreseen.iter().flat_map(|all| &all.resources);
        Self {
            record,
            spans,
            within,
            deployments,
            foreseen: foreseen.map(|id| id.to_ascii_lowercase()).collect(),
        }
    }

    /// What is in no nested deployment that is known.
    fn root(&self) -> Vec<usize> {
        let all = 0..self.record.resources.len();
        all.filter(|&at| self.around(at).is_none()).collect()
    }

    fn resource(&self, at: usize) -> &'a Resource {
        &self.record.resources[at].resource
    }

    /// The resource that ended last, of these and of those within them.
    fn last_of(&self, these: &[usize]) -> Option<usize> {
        let mut last = self.last_ended(these.iter().copied())?;
        // Names are made such that each nested deployment has its own, but what is read back need not be ours.
        for _ in 0..self.record.resources.len() {
            let within = self.within_deployment(last);
            let Some(inner) = self.last_ended(within.iter().copied()) else {
                break;
            };
            last = inner;
        }
        Some(last)
    }

    fn last_ended(&self, these: impl Iterator<Item = usize>) -> Option<usize> {
        // Of those that ended together, the longest.
        these.max_by_key(|&at| (self.spans[at].end, Reverse(self.spans[at].start)))
    }

    fn within_deployment(&self, at: usize) -> &[usize] {
        let resource = self.resource(at);
        if !resource.is_deployment() {
            return &[];
        }
        let names = [&*resource.path, std::slice::from_ref(&resource.name)].concat();
        self.within.get(&*names).map_or(&[], Vec::as_slice)
    }

    /// What a resource waited for, and which of it ended last.
    fn before(&self, at: usize) -> (Waited, Option<usize>) {
        let mut waiting = at;
        for _ in 0..=self.resource(at).path.len() {
            if let Some(dependency) = self.last_ended(self.dependencies(waiting)) {
                let inner = self.last_of(self.within_deployment(dependency));
                return match inner {
                    Some(last) => (Waited::Whole(dependency), Some(last)),
                    None => (Waited::Before, Some(dependency)),
                };
            }
            if !self.is_told(waiting) {
                return (Waited::Unknown, None);
            }
            match self.around(waiting) {
                Some(around) => waiting = around,
                None => break,
            }
        }
        (Waited::Nothing, None)
    }

    fn dependencies(&self, at: usize) -> impl Iterator<Item = usize> {
        let id = &self.resource(at).id;
        let told = self.record.dependencies.values();
        let told = told.chain(self.record.foreseen.iter().map(|all| &all.dependencies));
        let before = told.flat_map(move |dependencies| dependencies.of(id));
        let before = before.filter_map(|id| self.record.index.get(&id.to_ascii_lowercase()));
        before.copied().filter(move |before| *before != at)
    }

    /// The nested deployment around a resource; `None` if it is directly within the deployment itself.
    fn around(&self, at: usize) -> Option<usize> {
        self.deployments.get(&self.resource(at).path).copied()
    }

    /// Whether Azure told what a resource waits for, or it is alone, so that it waits for none.
    fn is_told(&self, at: usize) -> bool {
        let record = self.record;
        let id = &self.resource(at).id;
        if self.within[&*self.resource(at).path].len() == 1
            || self.foreseen.contains(&id.to_ascii_lowercase())
        {
            return true;
        }
        match self.around(at) {
            Some(around) => {
                let id = self.resource(around).id.to_ascii_lowercase();
                record.dependencies.contains_key(&id)
            }
            // The deployment itself is the one that is none of the nested.
            None => record.dependencies.keys().any(|id| {
                let nested = record.index.get(id);
                nested.is_none_or(|&at| !self.resource(at).is_deployment())
            }),
        }
    }
}
