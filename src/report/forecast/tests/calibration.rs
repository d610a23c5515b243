//! How far forecasts are off, and how often the end lies in the range that was told.

use super::world::{World, begun, heartbeat, seconds};
use crate::{event::Event, report::record::Record};

const WORLDS: u64 = 200;
const EARLIER: usize = 5;
/// Seconds between two heartbeats.
const HEARTBEAT: f64 = 300.0;

/// What was told at a part of a run.
struct Told {
    /// By how much of the run's length the end that was told was off.
    error: f64,
    is_in_range: bool,
    /// Length of the range in relation to the run's.
    range: f64,
}

/// What is told at this part of the last run of a world, after the heartbeats before.
fn told(seed: u64, part: f64) -> (f64, Option<Told>) {
    let mut world = World::new(seed, EARLIER);
    let courses: Vec<_> = (0..EARLIER).map(|run| world.course(run)).collect();
    let history = world.history(&courses);
    let course = world.course(EARLIER);
    let mut record = begun();
    record.observe(&Event::HistoryRead(history), seconds(0.0));
    for event in world.dependencies() {
        record.observe(&event, seconds(0.0));
    }
    if seed.is_multiple_of(2) {
        record.observe(&Event::Foreseen(world.foreseen()), seconds(0.0));
    }
    let until = part * course.end;
    let mut at = HEARTBEAT;
    while at < until {
        world.progress(&mut record, &course, at);
        heartbeat(&mut record, at);
        at += HEARTBEAT;
    }
    world.progress(&mut record, &course, until);
    heartbeat(&mut record, until);
    (course.end, latest(&record, until, course.end))
}

fn latest(record: &Record, now: f64, end: f64) -> Option<Told> {
    let forecast = record.told.latest.left?;
    let [left, low, high] =
        [forecast.left, forecast.low, forecast.high].map(|left| now + left.as_secs_f64());
    Some(Told {
        error: (left - end).abs() / end,
        is_in_range: (low..=high).contains(&end),
        range: (high - low) / end,
    })
}

/// Of those that were told: the median and the 90th percentile of the error, how many lie in the range, and the range's
/// median length. And how many runs were silent.
fn measure(part: f64) -> (f64, f64) {
    let all: Vec<_> = (0..WORLDS).map(|seed| told(seed, part)).collect();
    let lengths = sorted(all.iter().map(|(length, _)| *length));
    let told: Vec<_> = all.iter().filter_map(|(_, told)| told.as_ref()).collect();
    let errors = sorted(told.iter().map(|told| told.error));
    let ranges = sorted(told.iter().map(|told| told.range));
    let hits = told.iter().filter(|told| told.is_in_range).count();
    let coverage = hits as f64 / told.len() as f64;
    println!(
        "at {:3.0} % of {} runs of {:.0} min: {} told; error of the end {:.1} % (90th percentile {:.1} %), \
         {:.0} % within the range, which is {:.0} % of the run",
        100.0 * part,
        WORLDS,
        lengths[lengths.len() / 2] / 60.0,
        told.len(),
        100.0 * errors[errors.len() / 2],
        100.0 * errors[errors.len() * 9 / 10],
        100.0 * coverage,
        100.0 * ranges[ranges.len() / 2],
    );
    (errors[errors.len() / 2], coverage)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

#[test]
fn forecasts_of_random_deployments_are_calibrated() {
    for part in [0.0, 0.1, 0.25, 0.5, 0.75, 0.9] {
        let (error, coverage) = measure(part);
        if part == 0.25 {
            assert!(error <= 0.15, "error of the end: {error}");
            assert!((0.7..=0.9).contains(&coverage), "{coverage}");
        }
    }
}
