//! Bad input: what is wrong, in which input, and what to do; and nothing is sent.

use std::{ffi::OsString, os::unix::ffi::OsStringExt};

use serde_json::json;

use super::{
    step::{Outcome, Step, azure},
    templates::{network, template, with_parameters},
};

/// Runs a step that must be refused before anything is sent.
#[track_caller]
fn refused(change: impl FnOnce(Step) -> Step) -> Outcome {
    let azure = azure();
    let outcome = change(Step::new(&azure, &network())).run().expect(2);
    assert!(
        azure.journal().is_empty(),
        "nothing may be sent:\n{}",
        outcome.log
    );
    assert!(!outcome.output("error-message").is_empty());
    outcome
}

#[test]
fn each_input_is_named_with_its_problem() {
    for (input, value, words) in [
        ("template-file", "", "missing"),
        ("template-file", "nowhere.json", "nowhere.json"),
        ("template-file", ".", "folder"),
        ("client-id", "me", "GUID"),
        ("tenant-id", "contoso", "GUID"),
        ("subscription-id", "production", "GUID"),
        ("auth-type", "password", "oidc"),
        ("environment", "azureMoon", "azureCloud"),
        ("resource-manager-url", "http://arm.example", "https"),
        ("authority-url", "not a url", "https"),
        ("scope", "galaxy", "resourceGroup"),
        ("type", "stack", "deployment"),
        ("operation", "destroy", "create"),
        ("name", "a/b", "letters"),
        ("deployment-mode", "partial", "Incremental"),
        ("poll-interval", "0s", "poll-interval"),
        ("heartbeat-interval", "-5m", "heartbeat-interval"),
        ("timeout", "0", "timeout"),
        ("timeout", "soon", "45m"),
        ("token-refresh-interval", "0m", "token-refresh-interval"),
        ("on-timeout", "explode", "leave"),
        ("on-cancel", "explode", "leave"),
        ("wait", "maybe", "true"),
        ("summary", "yes please", "true"),
        ("creds", "{not json", "JSON"),
        ("parameters-file", "nowhere.json", "nowhere.json"),
        ("parameters", "{broken", "parameters"),
    ] {
        let outcome = refused(|step| step.input(input, value));
        let line = outcome
            .log
            .lines()
            .find(|line| line.contains(input) && line.contains(words));
        assert!(
            line.is_some(),
            "{input}={value:?} should say {words:?}:\n{}",
            outcome.log
        );
    }
}

#[test]
fn contradictions() {
    for (inputs, words) in [
        (vec![("management-group-id", "mg")], "management-group-id"),
        (
            vec![("scope", "tenant"), ("location", "westeurope")],
            "resource-group-name",
        ),
        (
            vec![("scope", "subscription"), ("resource-group-name", "")],
            "location",
        ),
        (
            vec![("resource-group-name", ""), ("location", "")],
            "location",
        ),
        (vec![("environment", "azureCloud")], "resource-manager-url"),
        (
            vec![
                ("scope", "subscription"),
                ("resource-group-name", ""),
                ("location", "westeurope"),
                ("deployment-mode", "Complete"),
            ],
            "deployment-mode",
        ),
        (vec![("client-id", ""), ("tenant-id", "")], "client-id"),
    ] {
        refused(|step| step.inputs(&inputs)).says(&[words]);
    }
}

#[test]
fn all_problems_are_listed_at_once() {
    let outcome =
        refused(|step| step.inputs(&[("client-id", "me"), ("timeout", "soon"), ("wait", "maybe")]));
    assert_eq!(outcome.log.matches("::error").count(), 3, "{}", outcome.log);
    for input in ["client-id", "timeout", "wait"] {
        assert!(outcome.summary.contains(input), "{}", outcome.summary);
    }
}

