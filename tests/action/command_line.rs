//! The program's own command line: flags instead of variables.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure},
    templates::network,
};

/// Runs the program with these arguments and no environment but this.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_long-deploy"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn without_anything_people_get_help_and_a_host_gets_problems() {
    for (environment, words) in [
        (&[][..], "Usage: long-deploy"),
        (&[("AZURE_CLIENT_ID", "x")], "Usage: long-deploy"),
        (&[("GITHUB_ACTIONS", "true")], "template-file"),
        (&[("INPUT_LOCATION", "westeurope")], "template-file"),
    ] {
        let output = run(&[], environment);
        assert_eq!(output.status.code(), Some(2), "{environment:?}");
        let log = text(&output.stdout);
        assert!(log.contains(words), "{environment:?}: {log}");
    }
    assert!(!text(&run(&[], &[("GITHUB_ACTIONS", "true")]).stdout).contains("Usage"));
}

#[test]
fn wrong_usage_is_told_on_standard_error() {
    for (arguments, words) in [
        (&["--templat-file", "x"][..], "--template-file"),
        (&["deploy"], "unrecognized subcommand"),
        (&["completions", "csh"], "zsh"),
        (&["replay"], "give one report file"),
        (&["--name", "a", "replay", "x"], "replay"),
        (&["--client-secret", "hush"], "INPUT_CLIENT_SECRET"),
    ] {
        let output = run(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        let errors = text(&output.stderr);
        assert!(errors.contains(words), "{arguments:?}: {errors}");
        assert!(!errors.contains("hush"), "{errors}");
    }
}

#[test]
fn an_argument_is_no_command_to_a_runner() {
    let output = run(&["::error::forged", "x\n::error::forged"], &[]);
    let errors = text(&output.stderr);
    assert!(errors.contains("forged"), "{errors}");
    for line in errors.lines() {
        assert!(!line.trim_start().starts_with("::"), "{errors}");
    }
}

#[test]
fn completions_are_printed() {
    let output = run(&["completions", "bash"], &[]);
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("--resource-group-name"));
}

fn with(step: &Step, arguments: &[&str]) -> Outcome {
    let output = step.command().args(arguments).output().unwrap();
    let log = [output.stdout, output.stderr].concat();
    step.outcome(output.status.code(), text(&log))
}

#[test]
fn flags_are_inputs_and_win_over_variables() {
    let azure = azure();
    let step = Step::new(&azure, &network())
        .input("name", "by-variable")
        .input("template-file", "");
    let arguments = [
        "--name",
        "by-flag",
        "--template-file=main.json",
        "--what-if",
    ];
    let outcome = with(&step, &arguments).expect(0);
    assert_eq!(outcome.output("deployment-name"), "by-flag");
    assert!(outcome.outputs.contains_key("what-if"));
}

#[test]
fn outputs_as_json_are_alone_on_standard_output() {
    let azure = azure();
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": [],
        "outputs": {
            "hub": { "type": "object", "value": { "cidr": "10.0.0.0/16" } },
            "pin": { "type": "int", "value": 4711 },
            "hidden": { "type": "securestring", "value": "never-told" },
        }
    });
    let step = Step::new(&azure, &template).input("masked-outputs", "pin");
    let output = step.command().arg("--json").output().unwrap();
    let log = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("Deploying main.json"), "{log}");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["provisioning-state"], "Succeeded");
    assert_eq!(
        shown["outputs"],
        json!({ "hub": { "cidr": "10.0.0.0/16" }, "pin": "***" })
    );
    assert!(shown["duration-seconds"].is_u64(), "{shown}");
    assert!(!shown.to_string().contains("4711"), "{shown}");
}

#[test]
fn a_run_that_fails_tells_why_as_json() {
    let azure = azure();
    let step = Step::new(&azure, &network()).input("auth-type", "none");
    let output = step.command().arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let message = shown["error-message"].as_str().unwrap();
    assert!(message.contains("auth-type"), "{shown}");
}
