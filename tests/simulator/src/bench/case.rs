//! One run of the program against a simulator of its own.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use azure_simulator::{
    CLIENT_ID, Exchange, Options, Pace, SUBSCRIPTION_ID, Service, Simulator, Snapshot, TENANT_ID,
};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    Failure,
    process::{self, Reading},
    told::{LogLine, plain},
};

/// The deployment's name.
pub(super) const NAME: &str = "bench";
/// The file of the template.
pub(super) const TEMPLATE: &str = "main.json";
/// The variable that makes the program's clock run as fast as the simulator's.
const TIME_SCALE: &str = "LONG_DEPLOY_TIME_SCALE";
/// Lines of the log that are shown when a run ends otherwise than it should.
const LAST_LINES: usize = 20;

/// What is deployed, and how.
pub(super) struct Case {
    pub(super) options: Options,
    inputs: Vec<(String, String)>,
    files: Vec<(String, String)>,
}

/// What came of it. All moments are simulated time since the simulator's start.
pub(super) struct Run {
    pub(super) exchanges: Vec<Exchange>,
    /// The deployment as it was at the end.
    pub(super) deployment: Snapshot,
    pub(super) log: Vec<LogLine>,
    pub(super) log_bytes: usize,
    pub(super) summary_bytes: usize,
    /// When the program had ended.
    pub(super) exit: Duration,
    pub(super) cpu: Duration,
    /// Readings of the process, with their moments.
    pub(super) readings: Vec<(Duration, Reading)>,
    pub(super) connections: usize,
}

impl Run {
    /// How long after the deployment the program ended.
    pub(super) fn delay(&self) -> Duration {
        self.exit.saturating_sub(self.deployment.end)
    }

    /// The most memory that the program had, in bytes.
    pub(super) fn peak(&self) -> u64 {
        peak(&self.readings)
    }
}

impl Case {
    /// A case that deploys `template` to the subscription, unless a resource group is among its inputs.
    pub(super) fn new(options: Options, template: Value) -> Self {
        let case = Self {
            options: Options {
                short_journal: true,
                // Longer than any run here, as that of a runner with other limits.
                request_token_lifetime: Duration::from_secs(14 * 24 * 3600),
                ..options
            },
            inputs: Vec::new(),
            files: Vec::new(),
        };
        case.file(TEMPLATE, &template.to_string())
            .input("template-file", TEMPLATE)
            .input("name", NAME)
            .input("timeout", "192h")
    }

    /// Gives the program an input.
    pub(super) fn input(mut self, name: &str, value: &str) -> Self {
        let name = format!("INPUT_{}", name.to_uppercase());
        self.inputs.push((name, value.to_owned()));
        self
    }

    /// Writes a file into the program's folder.
    pub(super) fn file(mut self, name: &str, content: &str) -> Self {
        self.files.push((name.to_owned(), content.to_owned()));
        self
    }

    /// Its template.
    pub(super) fn template(&self) -> &str {
        let found = self.files.iter().find(|(name, _)| name == TEMPLATE);
        found.map_or("", |(_, content)| content)
    }

    /// Sets what `Retry-After` says.
    pub(super) fn pace(mut self, pace: Pace) -> Self {
        self.options.retry_after = pace;
        self
    }

    /// Sets what makes the simulator's durations random.
    pub(super) fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// Sets how long resources take whose names begin with `early`.
    pub(super) fn quick(mut self, duration: Duration) -> Self {
        self.options.durations.push(("early*".to_owned(), duration));
        self
    }

    /// Lets a template have so many resources.
    pub(super) fn most(mut self, resources: usize) -> Self {
        self.options.most_resources = self.options.most_resources.max(resources);
        self
    }

