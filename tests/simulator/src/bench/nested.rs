//! Many nested deployments of ten resources each, nine of which have ended early.

use azure_simulator::Pace;

use super::{
    Bench, Failure, Report,
    case::{Case, Run},
    goals::{Goal, Measured},
    parallel, requests,
    table::{self, count, megabytes, seconds},
    templates,
    told::Delays,
};

/// Half an hour in a minute.
const SCALE: u32 = 30;

/// How the nested deployments follow each other.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// One after another, in so many rows side by side: more rows where one would take longer than half an hour.
    Rows(usize),
    /// All at once, until the last minute.
    AllRunning,
}

const CASES: [(usize, Order); 5] = [
    (10, Order::Rows(1)),
    (100, Order::Rows(1)),
    (500, Order::Rows(4)),
    (100, Order::AllRunning),
    (500, Order::AllRunning),
];

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let runs = parallel::each(CASES.to_vec(), CASES.len(), |case| {
        deployments(case)
            .pace(Pace::None)
            .run(&bench.program, SCALE)
    })?;
    let rows: Vec<_> = CASES
        .into_iter()
        .zip(&runs)
        .map(|(case, run)| row(case, run))
        .collect();
    let columns = [
        "nested deployments",
        "minutes",
        "requests",
        "a minute",
        "busiest minute",
        "MB down",
        "CPU s",
        "peak MB",
        "change told after: mean s",
        "worst s",
        "never told",
        "a request took s",
    ];
    let heading = format!("Nested deployments, over half an hour (scale {SCALE})");
    let measured = runs.last().map(measured).unwrap_or_default();
    Ok(Report {
        tables: vec![table::markdown(&heading, &columns, &rows)],
        measured,
    })
}

fn deployments((count, order): (usize, Order)) -> Case {
    match order {
        Order::Rows(rows) => templates::rows(count, rows),
        Order::AllRunning => templates::all_running(count),
    }
}

fn label((count, order): (usize, Order)) -> String {
    match order {
        Order::Rows(1) => format!("{count}, one after another"),
        Order::Rows(rows) => format!("{count}, one after another in {rows} rows"),
        Order::AllRunning => format!("{count} that all run to the end"),
    }
}

fn a_minute(run: &Run) -> f64 {
    run.exchanges.len() as f64 / (run.exit.as_secs_f64() / 60.0)
}

fn row(case: (usize, Order), run: &Run) -> Vec<String> {
    let delays = Delays::of(&run.deployment.resources, &run.log);
    vec![
        label(case),
        (run.deployment.end.as_secs() / 60).to_string(),
        count(run.exchanges.len()),
        format!("{:.0}", a_minute(run)),
        count(requests::busiest_minute(&run.exchanges)),
        megabytes(requests::bytes_down(&run.exchanges) as f64, 1),
        seconds(run.cpu, 2),
        megabytes(run.peak() as f64, 1),
        seconds(delays.all.mean(), 1),
        seconds(delays.all.worst(), 1),
        delays.untold.to_string(),
        seconds(requests::request_time(&run.exchanges), 2),
    ]
}

fn measured(largest: &Run) -> Vec<Measured> {
    let delays = Delays::of(&largest.deployment.resources, &largest.log);
    let one = |goal, value| Measured {
        goal,
        of: "no Retry-After".to_owned(),
        value,
    };
    vec![
        one(Goal::NestedRequests, a_minute(largest)),
        one(Goal::NestedChange, delays.all.worst().as_secs_f64()),
    ]
}
