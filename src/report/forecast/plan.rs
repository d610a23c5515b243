//! What a run deploys: what has been seen, what is still ahead, what is within which nested deployment, and what waits
//! for what.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use super::{index::Index, known::Known, samples::Own, seed::Seed};
use crate::{arm::Dependencies, event::History, report::words::place::type_and_name};

const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
/// More nested deployments are never around a resource; then they form a circle.
const DEEPEST: usize = 32;

/// What a run deploys, and what waits for what.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Pairs of parts, of which the second waits for the first.
    pub(super) waits: Vec<(usize, usize)>,
    index: Index<'a>,
    /// Nested deployments by the names around what is in them, their own last.
    by_path: HashMap<Vec<String>, usize>,
}

/// A resource or a nested deployment.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) kind: Cow<'a, str>,
    name: Name<'a>,
    /// What earlier runs tell of it.
    pub(super) own: Option<&'a Own>,
    pub(super) seed: Seed,
    pub(super) stage: Stage,
    /// The nested deployment that it is in.
    pub(super) around: Option<usize>,
    /// Whether it is known where it is.
    is_placed: bool,
    pub(super) is_deployment: bool,
}

#[derive(Clone, Copy, Debug)]
enum Name<'a> {
    Known(&'a str),
    /// The last part of this id.
    Within(&'a str),
}

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stage {
    Ahead,
    /// For so many seconds.
    Running(f64),
    Over,
}

impl Part<'_> {
    /// Its name.
    pub(super) fn name(&self) -> Cow<'_, str> {
        match self.name {
            Name::Known(name) => Cow::Borrowed(name),
            Name::Within(id) => Cow::Owned(type_and_name(id).1),
        }
    }
}

impl<'a> Plan<'a> {
    /// What the run deploys, as far as it is known at `now`.
    pub(super) fn new(known: &Known<'a>, now: Duration) -> Self {
        let mut plan = Self {
            parts: Vec::new(),
            waits: Vec::new(),
            index: Index::new(known.samples),
            by_path: HashMap::new(),
        };
        plan.add_seen(known, now);
        plan.add_ahead(known);
        if let Some(history) = known.history {
            plan.place_as_before(history);
        }
        plan.place_by_dependencies(known.dependencies);
        plan.end_what_is_within();
        let by_deployment = known.dependencies.values();
        let foreseen = known.foreseen.map(|foreseen| &foreseen.dependencies);
        for dependencies in by_deployment.chain(foreseen) {
            plan.add_waits(dependencies);
        }
        plan.waits.sort_unstable();
        plan.waits.dedup();
        plan
    }