    /// Runs the program with so many simulated seconds in a real one.
    ///
    /// # Errors
    /// When the program cannot be started, or does not succeed.
    pub(super) fn run(self, program: &Path, scale: u32) -> Result<Run, Failure> {
        let folder = TempDir::new().map_err(|error| Failure(format!("no folder: {error}")))?;
        let azure = Simulator::start(Options {
            time_scale: f64::from(scale),
            ..self.options
        });
        let mut command = command(program, folder.path(), &self.files)?;
        command
            .envs(azure.environment())
            .envs(self.inputs)
            .env("INPUT_RESOURCE-MANAGER-URL", azure.resource_manager_url())
            .env("INPUT_AUTHORITY-URL", azure.authority_url())
            .env(TIME_SCALE, scale.to_string());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure(format!("{}: {error}", program.display())))?;
        let observed = observe(&azure, &mut child);
        let status = child.wait().ok().and_then(|status| status.code());
        if status != Some(0) {
            return Err(unexpected(status, &observed.log, folder.path()));
        }
        let deployment = azure.deployment(NAME);
        let deployment = deployment.ok_or_else(|| Failure("nothing was deployed".to_owned()))?;
        Ok(Run {
            exchanges: azure.journal(),
            deployment,
            log_bytes: observed.bytes,
            summary_bytes: fs::read(folder.path().join("summary")).map_or(0, |text| text.len()),
            log: observed.log,
            exit: observed.exit,
            cpu: observed.cpu,
            readings: observed.readings,
            connections: azure.connections(Service::ResourceManager),
        })
    }
}

/// The program as GitHub's runner would start it, but for what leads to Azure.
///
/// # Errors
/// When its files cannot be written.
pub(super) fn command(
    program: &Path,
    folder: &Path,
    files: &[(String, String)],
) -> Result<Command, Failure> {
    let write = |name: &str, content: &str| -> Result<PathBuf, Failure> {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|error| Failure(format!("{name}: {error}")))?;
        Ok(path)
    };
    for (name, content) in files {
        write(name, content)?;
    }
    let stderr = fs::File::create(folder.join("stderr"));
    let stderr = stderr.map_err(|error| Failure(format!("stderr: {error}")))?;
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_RUN_ID", "1")
        .env("GITHUB_WORKSPACE", folder)
        .env("GITHUB_OUTPUT", write("output", "")?)
        .env("GITHUB_STATE", write("state", "")?)
        .env("GITHUB_STEP_SUMMARY", write("summary", "")?)
        .env("INPUT_ENVIRONMENT", "custom")
        .env("INPUT_CLIENT-ID", CLIENT_ID)
        .env("INPUT_TENANT-ID", TENANT_ID)
        .env("INPUT_SUBSCRIPTION-ID", SUBSCRIPTION_ID)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(stderr);
    Ok(command)
}

/// What was seen of a process from outside.
#[derive(Default)]
pub(super) struct Observed {
    pub(super) log: Vec<LogLine>,
    bytes: usize,
    pub(super) exit: Duration,
    pub(super) cpu: Duration,
    readings: Vec<(Duration, Reading)>,
}

impl Observed {
    /// The most memory that the process had, in bytes.
    pub(super) fn peak(&self) -> u64 {
        peak(&self.readings)
    }
}

fn peak(readings: &[(Duration, Reading)]) -> u64 {
    let peaks = readings.iter().map(|(_, reading)| reading.peak);
    peaks.max().unwrap_or_default()
}

/// Reads the program's log line by line, and looks at the process meanwhile.
pub(super) fn observe(azure: &Simulator, child: &mut Child) -> Observed {
    let (process, stdout) = (child.id(), child.stdout.take());
    let stop = AtomicBool::new(false);
    let mut observed = Observed::default();
    thread::scope(|scope| {
        let watch = scope.spawn(|| process::watch(process, &stop, || azure.elapsed()));
        read_log(azure, stdout, &mut observed);
        observed.exit = azure.elapsed();
        stop.store(true, Ordering::Relaxed);
        observed.readings = watch.join().unwrap_or_default();
    });
    observed.cpu = process::final_cpu(process);
    observed
}

fn read_log(azure: &Simulator, stdout: Option<ChildStdout>, observed: &mut Observed) {
    let lines = stdout
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines);
    for line in lines.map_while(Result::ok) {
        observed.bytes += line.len() + 1;
        observed.log.push(LogLine {
            at: azure.elapsed(),
            text: plain(&line),
        });
    }
}

fn unexpected(status: Option<i32>, log: &[LogLine], folder: &Path) -> Failure {
    let status = status.map_or("none".to_owned(), |status| status.to_string());
    let last = log.iter().skip(log.len().saturating_sub(LAST_LINES));
    let last: String = last.map(|line| format!("  {}\n", line.text)).collect();
    let stderr = fs::read_to_string(folder.join("stderr")).unwrap_or_default();
    Failure(format!(
        "the program ended with exit status {status}; its last words:\n{last}{stderr}"
    ))
}
