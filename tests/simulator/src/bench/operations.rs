//! One deployment with ever more operations, nearly all of which have ended early.

use std::time::Duration;

use azure_simulator::Pace;

use super::{
    Bench, Failure, Report,
    case::Run,
    goals::{Goal, Measured},
    parallel,
    requests::{self, Kind},
    table::{self, count, megabytes, seconds},
    templates,
};

/// Half an hour in a minute.
const SCALE: u32 = 30;
const COUNTS: [usize; 4] = [10, 100, 1_000, 10_000];
const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let runs = parallel::each(COUNTS.to_vec(), COUNTS.len(), |count| {
        let case = templates::flat(count).pace(Pace::None);
        case.run(&bench.program, SCALE)
    })?;
    let rows: Vec<_> = COUNTS
        .iter()
        .zip(&runs)
        .map(|(count, run)| row(*count, run))
        .collect();
    let columns = [
        "operations",
        "requests",
        "looks",
        "MB down an hour",
        "CPU s",
        "CPU ms a look",
        "peak MB",
        "log kB",
        "summary kB",
        "a request took s",
    ];
    let heading = format!("Operations of one deployment, over half an hour (scale {SCALE})");
    let measured = runs.last().map(measured).unwrap_or_default();
    Ok(Report {
        tables: vec![table::markdown(&heading, &columns, &rows)],
        measured,
    })
}

/// How often the first page of the deployment's operations was read.
fn looks(run: &Run) -> usize {
    let first = run.exchanges.iter().filter(|exchange| {
        let root = &run.deployment.id;
        let kind = Kind::of(exchange.service, &exchange.method, &exchange.path, root);
        kind == Kind::RootOperations && !exchange.query.contains_key("$skiptoken")
    });
    first.count()
}

fn hourly(run: &Run) -> f64 {
    let hours = run.exit.as_secs_f64() / HOUR.as_secs_f64();
    requests::bytes_down(&run.exchanges) as f64 / hours
}

fn row(operations: usize, run: &Run) -> Vec<String> {
    let looks = looks(run);
    let milliseconds = run.cpu.as_secs_f64() * 1e3 / looks.max(1) as f64;
    vec![
        count(operations),
        count(run.exchanges.len()),
        count(looks),
        megabytes(hourly(run), 1),
        seconds(run.cpu, 2),
        format!("{milliseconds:.1}"),
        megabytes(run.peak() as f64, 1),
        count(run.log_bytes / 1000),
        count(run.summary_bytes / 1000),
        seconds(requests::request_time(&run.exchanges), 2),
    ]
}

fn measured(largest: &Run) -> Vec<Measured> {
    let one = |goal, value| Measured {
        goal,
        of: "no Retry-After".to_owned(),
        value,
    };
    vec![
        one(Goal::OperationsMegabytes, hourly(largest) / 1e6),
        one(Goal::OperationsMemory, largest.peak() as f64 / 1e6),
    ]
}
