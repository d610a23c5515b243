//! How long a run still takes, and how long its resources usually take, by what earlier runs took.
//!
//! All of it is computed from what is [`Known`] at a moment, without a clock or state of its own: the same events give
//! the same forecast. What is not known well enough is not told.

mod expected;
mod figures;
mod network;
mod notes;
mod plan;
mod range;
mod samples;
#[cfg(test)]
mod tests;
mod told;

use std::{collections::HashMap, time::Duration};

pub(crate) use self::{
    expected::Doing,
    figures::{By, Figure},
    notes::{Note, Said},
    told::{Estimate, Told},
};
use self::{
    expected::{Expected, Left},
    network::Network,
    plan::{Plan, Stage},
    range::Range,
    samples::Samples,
};
use crate::{
    arm::Dependencies,
    event::{Foreseen, History},
    report::record::seen::Seen,
};

/// Part of the time on the longest path that must stand on earlier runs, so that an estimate is told.
const ENOUGH: f64 = 0.8;

/// What is known of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// Resources and nested deployments as last seen.
    pub(crate) resources: &'a [Seen],
    /// What Azure said it would deploy.
    pub(crate) foreseen: Option<&'a Foreseen>,
    /// Which resources of a deployment wait for which, by its id in lower case.
    pub(crate) dependencies: &'a HashMap<String, Dependencies>,
    /// How long earlier runs took.
    pub(crate) history: Option<&'a History>,
}

/// What can be said at a moment about the rest of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outlook {
    /// The time left, where earlier runs tell it.
    pub(crate) left: Option<Forecast>,
    /// What is worth knowing about single resources.
    pub(crate) notes: Vec<Note>,
}

/// How long a run still takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// It takes longer as likely as not.
    pub(crate) left: Duration,
    /// One run in ten takes less.
    pub(crate) low: Duration,
    /// One run in ten takes longer.
    pub(crate) high: Duration,
    pub(crate) basis: Basis,
}

/// What a forecast stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    /// Number of earlier runs.
    pub(crate) runs: usize,
    /// Part of the time on the longest path that these tell, in per cent; the rest is assumed.
    pub(crate) percent: u8,
}

/// What is usual for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usual {
    /// The median of earlier runs that did the same.
    Took(Duration),
    /// It is new, no earlier run created one of its type, and this is stated of the type.
    Stated(&'static Figure),
}

impl Known<'_> {
    /// What can be said at `now`, counted from the run's start.
    pub(crate) fn outlook(&self, now: Duration) -> Outlook {
        let samples = self.samples();
        let plan = Plan::new(self, &samples, now);
        let network = Network::new(&plan);
        let expected: Vec<_> = plan
            .parts
            .iter()
            .map(|part| Expected::of(&part.id, &part.kind, &samples))
            .collect();
        let left = self.left(&plan, &network, &expected);
        let notes = notes::notes(&plan, &network, &expected, left.is_some());
        Outlook { left, notes }
    }

    /// What is usual for each of the resources, as far as that is known.
    pub(crate) fn usual(&self) -> Vec<Option<Usual>> {
        let samples = self.samples();
        let usual = self.resources.iter().map(|seen| {
            let resource = &seen.resource;
            if resource.is_deployment() {
                return None;
            }
            let expected = Expected::of(&resource.id.to_lowercase(), &resource.kind, &samples);
            let took = expected.usual().map(Usual::Took);
            took.or_else(|| expected.figure().map(Usual::Stated))
        });
        usual.collect()
    }

    fn samples(&self) -> Samples<'_> {
        self.history.map(Samples::read).unwrap_or_default()
    }

    fn left(
        &self,
        plan: &Plan<'_>,
        network: &Network,
        expected: &[Expected<'_>],
    ) -> Option<Forecast> {
        let runs = self.history.map_or(0, |history| history.runs.len());
        if runs == 0 || network.resources().next().is_none() {
            return None;
        }
        let lefts: Vec<_> = plan
            .parts
            .iter()
            .zip(expected)
            .map(|(part, expected)| match part.stage {
                Stage::Running(ran) => expected.left(Some(ran)),
                Stage::Ahead | Stage::Over => expected.left(None),
            })
            .collect();
        let percent = on_history(network, &lefts)?;
        let range = Range::of(network, |at| (&plan.parts[at].id, &lefts[at].outcomes));
        Some(Forecast {
            left: seconds(range.middle),
            low: seconds(range.low),
            high: seconds(range.high),
            basis: Basis { runs, percent },
        })
    }
}

/// Which part of the time on the longest path stands on earlier runs, in per cent, if that is enough.
fn on_history(network: &Network, lefts: &[Left<'_>]) -> Option<u8> {
    let path = network.longest(|at| lefts[at].usual);
    let told = path.resources.iter().filter(|at| lefts[**at].on_history);
    let told: f64 = told.map(|at| lefts[*at].usual).sum();
    let part = told / path.end;
    (part >= ENOUGH).then(|| (100.0 * part).round() as u8)
}

fn seconds(count: f64) -> Duration {
    Duration::try_from_secs_f64(count).unwrap_or_default()
}
