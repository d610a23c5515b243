//! The program's own command line: flags instead of variables.

use std::process::{Command, Output};

use super::{
    step::{Step, azure},
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
    let outcome = step.run_with(&arguments).expect(0);
    assert_eq!(outcome.output("deployment-name"), "by-flag");
    assert!(outcome.outputs.contains_key("what-if"));
}
