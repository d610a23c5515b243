//! How far forecasts are off, and how often the end lies in the range that was told.

use super::world::{World, begun, heartbeat, seconds};
use crate::{event::Event, report::record::Record};

/// Runs that are forecast, each of a deployment of its own.
const RUNS: u64 = 200;
/// Runs before it.
const EARLIER: usize = 5;
/// Seconds between two heartbeats.
const HEARTBEAT: f64 = 300.0;

/// What was told at a moment of a run. Lengths are parts of the run's.
struct Told {
    /// By how much the end that was told was off.
    error: f64,
    is_in_range: bool,
    range: f64,
}

/// How good forecasts at a moment of many runs were.
struct Quality {
    told: usize,
    /// The median.
    error: f64,
    /// Part of the runs that ended within the range.
    coverage: f64,
}

/// What is told when this part of a run has passed, after the heartbeats before.
fn told(seed: u64, days: f64, part: f64) -> Option<Told> {
    let mut world = World::new(seed, EARLIER, days);
    let courses: Vec<_> = (0..EARLIER).map(|run| world.course(run)).collect();
    let course = world.course(EARLIER);
    let mut record = begun();
    record.observe(&Event::HistoryRead(world.history(&courses)), seconds(0.0));
    for event in world.dependencies() {
        record.observe(&event, seconds(0.0));
    }
    if seed.is_multiple_of(2) {
        record.observe(&Event::Foreseen(world.foreseen()), seconds(0.0));
    }
    let now = part * course.end;
    let before = std::iter::successors(Some(HEARTBEAT), |at| Some(at + HEARTBEAT));
    for at in before.take_while(|at| *at < now).chain([now]) {
        world.progress(&mut record, &course, at);
        heartbeat(&mut record, at);
    }
    latest(&record, now, course.end)
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

/// Measures forecasts when this part of a run has passed, and adds a row to the table.
fn measure(days: f64, part: f64, table: &mut String) -> Quality {
    let told: Vec<_> = (0..RUNS)
        .filter_map(|seed| told(seed, days, part))
        .collect();
    let errors = sorted(told.iter().map(|told| told.error));
    let ranges = sorted(told.iter().map(|told| told.range));
    let hits = told.iter().filter(|told| told.is_in_range).count();
    let quality = Quality {
        told: told.len(),
        error: errors[errors.len() / 2],
        coverage: hits as f64 / told.len() as f64,
    };
    let row = format!(
        "| {:.0} % | {} of {RUNS} | {:.0} % | {:.0} % | {:.0} % | {:.0} % |",
        100.0 * part,
        quality.told,
        100.0 * quality.error,
        100.0 * errors[errors.len() * 9 / 10],
        100.0 * quality.coverage,
        100.0 * ranges[ranges.len() / 2],
    );
    table.extend([row.as_str(), "\n"]);
    quality
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

const HEAD: &str = "
| passed | told | median error | nine in ten | within the range | range |
|---|---|---|---|---|---|
";

/// The error is that of the end, in relation to the whole length of the run.
#[test]
fn forecasts_of_random_deployments_are_calibrated() {
    let mut table = HEAD.to_owned();
    for part in [0.0, 0.1, 0.25, 0.5, 0.75, 0.9] {
        let quality = measure(0.0, part, &mut table);
        assert!(quality.told > 100, "{}", quality.told);
        assert!(quality.error <= 0.15, "{}", quality.error);
        assert!(
            (0.7..=0.9).contains(&quality.coverage),
            "{}",
            quality.coverage
        );
    }
    println!("{RUNS} runs in which resources differ each by itself:\n{table}");
}

/// Nobody knows by how much Azure's days differ. Where resources are assumed not to depend on each other, 60 % of such
/// runs end within the range.
#[test]
fn slow_days_are_within_the_range_too() {
    let mut table = HEAD.to_owned();
    for part in [0.1, 0.25, 0.5] {
        let quality = measure(0.15, part, &mut table);
        assert!(quality.error <= 0.2, "{}", quality.error);
        assert!(
            (0.65..=0.9).contains(&quality.coverage),
            "{}",
            quality.coverage
        );
    }
    println!(
        "{RUNS} runs of which the whole differs, too, by a standard deviation of 15 %:\n{table}"
    );
}