    /// The nested deployments around a part, innermost first.
    pub(super) fn around(&self, part: usize) -> impl Iterator<Item = usize> + '_ {
        let next = |at: &usize| self.parts[*at].around;
        std::iter::successors(self.parts[part].around, next).take(DEEPEST)
    }

    fn add_seen(&mut self, known: &Known<'a>, now: Duration) {
        for seen in known.resources {
            let resource = &seen.resource;
            let part = self.parts.len();
            let is_deployment = resource.is_deployment();
            if is_deployment {
                let own = std::iter::once(resource.name.clone());
                let path = resource.path.iter().cloned().chain(own);
                self.by_path.entry(path.collect()).or_insert(part);
            }
            let id = resource.id.to_lowercase();
            let seed = Seed::of(&id);
            self.parts.push(Part {
                kind: Cow::Borrowed(&resource.kind),
                name: Name::Known(&resource.name),
                own: self.index.enter(id, part).own,
                seed,
                stage: if resource.state.is_terminal() {
                    Stage::Over
                } else {
                    Stage::Running(now.saturating_sub(seen.began).as_secs_f64())
                },
                around: None,
                is_placed: true,
                is_deployment,
            });
        }
        for (part, seen) in known.resources.iter().enumerate() {
            self.parts[part].around = self.deployment(&seen.resource.path);
        }
    }

    /// Adds what Azure said it would deploy, else what the newest earlier run deployed and what is named where
    /// deployments say what waits for what.
    fn add_ahead(&mut self, known: &Known<'a>) {
        let foreseen = known.foreseen.map(|foreseen| foreseen.resources.as_slice());
        if let Some(ids) = foreseen.filter(|ids| !ids.is_empty()) {
            ids.iter().for_each(|id| self.add_one_ahead(id, known));
            return;
        }
        let runs = known.history.map(|history| history.runs.as_slice());
        let newest = runs.and_then(|runs| runs.first());
        let resources = newest.into_iter().flat_map(|run| &run.resources);
        resources.for_each(|resource| self.add_one_ahead(&resource.id, known));
        for (_, dependencies) in in_order(known.dependencies) {
            for (id, before) in dependencies.iter() {
                let named = std::iter::once(id).chain(before);
                named.for_each(|id| self.add_one_ahead(id, known));
            }
        }
    }

    fn add_one_ahead(&mut self, id: &'a str, known: &Known<'a>) {
        let key = id.to_lowercase();
        let seed = Seed::of(&key);
        let entry = self.index.enter(key, self.parts.len());
        if !entry.is_new {
            return;
        }
        let newest = entry
            .own
            .zip(known.history)
            .and_then(|(own, history)| own.newest(history));
        let kind = match newest {
            Some(resource) => Cow::Borrowed(resource.kind.as_str()),
            None => Cow::Owned(type_and_name(id).0),
        };
        self.parts.push(Part {
            is_deployment: kind.eq_ignore_ascii_case(DEPLOYMENT),
            kind,
            name: Name::Within(id),
            own: entry.own,
            seed,
            stage: Stage::Ahead,
            around: None,
            is_placed: false,
        });
    }

    /// Places what is ahead where it was in earlier runs.
    fn place_as_before(&mut self, history: &'a History) {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, part) in self.parts.iter().enumerate() {
            if part.is_deployment && !part.is_placed {
                let name = part.name().to_lowercase();
                by_name.entry(name).or_default().push(at);
            }
        }
        for at in 0..self.parts.len() {
            let part = &self.parts[at];
            let own = part.own.filter(|_| !part.is_placed);
            let Some(newest) = own.and_then(|own| own.newest(history)) else {
                continue;
            };
            let path = &newest.path;
            if !self.by_path.contains_key(path) {
                self.place_named(path, &by_name);
            }
            let around = self.deployment(path);
            self.place(at, around);
        }
    }

    /// Places the deployments of a path that are ahead and have a name that no other has.
    fn place_named(&mut self, path: &'a [String], by_name: &HashMap<String, Vec<usize>>) {
        for length in 1..=path.len().min(DEEPEST) {
            let path = &path[..length];
            if let Some(named) = by_name.get(&path[length - 1].to_lowercase())
                && let [one] = named.as_slice()
                && !self.parts[*one].is_placed
                && !self.by_path.contains_key(path)
            {
                let around = self.deployment(&path[..length - 1]);
                self.place(*one, around);
                self.by_path.insert(path.to_vec(), *one);
            }
        }
    }

    /// Places what no earlier run knows: what a deployment says of its resources' dependencies names them.
    fn place_by_dependencies(&mut self, dependencies: &HashMap<String, Dependencies>) {
        for (id, dependencies) in in_order(dependencies) {
            let Some(deployment) = self.index.find(id) else {
                continue;
            };
            for (id, before) in dependencies.iter() {
                let named = std::iter::once(id).chain(before);
                let named: Vec<_> = named.filter_map(|id| self.index.find(id)).collect();
                for part in named {
                    if part != deployment && !self.parts[part].is_placed {
                        self.place(part, Some(deployment));
                    }
                }
            }
        }
    }

    fn place(&mut self, part: usize, around: Option<usize>) {
        let part = &mut self.parts[part];
        (part.around, part.is_placed) = (around, true);
    }

    /// The nested deployment of this path; added if it is not known yet.
    fn deployment(&mut self, path: &'a [String]) -> Option<usize> {
        if let Some(known) = self.by_path.get(path) {
            return Some(*known);
        }
        let mut around = None;
        for length in 1..=path.len().min(DEEPEST) {
            let own = &path[..length];
            around = match self.by_path.get(own) {
                Some(known) => Some(*known),
                None => {
                    let part = self.parts.len();
                    self.by_path.insert(own.to_vec(), part);
                    self.parts.push(Part {
                        kind: Cow::Borrowed(DEPLOYMENT),
                        name: Name::Known(&own[length - 1]),
                        own: None,
                        seed: Seed::of(""),
                        stage: Stage::Ahead,
                        around,
                        is_placed: true,
                        is_deployment: true,
                    });
                    Some(part)
                }
            };
        }
        around
    }

    /// Nothing more happens in a nested deployment that has ended.
    fn end_what_is_within(&mut self) {
        let over: Vec<usize> = (0..self.parts.len())
            .filter(|at| {
                self.around(*at)
                    .any(|around| self.parts[around].stage == Stage::Over)
            })
            .collect();
        for at in over {
            self.parts[at].stage = Stage::Over;
        }
    }

    fn add_waits(&mut self, dependencies: &Dependencies) {
        for (id, before) in dependencies.iter() {
            let Some(after) = self.index.find(id) else {
                continue;
            };
            let before = before.iter().filter_map(|id| self.index.find(id));
            let pairs = before.filter(|before| *before != after);
            self.waits.extend(pairs.map(|before| (before, after)));
        }
    }
}

/// Deployments in an order that is always the same.
fn in_order(dependencies: &HashMap<String, Dependencies>) -> Vec<(&String, &Dependencies)> {
    let mut deployments: Vec<_> = dependencies.iter().collect();
    deployments.sort_unstable_by_key(|(id, _)| *id);
    deployments
}

#[cfg(test)]
mod tests;
