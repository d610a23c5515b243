//! One step in a container, with the mounts and the environment that GitHub's runner gives it.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufReader, Read},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use azure_simulator::{CLIENT_ID, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Simulator, TENANT_ID};
use serde_json::Value;
use tempfile::TempDir;

use super::{grammar, process};

/// Simulated seconds in a real one.
const SCALE: u32 = 240;
/// What the log says once the deployment is Azure's.
pub const ACCEPTED: &str = "Azure accepted the deployment";
/// The user as which GitHub's own runners work.
const RUNNER: u32 = 1001;
/// What the runner mounts below `/github`.
const MOUNTS: [&str; 5] = [
    "workspace",
    "home",
    "workflow",
    "file_commands",
    "runner_temp",
];
/// The files through which a step tells the runner something.
const FILES: [&str; 3] = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"];

/// The image to test; without one the test is skipped, and says so.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn image() -> Option<String> {
    let image = env::var("LONG_DEPLOY_IMAGE").ok();
    if image.is_none() {
        eprintln!("SKIPPED: LONG_DEPLOY_IMAGE names no image (tests/image.sh sets it)");
    }
    image
}

/// Docker with these arguments.
pub fn docker(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(arguments);
    command
}

/// An Azure whose gateway takes twelve minutes.
pub fn azure() -> Simulator {
    let gateway = "Microsoft.Network/virtualNetworkGateways".to_owned();
    Simulator::start(Options {
        time_scale: f64::from(SCALE),
        durations: vec![(gateway, Duration::from_secs(12 * 60))],
        ..Options::default()
    })
}

/// A step that is to run in a container.
pub struct Container {
    image: String,
    folder: TempDir,
    environment: BTreeMap<String, String>,
    options: Vec<String>,
    arguments: Vec<String>,
    read_only: bool,
}

/// What came of a step.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<i32>,
    pub log: String,
    pub outputs: BTreeMap<String, String>,
    pub state: BTreeMap<String, String>,
    pub summary: String,
}

impl Container {
    /// A container without anything to do.
    pub fn new(image: &str) -> Self {
        let folder = TempDir::new().unwrap();
        for mount in MOUNTS {
            fs::create_dir(folder.path().join(mount)).unwrap();
        }
        for file in FILES {
            fs::write(folder.path().join("file_commands").join(file), "").unwrap();
        }
        let files = FILES.map(|file| (file.to_owned(), format!("/github/file_commands/{file}")));
        let variables = [
            ("HOME", "/github/home"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_WORKSPACE", "/github/workspace"),
            ("GITHUB_RUN_ID", "4711"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_REPOSITORY", "contoso/platform"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("RUNNER_TEMP", "/github/runner_temp"),
            // Stays a path of the runner, which is not mounted.
            ("RUNNER_TOOL_CACHE", "/opt/hostedtoolcache"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            image: image.to_owned(),
            folder,
            environment: variables.into_iter().chain(files).collect(),
            options: vec!["--network=host".to_owned()],
            arguments: Vec::new(),
            read_only: false,
        }
    }

    /// A step that deploys `template` to the resource group of `azure`.
    pub fn deploying(image: &str, azure: &Simulator, template: &Value) -> Self {
        let authority = fs::read(azure.ca_file()).unwrap();
        let from_azure = azure.environment().into_iter();
        from_azure
            .fold(Self::new(image), |step, (name, value)| {
                step.environment(&name, &value)
            })
            .environment("SSL_CERT_FILE", "/github/workspace/ca.pem")
            .environment("LONG_DEPLOY_TIME_SCALE", &SCALE.to_string())
            .file("ca.pem", authority)
            .file("main.json", template.to_string())
            .input("environment", "custom")
            .input("resource-manager-url", &azure.resource_manager_url())
            .input("authority-url", &azure.authority_url())
            .input("client-id", CLIENT_ID)
            .input("tenant-id", TENANT_ID)
            .input("subscription-id", SUBSCRIPTION_ID)
            .input("resource-group-name", RESOURCE_GROUP)
            .input("template-file", "main.json")
            // Declared in action.yml and not given.
            .input("location", "")
    }

    /// Gives an input as the runner does: in upper case, with its hyphens.
    pub fn input(self, name: &str, value: &str) -> Self {
        self.environment(&format!("INPUT_{}", name.to_uppercase()), value)
    }

    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Adds options of `docker run`; those of the same name win over earlier ones.
    pub fn options(mut self, options: &[&str]) -> Self {
        self.options
            .extend(options.iter().map(|&option| option.to_owned()));
        self
    }

    /// Cuts the container off from every network.
    pub fn without_network(mut self) -> Self {
        self.options = vec!["--network=none".to_owned()];
        self
    }

    /// Mounts the workspace so that it cannot be written.
    pub fn with_read_only_workspace(mut self) -> Self {
        self.read_only = true;
        self
    }

    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|&text| text.to_owned()).collect();
        self
    }

    /// Writes a file into the workspace.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.workspace().join(name), content).unwrap();
        self
    }

