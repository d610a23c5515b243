//! `long-deploy replay`: the log of a run, shown again from its report file.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use azure_simulator::{Fault, Options, ResourceFailure, SECRET, Service, Simulator};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure, options},
    templates::{gateway, network, resource, template, with_outputs},
};

const FILE: &str = "reports/run.json";

/// What the replay of a file came to.
struct Replay {
    status: Option<i32>,
    log: String,
    errors: String,
}

/// Replays a file as a step of a workflow would, with neither inputs nor files of the runner.
fn replay(path: &Path, options: &[&str]) -> Replay {
    let mut command = Command::new(env!("CARGO_BIN_EXE_long-deploy"));
    let command = command.arg("replay").arg(path).args(options);
    let output: Output = command
        .env_clear()
        .env("GITHUB_ACTIONS", "true")
        .output()
        .unwrap();
    Replay {
        status: output.status.code(),
        log: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Replay {
    #[track_caller]
    fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}{}", self.log, self.errors);
        self
    }

    /// Checks that neither the runner nor a terminal would take anything for a command.
    #[track_caller]
    fn is_harmless(&self) {
        for line in self.log.lines().chain(self.errors.lines()) {
            let is_command = line.trim_start().starts_with("::") || line.contains("##[");
            assert!(!is_command, "{line:?}");
            let is_plain = |c: char| !c.is_control() && c != '\u{202e}';
            assert!(line.chars().all(is_plain), "{line:?}");
        }
    }

    /// Checks that it was refused with one line.
    #[track_caller]
    fn refused(self, words: &[&str]) {
        let replay = self.expect(2);
        replay.is_harmless();
        assert_eq!(replay.log, "");
        assert_eq!(replay.errors.lines().count(), 1, "{}", replay.errors);
        for words in words {
            assert!(
                replay.errors.contains(words),
                "{words:?}: {}",
                replay.errors
            );
        }
    }
}

/// A step whose log is for people, and its replays with these options.
fn replayed(step: Step, options: &[&[&str]]) -> (Outcome, Vec<Replay>) {
    let step = step
        .environment("GITHUB_ACTIONS", "")
        .input("client-secret", SECRET)
        .inputs(&[("report-file", FILE), ("heartbeat-interval", "1m")]);
    let path = step.path(FILE);
    let mut replays = Vec::new();
    let outcome = step.run_and(|| {
        let all = options.iter().map(|options| replay(&path, options));
        replays.extend(all);
    });
    (outcome, replays)
}

/// An Azure in which a resource fails with a message that is hostile.
fn failing() -> Simulator {
    let failure = ResourceFailure::new("bad", "SkuNotAvailable", "no room\r\n::error::x\u{1b}[2J");
    Simulator::start(Options {
        failures: vec![failure],
        ..options()
    })
}

#[test]
fn the_replay_is_the_log_of_the_run() {
    let outputs = json!({ "open": { "type": "string", "value": "plain" } });
    let azure = azure();
    azure.inject(
        Fault::status(503)
            .on(Service::ResourceManager)
            .method("GET")
            .times(4),
    );
    let step = Step::new(&azure, &with_outputs(gateway(), outputs));
    let (outcome, replays) = replayed(step, &[&[], &["--speed", "100000"]]);
    let outcome =
        outcome
            .expect(0)
            .says(&["still running: ", "Azure answers again", "outputs: open"]);
    for replay in replays {
        let replay = replay.expect(0);
        assert_eq!(replay.log, outcome.log);
        assert_eq!(replay.errors, "");
    }
}

#[test]
fn a_failure_and_wrong_inputs_are_replayed_too() {
    let azure = failing();
    let bad = resource("Microsoft.Network/azureFirewalls", "bad");
    let failing = Step::new(&azure, &template("resourceGroup", json!([bad])));
    let invalid = Step::new(&azure, &network()).input("scope", "galaxy");
    for (step, status) in [(failing, 1), (invalid, 2)] {
        let (outcome, replays) = replayed(step, &[&[]]);
        let outcome = outcome.expect(status).says(&["error: "]);
        for replay in replays {
            let replay = replay.expect(0);
            assert_eq!(replay.log, outcome.log);
            replay.is_harmless();
        }
    }
}

