//! Signed in with the account of `az login`.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    time::{SystemTime, UNIX_EPOCH},
};

use azure_simulator::Simulator;

use super::{
    step::{Outcome, Step, azure},
    templates::network,
};

const NO_IDS: [(&str, &str); 2] = [("client-id", ""), ("tenant-id", "")];

/// A step in a terminal without any identity, with this script as `az` on its path.
fn step(azure: &Simulator, script: &str) -> Step {
    let step = Step::new(azure, &network())
        .environment("GITHUB_ACTIONS", "")
        .environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
        .inputs(&NO_IDS)
        .file("az", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(step.path("az"), Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", step.path("").display());
    step.environment("PATH", &path)
}

fn token(azure: &Simulator) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!(
        r#"{{"accessToken": "{}", "expires_on": {}, "tokenType": "Bearer"}}"#,
        azure.mint_access_token(),
        now.as_secs() + 3600
    )
}

fn succeeds(outcome: Outcome) {
    outcome.expect(0).says(&["signed in; token valid for"]);
}

#[test]
fn a_terminal_without_an_identity_takes_that_of_az() {
    let azure = azure();
    let answer = token(&azure);
    succeeds(step(&azure, &format!("echo '{answer}'")).run());
}

#[test]
fn it_can_be_asked_for_and_sees_no_input() {
    let azure = azure();
    let answer = token(&azure);
    let script = format!("env | grep -q INPUT_ && exit 1\necho '{answer}'");
    let step = step(&azure, &script).input("auth-type", "azure-cli");
    succeeds(step.environment("GITHUB_ACTIONS", "true").run());
}

#[test]
fn what_is_missing_is_told() {
    let azure = azure();
    let logged_out = "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1";
    let outcome = step(&azure, logged_out).run();
    outcome
        .expect(3)
        .says(&["`az` is not signed in: run `az login`"]);
    let none = step(&azure, "").environment("PATH", "/nowhere");
    none.run().expect(3).says(&["there is no `az` on the PATH"]);
    assert!(azure.journal().is_empty());
}

#[test]
fn a_link_to_this_program_is_not_az() {
    let azure = azure();
    let step = step(&azure, "");
    fs::remove_file(step.path("az")).unwrap();
    symlink(env!("CARGO_BIN_EXE_long-deploy"), step.path("az")).unwrap();
    let path = step.path("").display().to_string();
    let outcome = step.environment("PATH", &path).run();
    outcome.expect(3).says(&["there is no `az` on the PATH"]);
}
