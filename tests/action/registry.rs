//! Modules from a private registry, pulled by the real Bicep compiler with the action's own token.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use azure_simulator::{Options, Service, Simulator};
use serde_json::json;
use tempfile::TempDir;

use super::step::{Step, azure, options};

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

/// A step that deploys `content`, compiled by `bicep`, and keeps all its files in one folder. Bicep signs in to the
/// cloud whose Resource Manager is at `resource_manager`.
fn step(azure: &Simulator, bicep: &Path, content: &str, resource_manager: &str) -> Step {
    let profile = json!({
        "resourceManagerEndpoint": resource_manager,
        "activeDirectoryAuthority": azure.authority_url(),
    });
    let trusted = json!([profile]).to_string();
    let cloud = json!({"currentProfile": "simulated", "profiles": {"simulated": profile}});
    let step = Step::new(azure, &json!({}))
        .file("main.bicep", content)
        .file("bicepconfig.json", json!({"cloud": cloud}).to_string())
        .input("template-file", "main.bicep")
        .input("bicep-path", bicep.display().to_string())
        .environment("BICEP_TRUSTED_REGISTRIES", "localhost")
        .environment("BICEP_TRUSTED_CLOUDS", &trusted);
    let folder = step.path("").display().to_string();
    step.environment("HOME", &folder)
        .environment("TMPDIR", &folder)
        .environment("RUNNER_TEMP", &folder)
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
    let content = main_bicep(&azure);
    let step = step(&azure, &bicep, &content, &azure.resource_manager_url());
    let output = step.command().output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{log}");
    assert!(azure.deployment("hub").is_some(), "the module is deployed");

    let journal = azure.journal();
    let asked = |path: &str| {
        let mut exchanges = journal.iter();
        let found = exchanges.find(|exchange| exchange.path.ends_with(path));
        found.unwrap_or_else(|| panic!("nobody asked for {path}"))
    };
    let issued = &asked("/oauth2/v2.0/token").response_body.as_ref().unwrap()["access_token"];
    let exchanged = &asked("/oauth2/exchange").request_body.as_ref().unwrap()["access_token"];
    assert_eq!(exchanged, issued, "the registry saw our token");
    let mask = format!("::add-mask::{}", issued.as_str().unwrap());
    assert!(log.lines().any(|line| line == mask));

    let secrets = secrets(&azure);
    assert!(
        secrets.len() >= 4,
        "an id token, our token, two of the registry"
    );
    let is_shown = |line: &&str| !line.starts_with("::add-mask::");
    let shown: String = log.lines().filter(is_shown).collect();
    assert!(!holds(shown.as_bytes(), &secrets), "{shown}");
    assert!(!holds(&output.stderr, &secrets));
    let folder = step.path("");
    assert_eq!(files_with(&folder, &secrets), Vec::<PathBuf>::new());
    let mut left = fs::read_dir(folder).unwrap();
    let broker = |name: &OsStr| name.to_string_lossy().starts_with("long-deploy-");
    assert!(!left.any(|entry| broker(&entry.unwrap().file_name())));
}

#[test]
fn one_sign_in_is_enough_for_module_and_deployment() {
    let Some(bicep) = bicep() else { return };
    let azure = azure();
    let content = main_bicep(&azure);
    let url = azure.resource_manager_url();
    step(&azure, &bicep, &content, &url).run().expect(0);
    let journal = azure.journal();
    let sign_ins = journal
        .iter()
        .filter(|exchange| exchange.service == Service::Entra);
    assert_eq!(sign_ins.count(), 1);
}

#[test]
fn a_profile_of_another_cloud_gets_no_token() {
    let Some(bicep) = bicep() else { return };
    let azure = azure();
    let content = main_bicep(&azure);
    step(&azure, &bicep, &content, "https://management.azure.com")
        .run()
        .expect(2)
        .says(&["bicepconfig.json and the input `environment`"]);
    assert!(secrets(&azure).is_empty(), "nobody signed in");
}

#[test]
fn a_failed_sign_in_is_told_as_such() {
    let Some(bicep) = bicep() else { return };
    let azure = Simulator::start(Options {
        presented_subject: "repo:contoso/platform:pull_request".to_owned(),
        ..options()
    });
    let content = main_bicep(&azure);
    let url = azure.resource_manager_url();
    step(&azure, &bicep, &content, &url)
        .run()
        .expect(3)
        .says(&["AADSTS700213", "repo:contoso/platform:pull_request"]);
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
