//! How long a report becomes.

use std::time::Duration;

use super::{Run, replayed};
use crate::{
    event::{Ending, Event},
    testing::stories::{Story, begun, minutes, progressed, resource},
};

/// A run in which `resources` run for some time, and then all begin and end again so often.
fn story(resources: usize, rounds: u64) -> Story {
    let mut story = begun();
    let all = |state: &str, took| {
        (0..resources)
            .map(|n| resource(&format!("afw-{n:05}"), state, took))
            .collect::<Vec<_>>()
    };
    for round in 0..rounds {
        let at = minutes(3 * round + 1);
        story.push((at, progressed(all("Running", 0), 0, resources)));
        story.push((
            at + minutes(2),
            progressed(all("Succeeded", 2), resources, resources),
        ));
    }
    story.push((minutes(3 * rounds + 1), Event::Ended(Ending::Succeeded)));
    story
}

async fn events(story: &Story) -> usize {
    let (log, report) = Run::new().tell(story).await.end();
    assert_eq!(replayed(&report).await, log);
    report.split_once("\"events\": [").expect("events").1.len()
}

/// 10,000 operations, each of which begins and ends, make some megabytes.
#[tokio::test(start_paused = true)]
async fn a_change_of_a_resource_takes_half_a_kilobyte() {
    let few = events(&story(500, 2)).await;
    let many = events(&story(500, 20)).await;
    let each = (many - few) / (500 * 18 * 2);
    assert!((100..500).contains(&each), "{each} bytes");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_add_little_however_much_is_running() {
    let mut story = story(500, 1);
    story.truncate(5);
    let short = events_of(&story, 1).await;
    let long = events_of(&story, 201).await;
    assert!(long - short < 200 * 100, "{} bytes", long - short);
}

/// The events of a run with so many heartbeats after it.
async fn events_of(story: &Story, heartbeats: u32) -> usize {
    let mut run = Run::new().tell(story).await;
    for _ in 0..heartbeats {
        tokio::time::advance(Duration::from_secs(300)).await;
        run.reporter.heartbeat();
    }
    run.reporter.observe(&Event::Ended(Ending::Succeeded));
    let (_, report) = run.end();
    report.split_once("\"events\": [").expect("events").1.len()
}
