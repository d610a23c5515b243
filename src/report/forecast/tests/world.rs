//! Deployments of random shape that are deployed again and again, with durations as random as Azure's.
//!
//! How a run goes is computed here in another way than by the forecast: step by step, from the declarations alone.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    arm::{Dependencies, ProvisioningState},
    event::{EarlierResource, EarlierRun, Event, Foreseen, History, Resource},
    report::record::Record,
    testing::{
        stories::{self, progressed},
        timeline::Random,
    },
};

const MINUTE: f64 = 60.0;
const DEPLOYMENT: &str = "Microsoft.Resources/deployments";

/// A type: seconds that a creation and an update take by the median, and the deviation of their logarithm.
struct Kind {
    name: &'static str,
    create: f64,
    update: f64,
    deviation: f64,
}

const KINDS: [Kind; 6] = [
    kind("Microsoft.Network/virtualNetworkGateways", 35.0, 6.0, 0.25),
    kind("Microsoft.Network/azureFirewalls", 9.0, 4.0, 0.3),
    kind("Microsoft.Network/virtualHubs", 12.0, 2.0, 0.3),
    kind("Microsoft.Compute/virtualMachines", 3.0, 1.0, 0.4),
    kind("Microsoft.Network/virtualNetworks", 0.2, 0.1, 0.5),
    kind("Microsoft.Network/routeTables", 0.1, 0.1, 0.5),
];

const fn kind(name: &'static str, create: f64, update: f64, deviation: f64) -> Kind {
    Kind {
        name,
        create: create * MINUTE,
        update: update * MINUTE,
        deviation,
    }
}

/// A deployment, and which of its runs first had each resource.
pub(super) struct World {
    parts: Vec<Part>,
    random: Random,
    /// By how much the logarithms of whole runs deviate.
    days: f64,
}

/// A resource, or a nested deployment if it has no kind.
pub(super) struct Part {
    id: String,
    kind: Option<&'static Kind>,
    /// The nested deployment around it.
    around: Option<usize>,
    /// Parts before it that it waits for, in the same deployment.
    before: Vec<usize>,
    /// How long it takes in relation to others of its type.
    scale: f64,
    /// The first run with it.
    since: usize,
}

/// When each part began and ended in a run, in seconds.
pub(super) struct Course {
    pub(super) spans: Vec<Option<(f64, f64)>>,
    pub(super) end: f64,
}

impl World {
    /// A deployment of 6 to 40 resources in up to six nested deployments, some of which are new in a later one of
    /// `runs`.
    pub(super) fn new(seed: u64, runs: usize, days: f64) -> Self {
        let mut random = Random::new(seed);
        let groups = random.below(7);
        let count = groups + 6 + random.below(35);
        let mut parts: Vec<Part> = Vec::new();
        for at in 0..count {
            let open: Vec<usize> = (0..parts.len())
                .filter(|at| parts[*at].kind.is_none())
                .collect();
            let around = match random.below(3) {
                0 => None,
                _ if open.is_empty() => None,
                _ => Some(open[random.below(open.len())]),
            };
            let beside: Vec<usize> = (0..at).filter(|at| parts[*at].around == around).collect();
            let waits = random.below(3).min(beside.len());
            let kind = (at >= groups).then(|| &KINDS[random.below(KINDS.len())]);
            let type_name = kind.map_or(DEPLOYMENT, |kind| kind.name);
            let joins_later = at >= groups && random.below(10) == 0;
            parts.push(Part {
                id: format!("/subscriptions/s/resourceGroups/RG/providers/{type_name}/part-{at}"),
                kind,
                around,
                before: (0..waits)
                    .map(|_| beside[random.below(beside.len())])
                    .collect(),
                scale: (0.3 * random.normal()).exp(),
                since: if joins_later {
                    random.below(runs + 1)
                } else {
                    0
                },
            });
        }
        Self {
            parts,
            random,
            days,
        }
    }

    /// The course of a run, counted from the first one.
    pub(super) fn course(&mut self, run: usize) -> Course {
        let day = (self.days * self.random.normal()).exp();
        let took: Vec<f64> = (0..self.parts.len())
            .map(|at| day * self.duration(at, run))
            .collect();
        let mut spans: Vec<Option<(f64, f64)>> = vec![None; self.parts.len()];
        // Parts wait for earlier ones alone, and a nested deployment ends after what is in it.
        while spans
            .iter()
            .zip(&self.parts)
            .any(|(span, part)| span.is_none() && part.since <= run)
        {
            for at in 0..self.parts.len() {
                if spans[at].is_none() && self.parts[at].since <= run {
                    spans[at] = self.span(at, run, &spans, &took);
                }
            }
        }
        let ends = spans.iter().flatten().map(|(_, end)| *end);
        let end = ends.fold(0.0, f64::max) + self.random.between(0.1, 4.3);
        Course { spans, end }
    }

    fn duration(&mut self, at: usize, run: usize) -> f64 {
        let (part, deviation) = (&self.parts[at], self.random.normal());
        part.kind.map_or(0.0, |kind| {
            let usual = if part.since == run {
                kind.create
            } else {
                kind.update
            };
            usual * part.scale * (kind.deviation * deviation).exp()
        })
    }

