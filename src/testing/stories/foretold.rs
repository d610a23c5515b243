//! Runs that can tell what is ahead: with earlier runs, and without.

use std::time::Duration;

use super::parts::{
    SUBSCRIPTION, Story, begun, heartbeat, minutes, nested, progressed, resource, state,
};
use crate::{
    arm::Dependencies,
    event::{EarlierResource, EarlierRun, Ending, Event, Foreseen, History, Resource, Trouble},
};

const GATEWAY: &str = "Microsoft.Network/virtualNetworkGateways";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";
const FIREWALL: &str = "Microsoft.Network/azureFirewalls";

/// An update of a network, then of a firewall and a gateway, which takes longer than ever before; four earlier runs.
pub(crate) fn foretold() -> Story {
    let mut story = begun();
    story.extend([
        (minutes(1), Event::HistoryRead(history())),
        (minutes(1), Event::Foreseen(foreseen())),
        (
            minutes(1),
            progressed(vec![nested("hub", "Running"), network("Running", 0)], 0, 1),
        ),
        (minutes(2), heartbeat(vec![network("Running", 1)], 2)),
        (minutes(3), progressed(both(0), 1, 3)),
        (minutes(8), heartbeat(both(5)[..2].to_vec(), 8)),
        (
            minutes(9),
            Event::OutageBegan {
                trouble: Trouble::Unreachable,
                reason: "connection refused (management.azure.com)".to_owned(),
            },
        ),
        (minutes(13), heartbeat(both(10)[..2].to_vec(), 13)),
        (
            minutes(14),
            Event::OutageEnded {
                lasted: minutes(5),
                attempts: 9,
            },
        ),
        (
            minutes(15),
            progressed(vec![part(FIREWALL, "afw", "Succeeded", 11)], 2, 3),
        ),
        (minutes(18), heartbeat(vec![gateway("Running", 15)], 18)),
        (minutes(25), heartbeat(vec![gateway("Running", 22)], 25)),
        (
            minutes(28),
            progressed(
                vec![gateway("Succeeded", 25), nested("hub", "Succeeded")],
                3,
                3,
            ),
        ),
        (minutes(28), state("Succeeded")),
        (minutes(28), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// The creation of a network and a gateway, which seems to be stuck; no earlier run.
pub(crate) fn first_run() -> Story {
    let mut story = begun();
    story.extend([
        (minutes(1), Event::HistoryRead(History::default())),
        (minutes(1), Event::Foreseen(foreseen())),
        (minutes(2), progressed(vec![network("Running", 0)], 0, 1)),
        (minutes(7), heartbeat(vec![network("Running", 5)], 7)),
        (
            minutes(8),
            progressed(vec![network("Succeeded", 6), gateway("Running", 0)], 1, 2),
        ),
        (minutes(13), heartbeat(vec![gateway("Running", 5)], 13)),
        (minutes(99), heartbeat(vec![gateway("Running", 91)], 99)),
        (
            minutes(108),
            progressed(vec![gateway("Succeeded", 100)], 2, 2),
        ),
        (minutes(108), state("Succeeded")),
        (minutes(108), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

fn both(ran: u64) -> Vec<Resource> {
    vec![
        gateway("Running", ran),
        part(FIREWALL, "afw", "Running", ran),
        network("Succeeded", 2),
    ]
}

fn network(state: &str, took: u64) -> Resource {
    part(NETWORK, "vnet", state, took)
}

fn gateway(state: &str, took: u64) -> Resource {
    part(GATEWAY, "vgw", state, took)
}

fn part(kind: &str, name: &str, state: &str, took: u64) -> Resource {
    Resource {
        id: id(kind, name),
        kind: kind.to_owned(),
        ..resource(name, state, took)
    }
}

fn id(kind: &str, name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/providers/{kind}/{name}")
}

/// The gateway and the firewall wait for the network.
fn foreseen() -> Foreseen {
    let [network, gateway, firewall] = [(NETWORK, "vnet"), (GATEWAY, "vgw"), (FIREWALL, "afw")]
        .map(|(kind, name)| id(kind, name).to_lowercase());
    let mut dependencies = Dependencies::default();
    for waiting in [&gateway, &firewall] {
        dependencies.insert(waiting.clone(), vec![network.clone()]);
    }
    Foreseen {
        resources: vec![network, gateway, firewall],
        dependencies,
    }
}

/// A creation and three updates, in minutes of network, gateway and firewall.
fn history() -> History {
    let runs = [[2, 18, 9], [1, 21, 12], [2, 16, 11], [6, 38, 14]];
    let run = |times: [u64; 3]| EarlierRun {
        name: "hub-41-1a2b3c".to_owned(),
        ended: None,
        resources: [(NETWORK, "vnet"), (GATEWAY, "vgw"), (FIREWALL, "afw")]
            .iter()
            .zip(times)
            .map(|((kind, name), took)| EarlierResource {
                id: id(kind, name),
                kind: (*kind).to_owned(),
                path: vec!["hub".to_owned()],
                duration: minutes(took) + Duration::from_secs(12),
            })
            .collect(),
    };
    History {
        runs: runs.map(run).into(),
        has_older: false,
    }
}