/// The report of a run on GitHub, and its log.
fn on_github() -> (Outcome, String) {
    let azure = azure();
    let step = Step::new(&azure, &network()).input("report-file", FILE);
    let path = step.path(FILE);
    let mut report = String::new();
    let outcome = step.run_and(|| report = fs::read_to_string(path).unwrap());
    (outcome.expect(0), report)
}

fn replay_of(report: impl AsRef<[u8]>) -> Replay {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    fs::write(&path, report).unwrap();
    replay(&path, &[])
}

#[test]
fn a_run_on_github_is_replayed_without_commands() {
    let (outcome, report) = on_github();
    let replay = replay_of(report).expect(0);
    replay.is_harmless();
    let mut shown = replay.log.lines();
    for line in outcome.log.lines().filter(|line| !line.starts_with("::")) {
        assert!(
            shown.any(|shown| shown == line),
            "{line:?} is missing:\n{}",
            replay.log
        );
    }
}

/// Puts a hostile text into all texts but those whose form is checked.
fn poison(value: &mut Value) {
    const EVIL: &str = "\r\n::error::forged ##[error]x\u{1b}[2J\u{202e}\u{feff}::add-mask::x";
    match value {
        Value::String(text) => text.push_str(EVIL),
        Value::Array(items) => items.iter_mut().for_each(poison),
        Value::Object(fields) => {
            let checked = [
                "operation",
                "mode",
                "subscription",
                "ended",
                "began",
                "severity",
            ];
            let free = fields
                .iter_mut()
                .filter(|(name, _)| !checked.contains(&name.as_str()));
            free.for_each(|(_, field)| poison(field));
        }
        _ => {}
    }
}

#[test]
fn a_forged_report_sends_neither_commands_nor_control_characters() {
    let (_, report) = on_github();
    let mut report: Value = serde_json::from_str(&report).unwrap();
    for entry in report["events"].as_array_mut().unwrap() {
        if entry["event"].is_object() {
            poison(&mut entry["event"]);
        }
        entry["notes"] =
            json!([{ "severity": "warning", "message": "\n::error::forged\u{1b}[2J" }]);
    }
    report["program"]["version"] = json!("9\n::error::forged\u{1b}[2J");
    let unknown = json!({ "at": 1, "event": { "::error::forged\u{1b}[2J\n": {} } });
    report["events"].as_array_mut().unwrap().push(unknown);
    let replay = replay_of(report.to_string()).expect(0);
    replay.is_harmless();
    assert!(replay.log.contains("forged"), "{}", replay.log);
    assert!(
        replay.errors.starts_with("warning: 1 of "),
        "{}",
        replay.errors
    );
    assert_eq!(replay.errors.lines().count(), 1, "{}", replay.errors);
}

#[test]
fn what_cannot_be_replayed_is_refused_in_one_line() {
    let (_, report) = on_github();
    let middle = report.len() / 2;
    replay_of(&report[..middle])
        .refused(&["report.json cannot be replayed: it is not JSON, or was cut off"]);
    replay_of("\u{1b}[2J::error::x").refused(&["it is not JSON"]);
    replay_of("{}").refused(&["it is no report of long-deploy-action"]);
    let mut report: Value = serde_json::from_str(&report).unwrap();
    report["events"][1]["event"] = json!({ "signedIn": { "lifetime": "\u{1b}[2J\n::error::x" } });
    replay_of(report.to_string())
        .refused(&["it is damaged: event 2 signedIn: invalid type: string"]);
    report.as_object_mut().unwrap().shift_remove("events");
    replay_of(report.to_string()).refused(&["it holds no events"]);

    let missing = Path::new("/nowhere/report.json");
    replay(missing, &[])
        .refused(&["/nowhere/report.json cannot be replayed: it cannot be read: No such file"]);
    replay(missing, &["--speed", "fast"]).refused(&["--speed takes a whole number"]);
    replay(missing, &["more"]).refused(&["give one report file"]);
}
