//! One step of a workflow: the program with its inputs and files, and what came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use azure_simulator::{
    CLIENT_ID, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Simulator, TENANT_ID, Witness,
};
use serde_json::Value;
use tempfile::TempDir;

use super::{grammar, process};

/// Simulated seconds in a real one, for tests that do not ask for another scale.
pub const SCALE: u32 = 240;

/// What the log says once the deployment is Azure's.
pub const ACCEPTED: &str = "Azure accepted the deployment";

/// An Azure with the scale of these tests.
pub fn azure() -> Simulator {
    Simulator::start(options())
}

/// Options with the scale of these tests, and a gateway that does not take longer than they need.
pub fn options() -> Options {
    let gateway = "Microsoft.Network/virtualNetworkGateways".to_owned();
    Options {
        time_scale: f64::from(SCALE),
        durations: vec![(gateway, Duration::from_secs(12 * 60))],
        ..Options::default()
    }
}

/// A step of a workflow, with the environment that the runner would give it.
pub struct Step {
    program: &'static str,
    folder: TempDir,
    environment: BTreeMap<String, String>,
    /// Files that the test wrote, which may hold secrets.
    given: BTreeSet<PathBuf>,
    witness: Witness,
}

/// What came of a step.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<i32>,
    pub log: String,
    /// The log with its colours and marks.
    pub printed: String,
    pub outputs: BTreeMap<String, String>,
    pub state: BTreeMap<String, String>,
    pub summary: String,
}

impl Step {
    /// A step that deploys `template` to the resource group of `azure`, signed in with GitHub's id token.
    pub fn new(azure: &Simulator, template: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        let mut environment: BTreeMap<_, _> = azure.environment().into_iter().collect();
        for file in ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"] {
            let path = folder.path().join(file);
            fs::write(&path, "").unwrap();
            environment.insert(file.to_owned(), path.display().to_string());
        }
        for (name, value) in [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_RUN_ID", "4711"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_REPOSITORY", "contoso/platform"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("LONG_DEPLOY_TIME_SCALE", &SCALE.to_string()),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        let workspace = folder.path().display().to_string();
        Self {
            program: "/long-deploy",
            folder,
            environment,
            given: BTreeSet::new(),
            witness: azure.witness(),
        }
        .file("main.json", template.to_string())
        .input("environment", "custom")
        .input("resource-manager-url", azure.resource_manager_url())
        .input("authority-url", azure.authority_url())
        .input("client-id", CLIENT_ID)
        .input("tenant-id", TENANT_ID)
        .input("subscription-id", SUBSCRIPTION_ID)
        .input("resource-group-name", RESOURCE_GROUP)
        .input("template-file", "main.json")
        .environment("GITHUB_WORKSPACE", &workspace)
    }

    /// Makes it the post step of a step that left `outcome`.
    pub fn after(self, outcome: &Outcome) -> Self {
        let step = Self {
            program: "/long-deploy-post",
            ..self
        };
        let saved = outcome.state.iter();
        saved.fold(step, |step, (name, value)| {
            step.environment(&format!("STATE_{name}"), value)
        })
    }

    /// Gives an input; an empty value takes it away.
    pub fn input(self, name: &str, value: impl AsRef<str>) -> Self {
        let name = format!("INPUT_{}", name.to_uppercase());
        self.environment(&name, value.as_ref())
    }

    /// Gives several inputs.
    pub fn inputs(self, inputs: &[(&str, &str)]) -> Self {
        inputs
            .iter()
            .fold(self, |step, (name, value)| step.input(name, value))
    }

    /// Sets an environment variable; an empty value takes it away.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            self.environment.remove(name);
        } else {
            self.environment.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    /// Writes a file into the workspace.
    pub fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        self.given.insert(path);
        self
    }

    /// Says that this file holds a secret by intention, as an output that the author wants to be handed on.
    pub fn reveals(mut self, name: &str) -> Self {
        let path = self.path(name);
        self.given.insert(path);
        self
    }

    /// Where a file of the workspace is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the step to its end.
    pub fn run(self) -> Outcome {
        self.start().outcome()
    }

    /// Runs the step to its end, then calls `look` while its workspace is still there.
    pub fn run_and(self, look: impl FnOnce()) -> Outcome {
        let mut running = self.start();
        let outcome = running.end();
        look();
        outcome
    }

    /// Starts the step.
    pub fn start(self) -> Running {
        let mut child = self.command().spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running {
            step: self,
            child,
            stdout,
            log: String::new(),
        }
    }

    /// Runs the step until Azure has accepted its deployment, and kills it then.
    pub fn killed(self) -> Outcome {
        self.start().until(ACCEPTED).signal("KILL").outcome()
    }

    /// The command that the runner would start.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_long-deploy"));
        command
            .arg0(self.program)
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What came of the step, which ended with `status` and wrote `log`.
    pub fn outcome(&self, status: Option<i32>, log: &str) -> Outcome {
        self.hides_every_secret(log);
        let read = |file| fs::read_to_string(self.path(file)).unwrap();
        Outcome {
            status,
            outputs: grammar::parse(&read("GITHUB_OUTPUT")),
            state: grammar::parse(&read("GITHUB_STATE")),
            summary: read("GITHUB_STEP_SUMMARY"),
            log: plain(log),
            printed: log.to_owned(),
        }
    }
}

