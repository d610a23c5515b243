//! What can be said about the rest of a run.

use std::{collections::HashMap, time::Duration};

use super::{
    expected::{Expected, Left, Usual},
    known::Known,
    network::Network,
    notes::{self, Note},
    plan::{Plan, Stage},
    range::Range,
    wholes::Wholes,
};

/// Part of the time on the longest path that must stand on earlier runs, so that an estimate is told.
const ENOUGH: f64 = 0.8;

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

impl<'a> Known<'a> {
    /// What can be said at `now`, counted from the run's start.
    pub(crate) fn outlook(&self, now: Duration) -> Outlook {
        let plan = Plan::new(self, now);
        let expected: Vec<_> = plan
            .parts
            .iter()
            .map(|part| Expected::of(part.own, &part.kind, self.samples))
            .collect();
        let network = Network::new(&plan, &Wholes::new(&plan, &expected));
        let left = self.left(&plan, &network, &expected);
        let notes = notes::notes(&plan, &network, &expected, left.is_some());
        Outlook { left, notes }
    }

    /// What is usual for each resource of which that is known, by its id.
    pub(crate) fn usual(&self) -> HashMap<&'a str, Usual> {
        let samples = self.samples;
        let resources = self.resources.iter().map(|seen| &seen.resource);
        let resources = resources.filter(|resource| !resource.is_deployment());
        let usual = resources.filter_map(|resource| {
            let own = samples.find(&resource.id.to_lowercase());
            let own = own.map(|at| samples.own(at));
            let expected = Expected::of(own, &resource.kind, samples);
            Some((resource.id.as_str(), expected.usual()?))
        });
        usual.collect()
    }

    fn left(
        &self,
        plan: &Plan<'_>,
        network: &Network,
        expected: &[Expected<'_>],
    ) -> Option<Forecast> {
        let runs = self.samples.runs;
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
        let range = Range::of(network, self.samples.whole_runs(), |at| {
            (plan.parts[at].seed, lefts[at].outcomes)
        });
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
