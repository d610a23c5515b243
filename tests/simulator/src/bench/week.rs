//! A week of polling: whether memory and threads grow.

use std::time::Duration;

use azure_simulator::Pace;

use super::{
    Bench, Failure, Report,
    case::Run,
    process::Reading,
    table::{self, count, megabytes, seconds},
    templates,
};

const HOUR: Duration = Duration::from_secs(3600);
/// A few minutes less than a week: Azure lets no deployment run longer than seven days.
const WEEK: Duration = HOUR
    .saturating_mul(168)
    .saturating_sub(Duration::from_secs(600));
/// A week in 100 seconds.
const SCALE: u32 = 6_000;

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let mut case = templates::single(WEEK).pace(Pace::None);
    // At this scale a request takes ten simulated seconds, and an id token must outlast two.
    case.options.assertion_lifetime = HOUR;
    let run = case.run(&bench.program, SCALE)?;
    let columns = [
        "of",
        "MB after an hour",
        "MB at the end",
        "peak MB",
        "threads after an hour",
        "threads at the end",
        "CPU s",
        "requests",
    ];
    let heading = format!("A week of polling (scale {SCALE})");
    Ok(Report {
        tables: vec![table::markdown(&heading, &columns, &[row(&run)])],
        measured: Vec::new(),
    })
}

fn row(run: &Run) -> Vec<String> {
    let early = run.readings.iter().find(|(at, _)| *at >= HOUR);
    let last = run
        .readings
        .iter()
        .rfind(|(at, _)| *at < run.deployment.end);
    let of =
        |reading: Option<&(Duration, Reading)>| reading.map(|(_, own)| *own).unwrap_or_default();
    let (early, last) = (of(early), of(last));
    vec![
        format!("{} hours", run.deployment.end.as_secs() / 3600),
        megabytes(early.resident as f64, 1),
        megabytes(last.resident as f64, 1),
        megabytes(run.peak() as f64, 1),
        early.threads.to_string(),
        last.threads.to_string(),
        seconds(run.cpu, 2),
        count(run.exchanges.len()),
    ]
}