impl Step {
    /// Checks that neither the log nor any file that the step wrote holds what was secret to it, as it stands or as
    /// GitHub draws it.
    #[track_caller]
    fn hides_every_secret(&self, log: &str) {
        let masks = ["::add-mask::", "##vso[task.setsecret]"];
        let is_shown = |line: &&str| !masks.iter().any(|mask| line.starts_with(mask));
        let shown: String = log.lines().filter(is_shown).collect::<Vec<_>>().join("\n");
        let secrets = self.witness.secrets();
        let check = |place: &str, text: &str| {
            for secret in &secrets {
                let is_held =
                    text.contains(secret.as_str()) || drawn(text).contains(secret.as_str());
                assert!(!is_held, "{place} holds {secret:?}:\n{text}");
            }
        };
        check("the log", &shown);
        for path in files(self.folder.path()) {
            if !self.given.contains(&path) {
                let content = fs::read(&path).unwrap_or_default();
                check(
                    &path.display().to_string(),
                    &String::from_utf8_lossy(&content),
                );
            }
        }
    }
}

/// The regular files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

/// The text with its character references resolved, as far as ours go.
fn drawn(text: &str) -> String {
    let mut pieces = text.split("&#");
    let mut drawn = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let reference = piece.split_once(';').and_then(|(number, rest)| {
            let character = char::from_u32(number.parse().ok()?)?;
            Some((character, rest))
        });
        match reference {
            Some((character, rest)) => {
                drawn.push(character);
                drawn.push_str(rest);
            }
            None => {
                drawn.push_str("&#");
                drawn.push_str(piece);
            }
        }
    }
    drawn
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// A step that runs.
pub struct Running {
    step: Step,
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: String,
}

impl Running {
    /// Waits until the log says this.
    #[track_caller]
    pub fn until(mut self, words: &str) -> Self {
        process::read_until(&mut self.stdout, &mut self.log, words);
        self
    }

    /// Sends a signal, as `docker` passes it on when the run is cancelled.
    pub fn signal(self, name: &str) -> Self {
        process::send(&self.child, name);
        self
    }

    /// Waits for the end.
    pub fn outcome(mut self) -> Outcome {
        self.end()
    }

    /// Waits for the end, and looks at what came of it while the workspace is still there.
    pub fn seen<T>(mut self, look: impl FnOnce(Outcome) -> T) -> T {
        let outcome = self.end();
        look(outcome)
    }

    fn end(&mut self) -> Outcome {
        self.stdout
            .read_to_string(&mut self.log)
            .expect("the log is UTF-8");
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr
                .read_to_string(&mut self.log)
                .expect("the log is UTF-8");
        }
        let status = self.child.wait().unwrap();
        self.step.outcome(status.code(), &self.log)
    }
}

impl Outcome {
    /// Checks the exit status, and shows the log if it is another.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.log);
        self
    }

    /// Checks that the log says all of this.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for words in words {
            assert!(
                self.log.contains(words),
                "{words:?} is not in the log:\n{}",
                self.log
            );
        }
        self
    }

    /// Checks that neither log, outputs, state nor summary hold this.
    #[track_caller]
    pub fn hides(self, secret: &str) -> Self {
        let masks: String = (self.log.lines())
            .filter(|line| !line.starts_with("::add-mask::"))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(
            !masks.contains(secret),
            "the log shows {secret:?}:\n{masks}"
        );
        assert!(
            !self.summary.contains(secret),
            "the summary shows {secret:?}"
        );
        for (name, value) in self.outputs.iter().chain(&self.state) {
            assert!(!value.contains(secret), "{name} shows {secret:?}");
        }
        self
    }

    /// An output.
    #[track_caller]
    pub fn output(&self, name: &str) -> &str {
        self.outputs
            .get(name)
            .unwrap_or_else(|| panic!("no output {name}: {:?}\n{}", self.outputs, self.log))
    }
}

/// The text without the escape sequences of its colours.
fn plain(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or(piece, |(_, rest)| rest));
    }
    plain
}
