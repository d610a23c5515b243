//! The same deployment in real time with Azure's command line, where that is installed.

use std::{
    fs,
    path::Path,
    thread::{scope, sleep},
    time::Duration,
};

use azure_simulator::{Exchange, Simulator};
use tempfile::TempDir;

use super::{
    Bench, Failure, Report,
    az::{self, Az},
    case::{NAME, Observed, Run, TEMPLATE},
    requests,
    table::{self, count, megabytes, seconds},
    templates,
};

/// How long the slowest resource takes: others do not have a clock that can be made faster.
const LENGTH: Duration = Duration::from_secs(120);
/// Time between two looks of a loop in a workflow.
const PAUSE: Duration = Duration::from_secs(30);

/// What a way to deploy costs.
struct Costs {
    cpu: Duration,
    peak: u64,
    requests: usize,
    bytes: usize,
    delay: Duration,
}

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let Some(program) = az::find() else {
        return Ok(Report {
            tables: vec!["az is not installed, so there is nothing to compare with.\n".to_owned()],
            ..Report::default()
        });
    };
    let (ours, create, poll) = scope(|scope| {
        let create = scope.spawn(|| with_az(&program, create));
        let poll = scope.spawn(|| with_az(&program, poll));
        let ours = templates::small(LENGTH).run(&bench.program, 1);
        let ended = || Failure("it ended by a panic".to_owned());
        let join = |other: Result<_, _>| other.unwrap_or_else(|_| Err(ended()));
        (ours, join(create.join()), join(poll.join()))
    });
    let ours = own(&ours?);
    let rows = [
        row("this program", &ours, &ours),
        row("az deployment group create", &create?, &ours),
        row("az deployment group show every 30 s", &poll?, &ours),
    ];
    let columns = [
        "program",
        "CPU s",
        "x ours",
        "peak MB",
        "x ours",
        "requests",
        "x ours",
        "kB down",
        "end told after s",
    ];
    let heading = format!(
        "A deployment of {} s beside az (real time)",
        LENGTH.as_secs()
    );
    Ok(Report {
        tables: vec![table::markdown(&heading, &columns, &rows)],
        measured: Vec::new(),
    })
}

fn own(run: &Run) -> Costs {
    Costs {
        cpu: run.cpu,
        peak: run.peak(),
        requests: run.exchanges.len(),
        bytes: requests::bytes_down(&run.exchanges),
        delay: run.delay(),
    }
}

/// What az costs with its sign-in, which a workflow needs as well.
fn with_az(
    program: &Path,
    deploy: fn(&Az<'_>) -> Result<Vec<Observed>, Failure>,
) -> Result<Costs, Failure> {
    let folder = TempDir::new().map_err(|error| Failure(format!("no folder: {error}")))?;
    let case = templates::small(LENGTH);
    let template = folder.path().join(TEMPLATE);
    fs::write(&template, case.template())
        .map_err(|error| Failure(format!("{TEMPLATE}: {error}")))?;
    let azure = Simulator::start(case.options);
    let az = Az {
        program,
        folder: folder.path(),
        azure: &azure,
    };
    az.prepare()?;
    let sign_in = az.sign_in()?;
    let mut commands = deploy(&az)?;
    let end = azure
        .deployment(NAME)
        .map(|found| found.end)
        .unwrap_or_default();
    let exit = commands.last().map(|last| last.exit).unwrap_or_default();
    commands.push(sign_in);
    let exchanges: Vec<Exchange> = azure.journal();
    Ok(Costs {
        cpu: commands.iter().map(|command| command.cpu).sum(),
        peak: commands
            .iter()
            .map(Observed::peak)
            .max()
            .unwrap_or_default(),
        requests: exchanges.len(),
        bytes: requests::bytes_down(&exchanges),
        delay: exit.saturating_sub(end),
    })
}

fn create(az: &Az<'_>) -> Result<Vec<Observed>, Failure> {
    Ok(vec![
        az.deployment("create", &["--template-file", TEMPLATE])?,
    ])
}

fn poll(az: &Az<'_>) -> Result<Vec<Observed>, Failure> {
    let mut commands = vec![az.deployment("create", &["--template-file", TEMPLATE, "--no-wait"])?];
    loop {
        sleep(PAUSE);
        let query = ["--query", "properties.provisioningState", "--output", "tsv"];
        let shown = az.deployment("show", &query)?;
        let has_ended = shown.log.iter().any(|line| line.text == "Succeeded");
        commands.push(shown);
        if has_ended {
            return Ok(commands);
        }
    }
}

fn row(name: &str, costs: &Costs, ours: &Costs) -> Vec<String> {
    let times = |own: f64, ours: f64| format!("{:.1}", own / ours);
    vec![
        name.to_owned(),
        seconds(costs.cpu, 2),
        times(costs.cpu.as_secs_f64(), ours.cpu.as_secs_f64()),
        megabytes(costs.peak as f64, 1),
        times(costs.peak as f64, ours.peak as f64),
        count(costs.requests),
        times(costs.requests as f64, ours.requests as f64),
        count(costs.bytes / 1000),
        seconds(costs.delay, 1),
    ]
}
