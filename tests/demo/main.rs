//! `cargo demo`: a hub network of two hours on a simulated Azure, in less than a minute; then once more as an update,
//! with earlier runs that tell how long it takes.
//!
//! With `--terminal`, the first one as it looks in a terminal. With `--without-refresh`, the same with one token that
//! nobody renews, as after `azure/login`.

#![expect(clippy::unwrap_used, reason = "a demonstration may fail by panicking")]
#![expect(clippy::print_stdout, reason = "it is there to be looked at")]

#[path = "../action/pty/pair.rs"]
mod pair;
mod terminal;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use azure_simulator::{
    CLIENT_ID, Exchange, Options, SUBSCRIPTION_ID, Service, Simulator, TENANT_ID,
    waterfall::waterfall,
};

/// Simulated seconds in a real one.
const SCALE: u32 = 200;
const INTRODUCTION: &str =
    "A hub network with firewall, VPN gateway, ExpressRoute gateway and domain controllers,
deployed to an Azure simulated on this machine, where 200 seconds pass in one.
Azure's tokens live 60 minutes here, GitHub's id tokens five.";

/// What updates take in relation to creations, and the standard deviation of the logarithm of what each takes.
const UPDATES: f64 = 0.3;
const SPREAD: f64 = 0.1;
/// Earlier runs, one a day.
const EARLIER: u32 = 5;
const DAY: Duration = Duration::from_secs(24 * 3_600);

fn main() -> ExitCode {
    let refresh = !is_asked_for("--without-refresh");
    println!("{INTRODUCTION}");
    let as_promised = if refresh {
        first() && (is_asked_for("--terminal") || second())
    } else {
        expired()
    };
    if as_promised {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn is_asked_for(flag: &str) -> bool {
    std::env::args().any(|argument| argument == flag)
}

/// The hub is deployed for the first time; returns whether all went as promised.
fn first() -> bool {
    println!("The token is refreshed.\n");
    let azure = azure(Options::default());
    let status = deploy(&azure, "demo", true);
    refreshed(&azure, status)
}

/// The hub is updated, after several updates before.
fn second() -> bool {
    println!("\nOnce more: an update of the same hub, after {EARLIER} earlier ones.\n");
    let azure = azure(Options {
        past: DAY * (EARLIER + 1),
        updates: UPDATES,
        spread: SPREAD,
        ..Options::default()
    });
    let (template, parameters) = declared();
    // The first one created it, which is no measure of an update.
    for day in (0..=EARLIER).rev() {
        let ago = DAY * day + DAY / 2;
        azure.deploy_earlier(&earlier(day), &template, &parameters, ago);
    }
    let status = deploy(&azure, "demo-update", true);
    status == Some(0)
}

/// One token, which nobody refreshes.
fn expired() -> bool {
    println!("One token, never refreshed.\n");
    let azure = azure(Options::default());
    deploy(&azure, "demo", false) == Some(3)
}

fn azure(options: Options) -> Simulator {
    Simulator::start(Options {
        time_scale: f64::from(SCALE),
        durations: durations(),
        ..options
    })
}

/// Runs the program, with its files in a folder of this name; returns its exit status.
fn deploy(azure: &Simulator, folder: &str, refresh: bool) -> Option<i32> {
    let folder = fresh_folder(folder);
    let begun = Instant::now();
    let since = azure.elapsed();
    let status = run(azure, &folder, refresh);
    conclude(
        azure,
        &folder,
        azure.elapsed() - since,
        begun.elapsed(),
        status,
    );
    status
}

/// The id of the run of so many days before.
fn earlier(day: u32) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Resources/deployments/hub-{}-abcdef",
        1_000 - day
    )
}

/// The hub as JSON, and its parameters.
fn declared() -> (Value, Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hub");
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let mut parameters = read("hub.parameters.json")["parameters"].take();
    for secret in ["adminPassword", "vpnSharedKey"] {
        parameters[secret] = json!({"value": "not-a-real-one"});
    }
    (read("hub.json"), parameters)
}

/// The slow resources at the slow end of what they take.
fn durations() -> Vec<(String, Duration)> {
    [
        ("vgw-hub", 50),
        ("ergw-hub", 44),
        ("afw-hub", 11),
        ("vm-hub-dc1/promote", 5),
    ]
    .map(|(name, minutes)| (name.to_owned(), Duration::from_secs(60 * minutes)))
    .to_vec()
}

/// An empty folder for the runner's files, which stay for a look.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Starts the program as GitHub's runner does, and shows its log as GitHub would.
fn run(azure: &Simulator, folder: &Path, refresh: bool) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_long-deploy"));
    command.env_clear().envs(environment(azure, folder));
    if !refresh {
        let token = folder.join("id-token");
        fs::write(&token, azure.mint_assertion()).unwrap();
        command
            .env("INPUT_AUTH-TYPE", "workload-identity")
            .env("AZURE_FEDERATED_TOKEN_FILE", token);
    }
    if is_asked_for("--terminal") {
        return terminal::run(command);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if let Some(line) = as_github_shows(&line.unwrap()) {
            println!("{line}");
        }
    }
    child.wait().unwrap().code()
}

