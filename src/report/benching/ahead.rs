//! A run of many resources in nested deployments, with as much ahead and as many earlier runs as there may be.

use std::time::Duration;

use crate::{
    arm::{Dependencies, ProvisioningState},
    event::{EarlierResource, EarlierRun, Event, Foreseen, History, Resource},
    report::record::Record,
};

/// Resources in each nested deployment.
const WITHIN: usize = 10;
const RUNS: u64 = 5;
const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
const RESOURCE: &str = "Microsoft.Network/virtualNetworks";
const SCOPE: &str = "/subscriptions/3f2504e0-4f89-41d3-9a0c-0305e82c0004/resourceGroups/rg-hub";

/// A run that is forecast.
#[derive(Clone, Debug)]
pub struct Ahead(Record);

impl Ahead {
    /// A run of so many resources, of which the first tenth runs.
    #[must_use]
    pub fn new(resources: usize) -> Self {
        let deployments = resources.div_ceil(WITHIN);
        let mut record = Record::default();
        let runs = (0..RUNS).map(|run| earlier(resources, run)).collect();
        let has_older = true;
        let history = History { runs, has_older };
        for event in [
            Event::HistoryRead(history),
            Event::Foreseen(foreseen(resources, deployments)),
            Event::Progressed {
                changed: running(resources),
                done: 0,
                known: resources,
            },
        ] {
            record.observe(&event, Duration::from_secs(60));
        }
        Self(record)
    }

    /// Looks ahead; returns the seconds that are left.
    #[must_use]
    pub fn look(&self) -> Option<u64> {
        let outlook = self.0.known().outlook(Duration::from_secs(300));
        outlook.left.map(|forecast| forecast.left.as_secs())
    }
}

fn id(kind: &str, number: usize) -> String {
    format!("{SCOPE}/providers/{kind}/part-{number}")
}

fn path(resource: usize) -> Vec<String> {
    vec![format!("part-{}", resource / WITHIN)]
}

fn earlier(resources: usize, run: u64) -> EarlierRun {
    let resources = (0..resources).map(|at| EarlierResource {
        id: id(RESOURCE, at),
        kind: RESOURCE.to_owned(),
        path: path(at),
        duration: Duration::from_secs(600 + (at as u64 * 31 + run * 97) % 300),
    });
    EarlierRun {
        name: "hub".to_owned(),
        ended: None,
        resources: resources.collect(),
    }
}

/// Each waits for the one before in its deployment, and each deployment for one of the half before.
fn foreseen(resources: usize, deployments: usize) -> Foreseen {
    let mut dependencies = Dependencies::default();
    for at in (0..resources).filter(|at| at % WITHIN > 0) {
        let [own, before] = [at, at - 1].map(|at| id(RESOURCE, at).to_lowercase());
        dependencies.insert(own, vec![before]);
    }
    for at in 1..deployments {
        let [own, before] = [at, at / 2].map(|at| id(DEPLOYMENT, at).to_lowercase());
        dependencies.insert(own, vec![before]);
    }
    let ids = (0..resources).map(|at| id(RESOURCE, at));
    Foreseen {
        resources: ids
            .chain((0..deployments).map(|at| id(DEPLOYMENT, at)))
            .collect(),
        dependencies,
    }
}

fn running(resources: usize) -> Vec<Resource> {
    let running = (0..resources.div_ceil(10)).map(|at| Resource {
        id: id(RESOURCE, at),
        kind: RESOURCE.to_owned(),
        name: format!("part-{at}"),
        path: path(at),
        state: ProvisioningState::new("Running"),
        duration: Duration::from_secs(30),
        ended: None,
        causes: Vec::new(),
    });
    running.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    #[expect(clippy::print_stdout, reason = "a measurement, for `--nocapture`")]
    fn ten_thousand_resources_are_forecast() {
        let run = Ahead::new(10_000);
        let begun = Instant::now();
        let left = run.look().expect("told");
        println!("10000 resources, five earlier runs: {:?}", begun.elapsed());
        // What runs, then four deployments one after another, each of ten resources of 600 to 900 seconds.
        assert!((24_000..45_000).contains(&left), "{left}");
    }
}