    /// Makes it the post step of a step that left `outcome`: another container of the same image.
    pub fn after(self, outcome: &Outcome) -> Self {
        let step = self.options(&["--entrypoint=/long-deploy-post"]);
        outcome.state.iter().fold(step, |step, (name, value)| {
            step.environment(&format!("STATE_{name}"), value)
        })
    }

    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    pub fn run(self) -> Outcome {
        self.start().outcome()
    }

    pub fn start(self) -> Running {
        self.give_to_runner();
        let mut child = self.command().spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running {
            step: self,
            child,
            stdout,
            log: String::new(),
        }
    }

    /// The runner's folders belong to its user, and the container works as root.
    fn give_to_runner(&self) {
        let is_root = rustix::process::geteuid().is_root();
        for path in MOUNTS.map(|mount| self.folder.path().join(mount)) {
            if is_root {
                chown(path, Some(RUNNER), Some(RUNNER)).unwrap();
            }
        }
    }

    /// What the runner starts: without `-i`, `-t`, `--init` and `--user`. Values are not in its arguments, which every
    /// process of the machine may read.
    fn command(&self) -> Command {
        let mut command = docker(&["run", "--rm", "--workdir=/github/workspace"]);
        for mount in MOUNTS {
            let folder = self.folder.path().join(mount);
            let mode = if self.read_only && mount == "workspace" {
                ":ro"
            } else {
                ""
            };
            command.arg(format!(
                "--volume={}:/github/{mount}{mode}",
                folder.display()
            ));
        }
        for name in self.environment.keys() {
            command.args(["--env", name]);
        }
        command
            .args(&self.options)
            .arg(&self.image)
            .args(&self.arguments)
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn outcome(&self, status: Option<i32>, log: String) -> Outcome {
        let read = |file| fs::read_to_string(self.folder.path().join("file_commands").join(file));
        let [outputs, state, summary] = FILES.map(|file| read(file).unwrap());
        Outcome {
            status,
            outputs: grammar::parse(&outputs),
            state: grammar::parse(&state),
            summary,
            log,
        }
    }
}

/// A step that runs.
pub struct Running {
    step: Container,
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

    /// Waits until something in the container writes to this pipe.
    pub fn until_told_by(self, pipe: &Path) -> Self {
        // With a bound, as the container may end without having written.
        let told = Command::new("timeout")
            .args(["120", "cat"])
            .arg(pipe)
            .output();
        assert!(told.unwrap().status.success(), "nothing was told");
        self
    }

    /// Sends a signal to Docker's client, as the runner does; it passes it on to process 1 of the container.
    pub fn signal(self, name: &str) -> Self {
        process::send(&self.child, name);
        self
    }

    /// Waits for the end.
    pub fn outcome(mut self) -> Outcome {
        self.end()
    }

    /// Waits for the end, then looks at what is there.
    pub fn outcome_and(mut self, look: impl FnOnce()) -> Outcome {
        let outcome = self.end();
        look();
        outcome
    }

    fn end(&mut self) -> Outcome {
        self.stdout.read_to_string(&mut self.log).unwrap();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut self.log).unwrap();
        }
        let status = self.child.wait().unwrap();
        self.step
            .outcome(status.code(), std::mem::take(&mut self.log))
    }
}

impl Outcome {
    /// Checks the exit status, and shows the log if it is another.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.log);
        self
    }

    /// Checks that the log says this.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(
            self.log.contains(words),
            "{words:?} is not said:\n{}",
            self.log
        );
        self
    }

    /// An output.
    #[track_caller]
    pub fn output(&self, name: &str) -> &str {
        let output = self.outputs.get(name);
        output.unwrap_or_else(|| panic!("no output {name}: {:?}\n{}", self.outputs, self.log))
    }
}
