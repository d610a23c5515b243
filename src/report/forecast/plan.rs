//! What a run deploys: what has been seen, what is still ahead, what is within which nested deployment, and what waits
//! for what.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{known::Known, samples::Samples};
use crate::{arm::Dependencies, event::EarlierResource, report::words::place::type_and_name};

const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
/// More nested deployments are never around a resource; then they form a circle.
const DEEPEST: usize = 32;

/// What a run deploys, and what waits for what.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Pairs of parts, of which the second waits for the first.
    pub(super) waits: Vec<(usize, usize)>,
    /// Lower-case id → part.
    by_id: HashMap<String, usize>,
    /// Nested deployments by the names around what is in them, their own last.
    by_path: HashMap<Vec<String>, usize>,
}

/// A resource or a nested deployment.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its id in lower case; empty for a nested deployment of which only the name is known.
    pub(super) id: String,
    pub(super) kind: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) stage: Stage,
    /// The nested deployment that it is in.
    pub(super) around: Option<usize>,
    /// Whether it is known where it is.
    is_placed: bool,
    pub(super) is_deployment: bool,
}

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stage {
    Ahead,
    /// For so many seconds.
    Running(f64),
    Over,
}

impl<'a> Plan<'a> {
    /// What the run deploys, as far as it is known at `now`.
    pub(super) fn new(known: &Known<'a>, samples: &Samples<'a>, now: Duration) -> Self {
        let mut plan = Self::default();
        plan.add_seen(known, now);
        plan.add_ahead(known);
        plan.place_as_before(samples);
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
        let mut within = Vec::new();
        for seen in known.resources {
            let resource = &seen.resource;
            let part = self.parts.len();
            self.by_id.insert(resource.id.to_lowercase(), part);
            let is_deployment = resource.is_deployment();
            if is_deployment {
                let own = std::iter::once(resource.name.clone());
                let path = resource.path.iter().cloned().chain(own);
                self.by_path.entry(path.collect()).or_insert(part);
            }
            let stage = if resource.state.is_terminal() {
                Stage::Over
            } else {
                Stage::Running(now.saturating_sub(seen.began).as_secs_f64())
            };
            within.push((part, &resource.path));
            self.parts.push(Part {
                id: resource.id.to_lowercase(),
                kind: Cow::Borrowed(&resource.kind),
                name: Cow::Borrowed(&resource.name),
                stage,
                around: None,
                is_placed: true,
                is_deployment,
            });
        }
        for (part, path) in within {
            self.parts[part].around = self.deployment(path);
        }
    }

    /// Adds what Azure said it would deploy, else what the newest earlier run deployed.
    fn add_ahead(&mut self, known: &Known<'a>) {
        let foreseen = known.foreseen.map(|foreseen| foreseen.resources.as_slice());
        match foreseen.filter(|ids| !ids.is_empty()) {
            Some(ids) => ids.iter().for_each(|id| self.add_foreseen(id)),
            None => {
                let runs = known.history.map(|history| history.runs.as_slice());
                let newest = runs.and_then(|runs| runs.first());
                let resources = newest.into_iter().flat_map(|run| &run.resources);
                resources.for_each(|resource| self.add_earlier(resource));
                self.add_named(known.dependencies);
            }
        }
    }

    /// Adds what deployments name when they say what waits for what.
    fn add_named(&mut self, dependencies: &HashMap<String, Dependencies>) {
        let mut deployments: Vec<_> = dependencies.iter().collect();
        deployments.sort_unstable_by_key(|(id, _)| *id);
        for (_, dependencies) in deployments {
            for (id, before) in dependencies.iter() {
                std::iter::once(id)
                    .chain(before)
                    .for_each(|id| self.add_foreseen(id));
            }
        }
    }

    fn add_foreseen(&mut self, id: &str) {
        let (kind, name) = type_and_name(id);
        let is_deployment = kind.eq_ignore_ascii_case(DEPLOYMENT);
        self.add_one_ahead(id, kind.into(), name.into(), is_deployment);
    }

    fn add_earlier(&mut self, resource: &'a EarlierResource) {
        let (_, name) = type_and_name(&resource.id);
        self.add_one_ahead(
            &resource.id,
            Cow::Borrowed(&resource.kind),
            name.into(),
            false,
        );
    }

    fn add_one_ahead(
        &mut self,
        id: &str,
        kind: Cow<'a, str>,
        name: Cow<'a, str>,
        is_deployment: bool,
    ) {
        let id = id.to_lowercase();
        let part = self.parts.len();
        if *self.by_id.entry(id.clone()).or_insert(part) != part {
            return;
        }
        self.parts.push(Part {
            id,
            kind,
            name,
            stage: Stage::Ahead,
            around: None,
            is_placed: false,
            is_deployment,
        });
    }

    /// Places what is ahead where it was in earlier runs.
    fn place_as_before(&mut self, samples: &Samples<'a>) {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, part) in self.parts.iter().enumerate() {
            if part.is_deployment && !part.is_placed {
                by_name
                    .entry(part.name.to_lowercase())
                    .or_default()
                    .push(at);
            }
        }
        for at in 0..self.parts.len() {
            let part = &self.parts[at];
            let Some(own) = samples.of(&part.id).filter(|_| !part.is_placed) else {
                continue;
            };
            for length in 1..=own.newest.path.len().min(DEEPEST) {
                let path = &own.newest.path[..length];
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
            let around = self.deployment(&own.newest.path);
            self.place(at, around);
        }
    }

    /// Places what no earlier run knows: what a deployment says of its resources' dependencies names them.
    fn place_by_dependencies(&mut self, dependencies: &HashMap<String, Dependencies>) {
        let mut deployments: Vec<_> = dependencies.iter().collect();
        deployments.sort_unstable_by_key(|(id, _)| *id);
        for (id, dependencies) in deployments {
            let Some(&deployment) = self.by_id.get(id) else {
                continue;
            };
            for (id, before) in dependencies.iter() {
                let named = std::iter::once(id).chain(before);
                let named: Vec<_> = named.filter_map(|id| self.by_id.get(id).copied()).collect();
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
    fn deployment(&mut self, path: &[String]) -> Option<usize> {
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
                        id: String::new(),
                        kind: Cow::Borrowed(DEPLOYMENT),
                        name: Cow::Owned(own[length - 1].clone()),
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
        let over: HashSet<usize> = (0..self.parts.len())
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
            let Some(&after) = self.by_id.get(id) else {
                continue;
            };
            let before = before.iter().filter_map(|id| self.by_id.get(id));
            let pairs = before.filter(|before| **before != after);
            self.waits.extend(pairs.map(|before| (*before, after)));
        }
    }
}

#[cfg(test)]
mod tests;
