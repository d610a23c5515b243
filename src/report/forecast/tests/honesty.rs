//! What forecasts promise at every moment of a run, and when they say nothing.

use std::time::Duration;

use super::{
    super::{notes::Said, outlook::Outlook},
    world::{World, begun, heartbeat, seconds},
};
use crate::{
    arm::{ProvisioningState, Redeployment},
    event::{Ending, Event, Resource, Trouble},
    inputs::Operation,
    report::record::Record,
    testing::stories::{self, Story, minutes, progressed, resource, state},
};

fn outlook(record: &Record, now: f64) -> Outlook {
    record.known().outlook(seconds(now))
}

/// A run of a random deployment at a quarter of its time.
fn quarter(seed: u64) -> (Record, f64) {
    let mut world = World::new(seed, 5, 0.1);
    let courses: Vec<_> = (0..5).map(|run| world.course(run)).collect();
    let course = world.course(5);
    let mut record = begun();
    record.observe(&Event::HistoryRead(world.history(&courses)), seconds(0.0));
    record.observe(&Event::Foreseen(world.foreseen()), seconds(0.0));
    let now = course.end / 4.0;
    world.progress(&mut record, &course, now);
    (record, now)
}

#[test]
fn while_nothing_ends_the_end_comes_no_nearer_and_the_time_left_does_not_grow() {
    let mut told = 0;
    for seed in 0..40 {
        let (mut record, quarter) = quarter(seed);
        let (mut end_before, mut left_before) = (Duration::ZERO, Duration::MAX);
        for step in 0..200 {
            let now = quarter + 20.0 * f64::from(step);
            let fresh = outlook(&record, now);
            let is_longer = |said: &Said| matches!(said, Said::Longer { .. });
            if fresh.notes.iter().any(|note| is_longer(&note.said)) {
                break;
            }
            heartbeat(&mut record, now);
            let (Some(fresh), Some(shown)) = (fresh.left, record.told.latest.left) else {
                continue;
            };
            let end = seconds(now) + fresh.left;
            let rounding = Duration::from_millis(20);
            assert!(
                end + rounding >= end_before,
                "{seed}: {end:?} {end_before:?}"
            );
            assert!(
                shown.left <= left_before,
                "{seed}: {shown:?} {left_before:?}"
            );
            for forecast in [fresh, shown] {
                assert!(forecast.low <= forecast.left && forecast.left <= forecast.high);
            }
            (end_before, left_before) = (end, shown.left);
            told += 1;
        }
    }
    assert!(told > 200, "{told}");
}

#[test]
fn the_same_events_give_the_same_estimates() {
    let [one, other] = [(), ()].map(|()| {
        let (mut record, now) = quarter(3);
        heartbeat(&mut record, now);
        record.told
    });
    assert!(!one.estimates.is_empty());
    assert_eq!(one.estimates, other.estimates);
    assert_eq!(one.latest, other.latest);
}

/// What a heartbeat tells after a run of which earlier ones are known has been changed in some way.
fn after(change: impl FnOnce(&mut Story)) -> Outlook {
    let mut story = stories::foretold();
    story.truncate(9);
    change(&mut story);
    let mut record = stories::record(&story);
    heartbeat(&mut record, 600.0);
    record.told.latest
}

fn then(event: Event) -> Outlook {
    after(|story| story.push((minutes(9), event)))
}

#[test]
fn nothing_is_said_where_a_run_does_not_go_on_as_earlier_ones() {
    assert!(after(|_| ()).left.is_some());
    for operation in [
        Operation::Validate,
        Operation::WhatIf,
        Operation::Delete,
        Operation::Cancel,
    ] {
        let outlook = after(|story| {
            if let Some((_, Event::Planned(plan))) = story.first_mut() {
                plan.operation = operation;
            }
        });
        assert_eq!(outlook, Outlook::default(), "{operation:?}");
    }
    let is_submission = |event: &Event| matches!(event, Event::Submitted { .. });
    let unsubmitted = after(|story| story.retain(|(_, event)| !is_submission(event)));
    assert_eq!(unsubmitted, Outlook::default());
    for event in [
        state("Succeeded"),
        state("Failed"),
        Event::CancelRequested,
        Event::OutageBegan {
            trouble: Trouble::Unreachable,
            reason: "no route".to_owned(),
        },
        Event::ProgressHidden {
            path: vec!["hub".to_owned()],
            reason: "not allowed".to_owned(),
            missing: None,
        },
        Event::RollbackSeen(Redeployment {
            name: "hub-41".to_owned(),
            state: ProvisioningState::new("Running"),
        }),
        progressed(vec![resource("pip", "Failed", 1)], 1, 4),
        Event::Ended(Ending::Detached),
    ] {
        assert_eq!(then(event.clone()), Outlook::default(), "{event:?}");
    }
}

#[test]
fn what_somebody_else_deploys_is_estimated_too() {
    let outlook = after(|story| {
        if let Some((_, Event::Planned(plan))) = story.first_mut() {
            plan.operation = Operation::Wait;
        }
    });
    assert!(outlook.left.is_some());
}

#[test]
fn without_earlier_runs_there_is_no_estimate() {
    let outlook = after(|story| story.retain(|(_, event)| !matches!(event, Event::HistoryRead(_))));
    assert_eq!(outlook.left, None);
    let told = outlook
        .notes
        .iter()
        .map(|note| (note.name.as_str(), note.said));
    let told: Vec<_> = told.collect();
    assert!(
        matches!(told.as_slice(), [("vgw", Said::Stated(_))]),
        "{told:?}"
    );
}

#[test]
fn the_longest_of_many_are_noted() {
    let slow = |kind: &str, at: usize| Resource {
        id: format!("/{kind}/{at}"),
        kind: kind.to_owned(),
        ..resource(&format!("r{at}"), "Running", 1)
    };
    let kinds = [
        "Microsoft.Network/vpnGateways",
        "Microsoft.Network/virtualNetworkGateways",
        "Microsoft.AVS/privateClouds",
        "Microsoft.Sql/managedInstances",
        "Microsoft.Network/azureFirewalls",
    ];
    let running = kinds.iter().zip(0..).map(|(kind, at)| slow(kind, at));
    let mut record = begun();
    record.observe(&progressed(running.collect(), 0, 5), minutes(2));
    heartbeat(&mut record, 600.0);
    let notes = record.told.latest.notes.iter();
    let names: Vec<_> = notes.map(|note| note.name.as_str()).collect();
    assert_eq!(names, ["r2", "r3", "r1"]);
}

#[test]
fn when_all_is_over_nothing_is_left_to_say() {
    let outlook = after(|story| {
        let events = stories::foretold();
        let end = events
            .into_iter()
            .filter(|(at, event)| *at >= minutes(15) && matches!(event, Event::Progressed { .. }));
        story.extend(end);
    });
    assert_eq!(outlook, Outlook::default());
}
