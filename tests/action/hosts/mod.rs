//! The program on hosts other than GitHub, whose stand-ins read what it prints and writes.

mod azure_pipelines;
mod forgejo;
mod gitlab;

use azure_simulator::Simulator;
use serde_json::{Value, json};

use super::{common::hub, step::Step};

#[path = "../../../src/host/azure_pipelines/agent.rs"]
mod agent;
#[path = "../../../src/host/gitlab/reader.rs"]
mod reader;

/// What GitHub's runner sets, and no other host.
const OF_GITHUB: [&str; 10] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "GITHUB_ACTIONS",
    "GITHUB_OUTPUT",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
];
/// A text that every host could take for a command of its own.
const HOSTILE: &str = "no room\r\n##vso[task.complete result=Failed;]x ##vso[task.setvariable variable=forged]1\r\n\
                       ##[section]forged\n::error::forged\r\u{1b}[0Ksection_start:1:forged\r\u{1b}[0Kforged";

/// A step that deploys `template` under the name `hub`, without anything of GitHub.
fn elsewhere(azure: &Simulator, template: &Value) -> Step {
    let step = OF_GITHUB.iter().fold(hub(azure, template), |step, name| {
        step.environment(name, "")
    });
    let workspace = "";
    step.environment("GITHUB_WORKSPACE", workspace)
}

/// `template` with outputs of several kinds.
fn with_outputs(mut template: Value) -> Value {
    let text = |value: &str| json!({ "type": "string", "value": value });
    template["outputs"] = json!({
        "hubId": text("/subscriptions/0;]%3B"),
        "lines": text("one\r\ntwo"),
        "long": text(&"x".repeat(40_000)),
        "adminKey": text("hunter22-4711"),
        "ports": { "type": "array", "value": [22, 443] },
    });
    template
}