fn environment(azure: &Simulator, folder: &Path) -> Vec<(String, String)> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = |name: &str| {
        let path = folder.join(name);
        fs::write(&path, "").unwrap();
        path.display().to_string()
    };
    let scale = SCALE.to_string();
    let mut environment = azure.environment();
    environment.extend(
        [
            ("INPUT_ENVIRONMENT", "custom"),
            (
                "INPUT_RESOURCE-MANAGER-URL",
                azure.resource_manager_url().as_ref(),
            ),
            ("INPUT_AUTHORITY-URL", azure.authority_url().as_ref()),
            ("INPUT_CLIENT-ID", CLIENT_ID),
            ("INPUT_TENANT-ID", TENANT_ID),
            ("INPUT_SUBSCRIPTION-ID", SUBSCRIPTION_ID),
            ("INPUT_LOCATION", "westeurope"),
            (
                "INPUT_REPORT-FILE",
                &folder.join("report.json").display().to_string(),
            ),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_RUN_ID", "1"),
            ("GITHUB_JOB", "hub"),
            ("GITHUB_ACTION", "deploy"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &azure.collector_url()),
            ("GITHUB_WORKSPACE", &project.display().to_string()),
            ("GITHUB_OUTPUT", &file("output")),
            ("GITHUB_STATE", &file("state")),
            ("GITHUB_STEP_SUMMARY", &file("summary.md")),
            ("LONG_DEPLOY_TIME_SCALE", &scale),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    environment.extend(hub(folder));
    environment
}

/// The hub in Bicep, where there is a compiler; else what it compiles to.
fn hub(folder: &Path) -> Vec<(String, String)> {
    let hub = match bicep() {
        Some(bicep) => vec![
            ("INPUT_BICEP-PATH", bicep.display().to_string()),
            (
                "INPUT_PARAMETERS-FILE",
                "examples/hub/hub.bicepparam".to_owned(),
            ),
            (
                "INPUT_PARAMETERS",
                "{\"vpnSharedKey\": \"neither-is-this\"}".to_owned(),
            ),
            ("HUB_ADMIN_PASSWORD", "not-a-real-one".to_owned()),
            ("RUNNER_TEMP", folder.display().to_string()),
        ],
        None => vec![
            ("INPUT_TEMPLATE-FILE", "examples/hub/hub.json".to_owned()),
            (
                "INPUT_PARAMETERS-FILE",
                "examples/hub/hub.parameters.json".to_owned(),
            ),
            (
                "INPUT_PARAMETERS",
                "adminPassword=not-a-real-one\nvpnSharedKey=neither-is-this".to_owned(),
            ),
        ],
    };
    let named = |(name, value): (&str, String)| (name.to_owned(), value);
    hub.into_iter().map(named).collect()
}

/// The Bicep program that the variable `BICEP` names, or of the `PATH`.
fn bicep() -> Option<PathBuf> {
    let named = std::env::var_os("BICEP").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("bicep"));
    let mut all = named.into_iter().chain(on_path);
    all.find(|path| path.is_file())
}

/// A line of the log as GitHub shows it; `None` for what it keeps to itself.
fn as_github_shows(line: &str) -> Option<String> {
    let Some((command, text)) = line
        .strip_prefix("::")
        .and_then(|line| line.split_once("::"))
    else {
        return Some(line.to_owned());
    };
    let text = text
        .replace("%0A", "\n")
        .replace("%0D", "\r")
        .replace("%25", "%");
    match command.split(' ').next()? {
        "group" => Some(format!("▾ {text}")),
        "error" => Some(format!("\u{1b}[31mError:\u{1b}[0m {text}")),
        "warning" => Some(format!("\u{1b}[33mWarning:\u{1b}[0m {text}")),
        "notice" => Some(format!("Notice: {text}")),
        _ => None,
    }
}

fn conclude(
    azure: &Simulator,
    folder: &Path,
    simulated: Duration,
    real: Duration,
    status: Option<i32>,
) {
    let exchanges = azure.journal();
    println!();
    println!(
        "exit status         {}",
        status.map_or("none".to_owned(), |status| status.to_string())
    );
    println!(
        "time that passed    {} simulated minutes in {} s",
        simulated.as_secs() / 60,
        real.as_secs()
    );
    println!("requests            {}", exchanges.len());
    println!("tokens issued       {}", tokens(&exchanges));
    println!("expired tokens met  {}", unauthorized(&exchanges));
    for (what, file) in [
        ("step summary", "summary.md"),
        ("outputs", "output"),
        ("report", "report.json"),
    ] {
        let path = folder.join(file);
        // A terminal has no place for some of them.
        if path.metadata().is_ok_and(|written| written.len() > 0) {
            println!("{what:<20}{}", path.display());
        }
    }
    let trace = folder.join("trace.svg");
    fs::write(&trace, waterfall(&azure.spans())).unwrap();
    println!("{:<20}{}", "trace", trace.display());
}

/// Whether the run went past the hour with at least two refreshes and without a single 401.
fn refreshed(azure: &Simulator, status: Option<i32>) -> bool {
    let exchanges = azure.journal();
    status == Some(0) && tokens(&exchanges) >= 3 && unauthorized(&exchanges) == 0
}

fn tokens(exchanges: &[Exchange]) -> usize {
    let issued =
        |exchange: &&Exchange| exchange.service == Service::Entra && exchange.status == Some(200);
    exchanges.iter().filter(issued).count()
}

fn unauthorized(exchanges: &[Exchange]) -> usize {
    let refused = |exchange: &&Exchange| {
        exchange.service == Service::ResourceManager && exchange.status == Some(401)
    };
    exchanges.iter().filter(refused).count()
}
