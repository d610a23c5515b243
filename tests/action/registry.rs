//! Modules from a private registry, pulled by the real Bicep compiler with the action's own token.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use azure_simulator::{AUDIENCE, CLIENT_ID, Options, Simulator, TENANT_ID};
use long_deploy::{
    clock::Clock,
    deploy::Events,
    host::{Console, Dialect},
    identity::{Broker, Cloud, Credential, Method, Session, SignIn},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::mpsc};

use super::step::{SCALE, azure, options};

/// Bicep's program: `BICEP`, or the one on `PATH`.
fn bicep() -> Option<PathBuf> {
    let found = env::var_os("BICEP").map(PathBuf::from).or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path)
            .map(|folder| folder.join("bicep"))
            .find(|program| program.is_file())
    });
    if found.is_none() {
        eprintln!("SKIPPED: no Bicep compiler (set BICEP, or put it on PATH)");
    }
    found
}

/// Everything that a compilation may write to, and the broker that serves it.
struct Bench<'a> {
    azure: &'a Simulator,
    folder: TempDir,
    session: Arc<Session>,
    broker: Broker,
    _runtime: Runtime,
}

impl<'a> Bench<'a> {
    fn new(azure: &'a Simulator) -> Self {
        let runtime = Runtime::new().unwrap();
        let _context = runtime.enter();
        let clock = Clock::new(SCALE);
        let sign_in = SignIn {
            cloud: Cloud::custom(
                azure.authority_url().parse().unwrap(),
                azure.resource_manager_url().parse().unwrap(),
            ),
            tenant_id: TENANT_ID.parse().ok(),
            client_id: CLIENT_ID.parse().ok(),
            method: Method::GitHubOidc {
                audience: AUDIENCE.to_owned(),
            },
        };
        let session = Arc::new(session(azure, &sign_in, &clock));
        let program = Path::new(env!("CARGO_BIN_EXE_long-deploy"));
        let console = Console::new(std::io::sink(), Dialect::default());
        let broker = Broker::start(program, session.clone(), &sign_in, clock, console).unwrap();
        drop(_context);
        Self {
            azure,
            folder: TempDir::new().unwrap(),
            session,
            broker,
            _runtime: runtime,
        }
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    /// The simulated cloud as Bicep knows clouds.
    fn profile(&self) -> Value {
        json!({
            "resourceManagerEndpoint": self.azure.resource_manager_url(),
            "activeDirectoryAuthority": self.azure.authority_url(),
        })
    }

    /// Lets Bicep sign in to the simulated cloud; else it is the public one.
    fn configure(&self) {
        let profiles = json!({"simulated": self.profile()});
        let cloud = json!({"currentProfile": "simulated", "profiles": profiles});
        self.write("bicepconfig.json", &json!({"cloud": cloud}).to_string());
    }

    /// The folder that the broker puts first on the `PATH`.
    fn offered(&self) -> PathBuf {
        let environment = self.broker.environment(None);
        let path = environment.into_iter().find(|(name, _)| name == "PATH");
        PathBuf::from(path.unwrap().1)
    }

    fn build(&self, bicep: &Path) -> Output {
        let path = env::var_os("PATH");
        Command::new(bicep)
            .args(["build", "main.bicep", "--stdout"])
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.broker.environment(path.as_deref()))
            .env("BICEP_TRUSTED_REGISTRIES", "localhost")
            .env("BICEP_TRUSTED_CLOUDS", json!([self.profile()]).to_string())
            .env("SSL_CERT_FILE", self.azure.ca_file())
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .output()
            .unwrap()
    }
}

fn session(azure: &Simulator, sign_in: &SignIn, clock: &Clock) -> Session {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = fs::read(azure.ca_file()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&authority).unwrap()])
        .no_proxy()
        .build()
        .unwrap();
    let environment = azure.environment();
    let variable = |name: &str| {
        let found = environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let credential = Credential::new(sign_in.clone(), variable, Arc::new(http), clock.clone());
    let (sender, _) = mpsc::unbounded_channel();
    let limit = Duration::from_mins(45);
    Session::new(credential, limit, clock.clone(), Events::new(sender))
}

/// A template with a module from the registry.
fn main_bicep(azure: &Simulator) -> String {
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string"}},
        "resources": [{
            "type": "Microsoft.Network/virtualNetworks",
            "apiVersion": "2024-05-01",
            "name": "[parameters('name')]",
            "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        }],
    });
    azure.publish("bicep/network", "v1", &template);
    let registry = azure.registry();
    format!(
        "module hub 'br:{registry}/bicep/network:v1' = {{\n  name: 'hub'\n  params: {{ name: 'vnet-hub' }}\n}}\n"
    )
}