    /// When it runs, once that is certain.
    fn span(
        &self,
        at: usize,
        run: usize,
        spans: &[Option<(f64, f64)>],
        took: &[f64],
    ) -> Option<(f64, f64)> {
        let part = &self.parts[at];
        let begin = self.begin(at, run, spans)?;
        if part.kind.is_some() {
            return Some((begin, begin + took[at]));
        }
        let mut end = begin;
        for (inner, within) in self.parts.iter().enumerate() {
            if within.around == Some(at) && within.since <= run {
                end = f64::max(end, spans[inner]?.1);
            }
        }
        Some((begin, end))
    }

    fn begin(&self, at: usize, run: usize, spans: &[Option<(f64, f64)>]) -> Option<f64> {
        let part = &self.parts[at];
        let mut begin = match part.around {
            Some(around) => self.begin(around, run, spans)?,
            None => 0.0,
        };
        for before in &part.before {
            if self.parts[*before].since <= run {
                begin = f64::max(begin, spans[*before]?.1);
            }
        }
        Some(begin + 0.5)
    }

    /// Earlier runs as Azure tells them.
    pub(super) fn history(&self, courses: &[Course]) -> History {
        let runs = courses.iter().rev().map(|course| EarlierRun {
            name: "earlier".to_owned(),
            ended: None,
            resources: self.earlier(course),
        });
        History {
            runs: runs.collect(),
            has_older: false,
        }
    }

    fn earlier(&self, course: &Course) -> Vec<EarlierResource> {
        let spans = course.spans.iter().zip(&self.parts).enumerate();
        let spans = spans.filter_map(|(at, (span, part))| {
            let ((begin, end), kind) = ((*span)?, part.kind?);
            Some(EarlierResource {
                id: part.id.clone(),
                kind: kind.name.to_owned(),
                path: self.path(at),
                duration: seconds(end - begin),
            })
        });
        spans.collect()
    }

    fn path(&self, at: usize) -> Vec<String> {
        let next = |at: &usize| self.parts[*at].around;
        let around = std::iter::successors(self.parts[at].around, next);
        let mut path: Vec<_> = around.map(|at| format!("part-{at}")).collect();
        path.reverse();
        path
    }

    /// What Azure says of the last run before it.
    pub(super) fn foreseen(&self) -> Foreseen {
        let ids = self.parts.iter().map(|part| part.id.clone());
        let mut dependencies = Dependencies::default();
        for part in &self.parts {
            dependencies.insert(part.id.to_lowercase(), self.before(part));
        }
        Foreseen {
            resources: ids.collect(),
            dependencies,
        }
    }

    /// What Azure says of each deployment's dependencies.
    pub(super) fn dependencies(&self) -> Vec<Event> {
        let deployments = (0..self.parts.len()).filter(|at| self.parts[*at].kind.is_none());
        let deployments = std::iter::once(None).chain(deployments.map(Some));
        let read = deployments.map(|around| {
            let within = self.parts.iter().filter(|part| part.around == around);
            let mut dependencies = Dependencies::default();
            for part in within.filter(|part| !part.before.is_empty()) {
                dependencies.insert(part.id.to_lowercase(), self.before(part));
            }
            let id = around.map(|at| self.parts[at].id.clone());
            Event::DependenciesRead {
                deployment: id.unwrap_or_else(|| "/root".to_owned()),
                dependencies,
            }
        });
        read.collect()
    }

    fn before(&self, part: &Part) -> Vec<String> {
        let ids = part
            .before
            .iter()
            .map(|at| self.parts[*at].id.to_lowercase());
        ids.collect()
    }

    /// Brings `record` to `now` in the course of a run.
    pub(super) fn progress(&self, record: &mut Record, course: &Course, now: f64) {
        let begun = course.spans.iter().enumerate();
        let begun = begun.filter_map(|(at, span)| {
            let (begin, end) = (*span)?;
            (begin <= now).then(|| self.resource(at, now, begin, end))
        });
        record.observe(&progressed(begun.collect(), 0, 0), seconds(now));
    }

    fn resource(&self, at: usize, now: f64, begin: f64, end: f64) -> Resource {
        let part = &self.parts[at];
        let state = if end <= now { "Succeeded" } else { "Running" };
        Resource {
            id: part.id.to_uppercase(),
            kind: part.kind.map_or(DEPLOYMENT, |kind| kind.name).to_owned(),
            name: format!("part-{at}"),
            path: self.path(at),
            state: ProvisioningState::new(state),
            duration: seconds(end.min(now) - begin),
            ended: None,
            causes: Vec::new(),
        }
    }
}

/// The record of a run that has begun.
pub(super) fn begun() -> Record {
    let mut record = stories::record(&stories::begun());
    record.started = Timestamp::UNIX_EPOCH;
    record
}

pub(super) fn heartbeat(record: &mut Record, now: f64) {
    let beat = Event::StillRunning {
        running: Vec::new(),
        token_age: Duration::ZERO,
    };
    record.observe(&beat, seconds(now));
}

pub(super) fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}