#[test]
fn broken_files_are_listed_beside_wrong_inputs() {
    let declared = with_parameters(network(), json!({"size": {"type": "int"}})).to_string();
    for (files, inputs, words) in [
        (
            vec![],
            vec![
                ("template-file", "nowhere.json"),
                ("parameters-file", "gone.json"),
            ],
            vec![
                "`nowhere.json` does not exist",
                "`gone.json` does not exist",
            ],
        ),
        (
            vec![("main.json", "{\"a\" 1}"), ("p.json", "[]")],
            vec![("parameters-file", "p.json")],
            vec![
                "`main.json` line 1, column 6",
                "`p.json` is not a JSON object",
            ],
        ),
        (
            vec![("main.json", declared.as_str())],
            vec![("parameters", "size=large sice=3")],
            vec![
                "`size` must be a whole number",
                "`sice` is not a parameter of the template: did you mean `size`?",
            ],
        ),
        (
            vec![("main.json", declared.as_str())],
            vec![("parameters-file", "dev.bicepparam")],
            vec!["`dev.bicepparam` does not exist"],
        ),
        (
            vec![],
            vec![("template-file", "hub.bicep")],
            vec!["`hub.bicep` does not exist"],
        ),
        (
            vec![("main.json", "{\"resources\": []}")],
            vec![("resource-group-name", ""), ("location", "westeurope")],
            vec!["`main.json` has no $schema", "has no contentVersion"],
        ),
    ] {
        let outcome = refused(|step| {
            let step = files
                .iter()
                .fold(step, |step, (name, text)| step.file(name, text));
            step.inputs(&inputs).input("client-id", "me")
        });
        let outcome = outcome.says(&["client-id: \"me\""]).says(&words);
        let errors = outcome.log.matches("::error").count();
        assert_eq!(errors, words.len() + 1, "{}", outcome.log);
    }
}

#[test]
fn an_input_is_not_told_twice_for_its_file() {
    for (input, value) in [
        ("template-file", "https://a.example/main.json"),
        ("template-file", "main.bicepparam"),
        ("parameters-file", "a.bicepparam\nb.bicepparam"),
    ] {
        let outcome = refused(|step| step.input(input, value));
        assert_eq!(outcome.log.matches("::error").count(), 1, "{}", outcome.log);
    }
}

#[test]
fn templates_that_cannot_be_sent() {
    let big = format!("{{\"x\": \"{}\"}}", "y".repeat(4 * 1024 * 1024));
    let cases: [(&[u8], &str); 7] = [
        (b"", "empty"),
        (b"resources: []", "line 1"),
        (b"[]", "object"),
        (b"{\"resources\": [}", "line 1"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"{}", "$schema"),
        (big.as_bytes(), "4 MB"),
    ];
    for (content, words) in cases {
        refused(|step| step.file("main.json", content)).says(&["template-file", words]);
    }
}

#[test]
fn a_template_for_another_scope() {
    let other = template("subscription", json!([])).to_string();
    refused(|step| step.file("main.json", other)).says(&[
        "template-file",
        "subscription",
        "resourceGroup",
    ]);
}

#[cfg(unix)]
#[test]
fn an_environment_that_is_not_utf_8() {
    let azure = azure();
    let step = Step::new(&azure, &network());
    let mut command = step.command();
    command.env("INPUT_NAME", OsString::from_vec(vec![b'h', 0xff, b'b']));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.contains("name") && log.contains("UTF-8"), "{log}");
    assert!(azure.journal().is_empty());
}

#[test]
fn secrets_are_never_part_of_a_message() {
    refused(|step| {
        step.inputs(&[
            ("client-secret", "hush-hush-secret"),
            ("client-id", "me"),
            ("parameters", "adminPassword=hush-hush-secret"),
        ])
    })
    .hides("hush-hush-secret");
}

#[test]
fn help_and_version_work_anywhere() {
    for (argument, words) in [
        ("--help", "template-file"),
        ("--version", env!("CARGO_PKG_VERSION")),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_long-deploy"))
            .env_clear()
            .arg(argument)
            .output()
            .unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains(words));
    }
}
