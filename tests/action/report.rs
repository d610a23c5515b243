//! What a run leaves behind: the step summary and the report file.

use std::{fs, os::unix::fs::symlink};

use azure_simulator::{Options, Simulator};
use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure, options},
    templates::{gateways, network, template, with_outputs},
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

/// The first and the second of two gateways: start, end and length in seconds.
fn gateways_of(report: &Value) -> [(String, String, f64); 2] {
    ["vgw0", "vgw1"].map(|name| {
        let resources = report["resources"].as_array().unwrap();
        let own = resources.iter().find(|each| each["name"] == name).unwrap();
        let text = |field: &str| own[field].as_str().unwrap().to_owned();
        (
            text("start"),
            text("end"),
            own["durationSeconds"].as_f64().unwrap(),
        )
    })
}

/// From 2020 to 2025 Azure counted the durations of all resources of a deployment from one start.
#[test]
fn times_are_those_of_the_resources_however_azure_counts() {
    let inner = json!({
        "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "inner",
        "properties": { "mode": "Incremental", "template": gateways(2) }
    });
    for template in [gateways(2), template("resourceGroup", json!([inner]))] {
        let azure = Simulator::start(Options {
            common_start: true,
            ..options()
        });
        let (outcome, report) = reported(&azure, &template, &[]);
        let [first, second] = gateways_of(&report);
        assert!(second.0 >= first.1, "{first:?} {second:?}");
        assert!(second.2 < 1.5 * first.2, "{first:?} {second:?}");
        outcome.expect(0).never_says(&["vgw1 24m", "vgw1 25m"]);
    }
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
