//! From the start of the program to its first connection.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use azure_simulator::{Options, RESOURCE_GROUP, Simulator};
use serde_json::json;
use tempfile::TempDir;

use super::{
    Bench, Failure, Report, case,
    process::{self, Reading},
    statistics::Spread,
    table,
};

/// Time between two looks for the connection.
const PAUSE: Duration = Duration::from_micros(20);
/// Starts that are measured.
const STARTS: usize = 21;

/// One start. Times are real.
struct Start {
    wall: Duration,
    cpu: Duration,
    reading: Reading,
}

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let azure = Simulator::start(Options::default());
    let rows = [
        row("certificates of the system", bench, None)?,
        row(
            "one certificate (SSL_CERT_FILE)",
            bench,
            Some(azure.ca_file()),
        )?,
    ];
    let columns = [
        "trusts",
        "wall ms, median",
        "wall ms, worst",
        "CPU ms, median",
        "peak MB",
    ];
    let heading = format!("From the start to the first connection, {STARTS} starts");
    Ok(Report {
        tables: vec![table::markdown(&heading, &columns, &rows)],
        measured: Vec::new(),
    })
}

fn row(name: &str, bench: &Bench, trusted: Option<&Path>) -> Result<Vec<String>, Failure> {
    let starts = (0..STARTS).map(|_| start(bench, trusted));
    let starts: Vec<Start> = starts.collect::<Result<_, _>>()?;
    let spread = |of: fn(&Start) -> Duration| starts.iter().map(of).collect::<Spread>();
    let (wall, cpu) = (spread(|start| start.wall), spread(|start| start.cpu));
    let peak = starts
        .iter()
        .map(|start| start.reading.peak)
        .max()
        .unwrap_or_default();
    let milliseconds = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
    Ok(vec![
        name.to_owned(),
        milliseconds(wall.percentile(0.5)),
        milliseconds(wall.worst()),
        milliseconds(cpu.percentile(0.5)),
        table::megabytes(peak as f64, 1),
    ])
}

/// The first connection is that to GitHub for an id token; it is accepted and goes no further.
fn start(bench: &Bench, trusted: Option<&Path>) -> Result<Start, Failure> {
    let failed = |error: std::io::Error| Failure(error.to_string());
    let folder = TempDir::new().map_err(failed)?;
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let origin = format!("https://{}", listener.local_addr().map_err(failed)?);
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [],
    });
    let files = [("main.json".to_owned(), template.to_string())];
    let mut command = case::command(&bench.program, folder.path(), &files)?;
    command
        .env("INPUT_TEMPLATE-FILE", "main.json")
        .env("INPUT_RESOURCE-GROUP-NAME", RESOURCE_GROUP)
        .env("INPUT_RESOURCE-MANAGER-URL", &origin)
        .env("INPUT_AUTHORITY-URL", &origin)
        .env(
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            format!("{origin}/token?a=1"),
        )
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "none")
        .envs(trusted.map(|path| ("SSL_CERT_FILE", path)))
        .stdout(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().map_err(failed)?;
    let connected = await_connection(&listener, &mut child);
    let wall = begun.elapsed();
    let (cpu, reading) = (process::precise_cpu(child.id()), process::read(child.id()));
    // It waits for an answer that never comes.
    let _ = child.kill();
    child.wait().map_err(failed)?;
    connected?;
    Ok(Start {
        wall,
        cpu,
        reading: reading.unwrap_or_default(),
    })
}

/// # Errors
/// When the program ends before it connects.
fn await_connection(listener: &TcpListener, child: &mut Child) -> Result<(), Failure> {
    while listener.accept().is_err() {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Failure(format!(
                "the program ended before it connected: {status}"
            )));
        }
        sleep(PAUSE);
    }
    Ok(())
}
