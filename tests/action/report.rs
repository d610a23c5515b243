//! What a run leaves behind: the step summary and the report file.

use std::{fs, os::unix::fs::symlink};

use azure_simulator::Simulator;
use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure},
    templates::{network, with_outputs},
};

const SCHEMA: &str = include_str!("../../docs/report.schema.json");
const FILE: &str = "reports/run.json";

/// The outcome of a step and its report, which fits the published schema.
fn reported(azure: &Simulator, template: &Value, inputs: &[(&str, &str)]) -> (Outcome, Value) {
    let step = Step::new(azure, template)
        .input("report-file", FILE)
        .inputs(inputs);
    let path = step.path(FILE);
    let mut text = String::new();
    let outcome = step.run_and(|| text = fs::read_to_string(path).unwrap());
    let report: Value = serde_json::from_str(&text).unwrap();
    validate(&report);
    (outcome, report)
}

#[track_caller]
fn validate(report: &Value) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let schema = serde_json::from_str(SCHEMA).unwrap();
    compiler.add_resource("report.json", schema).unwrap();
    let schema = compiler.compile("report.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(report, schema) {
        panic!("{error:#}\n{report:#}");
    }
}

#[test]
fn a_success_is_drawn_and_reported() {
    let outputs = json!({
        "open": { "type": "string", "value": "plain" },
        "key": { "type": "string", "value": "hush-hush" },
        "secret": { "type": "securestring", "value": "never-told" }
    });
    let template = with_outputs(network(), outputs);
    let (outcome, report) = reported(&azure(), &template, &[("masked-outputs", "KEY")]);
    let outcome = outcome.expect(0);
    assert!(
        outcome.summary.contains("```mermaid\n") && outcome.summary.contains(":crit, done, "),
        "{}",
        outcome.summary
    );
    assert_eq!(report["ending"]["kind"], "succeeded");
    assert_eq!(report["outputs"], json!({ "open": "plain" }));
    assert_eq!(report["run"]["repository"], "contoso/platform");
    let resources = report["resources"].as_array().unwrap();
    assert!(!resources.is_empty());
    for resource in resources {
        assert_eq!(resource["state"], "Succeeded", "{resource:#}");
        assert!(resource["start"].as_str() <= resource["end"].as_str());
    }
    assert!(
        resources
            .iter()
            .any(|resource| resource["critical"] == true)
    );
}

#[test]
fn wrong_inputs_are_reported_too() {
    let (outcome, report) = reported(&azure(), &network(), &[("scope", "galaxy")]);
    outcome.expect(2);
    assert_eq!(report["ending"]["kind"], "invalidInputs");
    assert_eq!(report["ending"]["reasons"][0]["code"], "scope");
    assert_eq!(report["deployment"], Value::Null);
}

#[test]
fn a_report_that_cannot_be_written_ends_nothing() {
    let azure = azure();
    let outcome = Step::new(&azure, &network())
        .input("report-file", "/proc/nowhere/run.json")
        .run()
        .expect(0)
        .says(&["::error::the report file is lost: cannot write it to "]);
    assert!(outcome.summary.contains("succeeded"));
}

#[test]
fn a_report_that_would_overwrite_something_else_is_refused() {
    let (azure, elsewhere) = (azure(), tempfile::tempdir().unwrap());
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    for (path, expected) in [
        ("link", "is a symbolic link, pipe or device"),
        ("folder/victim", "leads through a symbolic link"),
        ("../victim", "leads out of the workspace"),
    ] {
        let step = Step::new(&azure, &network()).input("report-file", path);
        symlink(&victim, step.path("link")).unwrap();
        symlink(elsewhere.path(), step.path("folder")).unwrap();
        step.run().expect(2).says(&["report-file: ", expected]);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    }
    assert!(azure.journal().is_empty());
}
