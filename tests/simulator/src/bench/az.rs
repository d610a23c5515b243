//! Azure's command line, signed in to a simulator.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use azure_simulator::{CLIENT_ID, RESOURCE_GROUP, SECRET, Simulator, TENANT_ID};

use super::{
    Failure,
    case::{NAME, Observed, observe},
};

/// Names the program, if it is not the one of the `PATH`.
const AZ: &str = "AZ";
/// How it calls the simulator.
const CLOUD: &str = "Simulated";
/// What it would otherwise ask the network for.
const SETTINGS: [&str; 3] = [
    "core.instance_discovery=false",
    "core.collect_telemetry=false",
    "auto-upgrade.enable=no",
];

/// Where it is, if it is installed.
pub(super) fn find() -> Option<PathBuf> {
    let named = env::var_os(AZ).map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("az"));
    let mut all = named.into_iter().chain(on_path);
    all.find(|path| path.is_file())
}

/// The command line with a folder of its own for what it keeps.
pub(super) struct Az<'a> {
    pub(super) program: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) azure: &'a Simulator,
}

impl Az<'_> {
    /// Makes the simulator its cloud, which costs nothing in a real one.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn prepare(&self) -> Result<(), Failure> {
        let manager = self.azure.resource_manager_url();
        let authority = self.azure.authority_url();
        self.run(&[
            "cloud",
            "register",
            "--skip-endpoint-discovery",
            "--name",
            CLOUD,
            "--endpoint-resource-manager",
            &manager,
            "--endpoint-active-directory",
            &authority,
            "--endpoint-active-directory-resource-id",
            &manager,
        ])?;
        self.run(&["cloud", "set", "--name", CLOUD])?;
        self.run(&[&["config", "set"], SETTINGS.as_slice()].concat())?;
        Ok(())
    }

    /// Signs in with the application's secret.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn sign_in(&self) -> Result<Observed, Failure> {
        self.run(&[
            "login",
            "--service-principal",
            "--username",
            CLIENT_ID,
            "--password",
            SECRET,
            "--tenant",
            TENANT_ID,
        ])
    }

    /// Does something with the deployment.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn deployment(&self, action: &str, more: &[&str]) -> Result<Observed, Failure> {
        let own = ["deployment", "group", action, "--name", NAME];
        self.run(&[&own, ["--resource-group", RESOURCE_GROUP].as_slice(), more].concat())
    }

    fn run(&self, arguments: &[&str]) -> Result<Observed, Failure> {
        let failed = |error: std::io::Error| Failure(format!("az: {error}"));
        let errors = self.folder.join("errors");
        let mut child = Command::new(self.program)
            .args(arguments)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder)
            .env("AZURE_CONFIG_DIR", self.folder)
            .env("REQUESTS_CA_BUNDLE", self.azure.ca_file())
            .current_dir(self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors).map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let observed = observe(self.azure, &mut child);
        match child.wait().map_err(failed)?.success() {
            true => Ok(observed),
            false => Err(Failure(format!(
                "az {} failed: {}",
                arguments[..2].join(" "),
                fs::read_to_string(errors).unwrap_or_default().trim()
            ))),
        }
    }
}
