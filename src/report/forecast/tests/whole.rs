//! Nested deployments of which earlier runs tell only how long they took as a whole: Azure has forgotten what was in
//! them, or keeps it for the latest deployment of their names.

use crate::{
    event::{EarlierResource, EarlierRun, Event, History, Resource},
    report::{forecast::Outlook, record::Record},
    testing::stories::{begun, minutes, nested, progressed, record, resource, told_ahead},
};

/// Earlier runs in which the nested deployment `hub` took so many minutes.
fn history(lengths: &[u64]) -> History {
    let runs = lengths.iter().map(|length| EarlierRun {
        name: "hub".to_owned(),
        ended: None,
        resources: vec![EarlierResource {
            id: nested("hub", "Succeeded").id,
            kind: "Microsoft.Resources/deployments".to_owned(),
            path: vec![],
            duration: minutes(*length),
        }],
    });
    History {
        runs: runs.collect(),
        has_older: true,
    }
}

/// A gateway in the nested deployment `hub`.
fn gateway(state: &str, took: u64) -> Resource {
    Resource {
        kind: "Microsoft.Network/virtualNetworkGateways".to_owned(),
        ..resource("vgw", state, took)
    }
}

fn outlook(changed: Vec<Resource>, at: u64) -> Outlook {
    let mut record: Record = record(&begun());
    record.observe(&Event::HistoryRead(history(&[41, 40, 39, 40])), minutes(0));
    record.observe(
        &told_ahead(&["vgw", "connection"], &[("connection", "vgw")]),
        minutes(0),
    );
    record.observe(&progressed(changed, 0, 1), minutes(1));
    record.known().outlook(minutes(at))
}

#[test]
fn the_whole_tells_the_time_left_and_what_is_in_it_does_not() {
    let running = || vec![nested("hub", "Running"), gateway("Running", 0)];
    for (at, least, most) in [(11, 28, 33), (31, 8, 15)] {
        let left = outlook(running(), at).left.expect("told");
        // A gateway that nobody has seen before would be taken for a new one of up to 45 minutes.
        assert!(
            (minutes(least)..minutes(most)).contains(&left.left),
            "{left:?}"
        );
        assert_eq!(left.basis.percent, 100);
    }
}

#[test]
fn a_whole_that_takes_longer_than_ever_is_no_basis() {
    let running = vec![nested("hub", "Running"), gateway("Running", 0)];
    let late = outlook(running, 50);
    assert_eq!(late.left, None);
    let named = late.notes.iter().any(|note| note.name == "hub");
    assert!(named, "{:?}", late.notes);
}
