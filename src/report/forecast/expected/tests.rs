//! Tests of what is expected of a resource.

use super::*;
use crate::event::{EarlierResource, EarlierRun, History};

const PART: &str = "Microsoft.Test/parts";
const GATEWAY: &str = "Microsoft.Network/virtualNetworkGateways";
const MINUTE: f64 = 60.0;

/// Runs, the newest first, with resources of one type and their minutes.
fn history(runs: &[&[(&str, u64)]], has_older: bool) -> History {
    let run = |resources: &&[(&str, u64)]| EarlierRun {
        name: String::new(),
        ended: None,
        resources: resources
            .iter()
            .map(|(id, minutes)| earlier(id, *minutes))
            .collect(),
    };
    History {
        runs: runs.iter().map(run).collect(),
        has_older,
    }
}

fn earlier(id: &str, minutes: u64) -> EarlierResource {
    EarlierResource {
        id: id.to_owned(),
        kind: PART.to_owned(),
        path: Vec::new(),
        duration: Duration::from_secs(60 * minutes),
    }
}

fn own<'a>(samples: &'a Samples, id: &str) -> Option<&'a Own> {
    samples.find(id).map(|at| samples.own(at))
}

fn usual_minutes(history: &History, id: &str, kind: &str) -> (Option<f64>, f64, bool) {
    let samples = Samples::read(history);
    let expected = Expected::of(own(&samples, id), kind, &samples);
    let left = expected.left(None);
    let usual = match expected.usual() {
        Some(Usual::Took(took)) => Some(took.as_secs_f64() / MINUTE),
        _ => None,
    };
    (usual, left.usual / MINUTE, left.on_history)
}

#[test]
fn updates_are_told_from_creations() {
    let runs: [&[(&str, u64)]; 4] = [
        &[("updated", 4), ("slow", 40), ("quick", 1)],
        &[("updated", 6), ("gone", 20)],
        &[("updated", 60)],
        &[],
    ];
    let history = history(&runs, false);
    for (id, usual, assumed, on_history) in [
        ("updated", Some(5.0), 5.0, true),
        // Only its creation is known, which says no more than that the update does not take longer.
        ("slow", None, 40.0, false),
        ("quick", None, 1.0, false),
        // New, so that the creations of 60, 40, 20 and 1 minutes tell.
        ("new", Some(30.0), 30.0, true),
        // It has been removed, and is created again.
        ("gone", Some(30.0), 30.0, true),
    ] {
        let told = usual_minutes(&history, id, PART);
        assert_eq!(told, (usual, assumed, on_history), "{id}");
    }
    assert_eq!(
        usual_minutes(&history, "new", GATEWAY),
        (None, 33.75, false)
    );
    assert_eq!(
        usual_minutes(&history, "new", "Microsoft.Test/others"),
        (None, 0.5, false)
    );
}

#[test]
fn what_the_oldest_run_did_is_not_known_if_there_are_older_ones() {
    let runs: [&[(&str, u64)]; 2] = [&[("a", 4)], &[("a", 40)]];
    let known = history(&runs, true);
    assert_eq!(usual_minutes(&known, "a", PART), (Some(4.0), 4.0, true));
    assert_eq!(usual_minutes(&known, "new", PART), (None, 0.5, false));
    let known = history(&runs[..1], true);
    assert_eq!(usual_minutes(&known, "a", PART), (None, 4.0, false));
}

#[test]
fn a_statement_of_the_type_is_usual_only_if_microsoft_makes_it() {
    let nothing = Samples::default();
    let usual = |kind| Expected::of(None, kind, &nothing).usual();
    assert!(matches!(usual(GATEWAY), Some(Usual::Stated(_))));
    let firewall = "Microsoft.Network/azureFirewalls";
    assert_eq!(usual(firewall), None);
    assert!(Expected::of(None, firewall, &nothing).left(None).usual > 600.0);
}

#[test]
fn what_runs_longer_than_ever_is_told_unless_it_is_quick() {
    let runs: [&[(&str, u64)]; 3] = [
        &[("a", 20), ("quick", 1)],
        &[("a", 30), ("quick", 1)],
        &[("a", 9), ("quick", 1)],
    ];
    let history = history(&runs, false);
    let samples = Samples::read(&history);
    let exceeded = |id: &str, minutes: f64| {
        let exceeded = Expected::of(own(&samples, id), PART, &samples).exceeded(minutes * MINUTE);
        exceeded.map(|exceeded| {
            (
                exceeded.longest.as_secs() / 60,
                exceeded.count,
                exceeded.doing,
            )
        })
    };
    assert_eq!(exceeded("a", 30.0), None);
    assert_eq!(exceeded("a", 30.1), Some((30, 2, Doing::Updating)));
    assert_eq!(exceeded("new", 9.1), Some((9, 2, Doing::Creating)));
    assert_eq!(exceeded("quick", 1.9), None);
    assert_eq!(exceeded("quick", 2.1), Some((1, 2, Doing::Updating)));
    let left = Expected::of(own(&samples, "a"), PART, &samples).left(Some(31.0 * MINUTE));
    assert_eq!((left.usual, left.on_history), (31.0 * MINUTE, false));
}

#[test]
fn only_outcomes_that_are_longer_are_left() {
    let factors = [0.5, 1.0, 2.0, 4.0];
    let outcomes = Outcomes::Scaled {
        median: 10.0,
        factors: &factors,
        ran: 10.0,
    };
    let all = |run: f64| [0, 1, 2, 3].map(|at| outcomes.in_run(run).at(at, 4));
    assert_eq!(all(1.0), [10.0, 10.0, 30.0, 30.0]);
    assert_eq!(
        all(0.5),
        [10.0; 4],
        "in a run that is twice as fast, only the last is longer"
    );
    assert_eq!(all(0.1), [0.0; 4]);
    assert_eq!(all(2.0), [10.0, 30.0, 30.0, 70.0]);
    let ahead = Outcomes::Scaled {
        median: 10.0,
        factors: &factors,
        ran: 0.0,
    };
    assert_eq!(
        [0, 1, 2, 3].map(|at| ahead.in_run(2.0).at(at, 4)),
        [10.0, 20.0, 40.0, 80.0]
    );
}

#[test]
fn what_runs_longer_than_usual_still_takes_a_while() {
    let updates = [4, 6, 8, 10, 30].map(|minutes| [("a", minutes)]);
    let runs: Vec<&[(&str, u64)]> = updates.iter().map(<[_; 1]>::as_slice).collect();
    let history = history(&runs, false);
    let samples = Samples::read(&history);
    let left = |ran: f64| {
        let left = Expected::of(own(&samples, "a"), PART, &samples).left(Some(ran * MINUTE));
        (left.usual / MINUTE, left.on_history)
    };
    let (usual, on_history) = left(8.0);
    assert!(usual > 1.0 && on_history, "{usual}");
    assert_eq!(left(10.1), (10.1, false), "longer than ever");
}