/// Every secret that passed between the services: assertions, and tokens of Entra ID and of the registry.
fn secrets(azure: &Simulator) -> BTreeSet<String> {
    let exchanges = azure.journal().into_iter();
    let bodies = exchanges.flat_map(|exchange| [exchange.request_body, exchange.response_body]);
    let mut secrets = BTreeSet::new();
    for body in bodies.flatten() {
        for name in ["access_token", "refresh_token", "client_assertion", "value"] {
            let secret = body[name].as_str().filter(|secret| !secret.is_empty());
            secrets.extend(secret.map(str::to_owned));
        }
    }
    secrets
}

/// The files below a folder that hold one of these.
fn files_with(folder: &Path, secrets: &BTreeSet<String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            found.extend(files_with(&path, secrets));
        } else if path.is_file() && holds(&fs::read(&path).unwrap(), secrets) {
            found.push(path);
        }
    }
    found
}

fn holds(content: &[u8], secrets: &BTreeSet<String>) -> bool {
    let text = String::from_utf8_lossy(content);
    secrets.iter().any(|secret| text.contains(secret.as_str()))
}

#[test]
fn a_module_is_pulled_with_our_own_token() {
    let Some(bicep) = bicep() else { return };
    let azure = azure();
    let bench = Bench::new(&azure);
    bench.configure();
    bench.write("main.bicep", &main_bicep(&azure));
    let output = bench.build(&bicep);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let template: Value = serde_json::from_slice(&output.stdout).unwrap();
    let nested = &template["resources"][0]["properties"]["template"]["resources"];
    assert_eq!(nested[0]["type"], "Microsoft.Network/virtualNetworks");

    let journal = azure.journal();
    let asked = |path: &str| {
        let mut exchanges = journal.iter();
        let found = exchanges.find(|exchange| exchange.path.ends_with(path));
        found.unwrap_or_else(|| panic!("nobody asked for {path}"))
    };
    let issued = &asked("/oauth2/v2.0/token").response_body.as_ref().unwrap()["access_token"];
    let exchanged = &asked("/oauth2/exchange").request_body.as_ref().unwrap()["access_token"];
    assert_eq!(exchanged, issued, "the registry saw our token");

    let secrets = secrets(&azure);
    assert!(
        secrets.len() >= 4,
        "id token, token, and two of the registry"
    );
    assert!(!holds(&output.stdout, &secrets) && !holds(&output.stderr, &secrets));
    assert_eq!(
        files_with(bench.folder.path(), &secrets),
        [PathBuf::new(); 0]
    );
    let offered = bench.offered();
    assert_eq!(files_with(&offered, &secrets), [PathBuf::new(); 0]);
    drop(bench);
    assert!(!offered.exists(), "nothing is left");
}

#[test]
fn nobody_signs_in_for_a_template_without_a_private_module() {
    let Some(bicep) = bicep() else { return };
    let azure = azure();
    let bench = Bench::new(&azure);
    bench.write("main.bicep", "output answer int = 42\n");
    assert!(bench.build(&bicep).status.success());
    assert!(azure.journal().is_empty());
}

#[test]
fn a_profile_of_another_cloud_gets_no_token() {
    let Some(bicep) = bicep() else { return };
    let azure = azure();
    let bench = Bench::new(&azure);
    bench.write("main.bicep", &main_bicep(&azure));
    let output = bench.build(&bicep);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        stderr.contains("bicepconfig.json and the input `environment`"),
        "{stderr}"
    );
    assert!(secrets(&azure).is_empty(), "nobody signed in");
}

#[test]
fn a_failed_sign_in_is_told() {
    let Some(bicep) = bicep() else { return };
    let azure = Simulator::start(Options {
        presented_subject: "repo:contoso/platform:pull_request".to_owned(),
        ..options()
    });
    let bench = Bench::new(&azure);
    bench.configure();
    bench.write("main.bicep", &main_bicep(&azure));
    let output = bench.build(&bicep);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(stderr.contains("signing in to Azure failed"), "{stderr}");
    let failure = bench.session.failure().map(|error| error.to_string());
    assert!(failure.is_some_and(|message| message.contains("AADSTS700213")));
}

#[test]
fn under_the_name_az_there_are_tokens_only() {
    let folder = TempDir::new().unwrap();
    let az = folder.path().join("az");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_long-deploy"), &az).unwrap();
    for (arguments, status, words) in [
        (&["login"][..], 2, "this is not the Azure CLI"),
        (&[], 2, "this is not the Azure CLI"),
        (
            &[
                "account",
                "get-access-token",
                "--output",
                "json",
                "--resource",
                "https://a",
            ],
            1,
            "LONG_DEPLOY_TOKEN_SOCKET is not set",
        ),
    ] {
        let output = Command::new(&az)
            .args(arguments)
            .env_clear()
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(status));
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains(words));
    }
}
