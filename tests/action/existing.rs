//! Deployments that another step submitted: followed to their end, or cancelled.

use std::time::Duration;

use azure_simulator::{Options, Simulator, State};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure, options},
    templates::{gateway, network, template, with_outputs},
};

/// A step that submits and does not wait.
fn submit(azure: &Simulator, template: &Value) -> Outcome {
    Step::new(azure, template)
        .input("wait", "false")
        .run()
        .expect(0)
}

/// A later step that does `operation` with what `submitted` left in Azure.
fn later(azure: &Simulator, operation: &str, submitted: &Outcome) -> Step {
    let name = submitted.output("deployment-name");
    let inputs = [
        ("template-file", ""),
        ("operation", operation),
        ("name", name),
    ];
    Step::new(azure, &network()).inputs(&inputs)
}

#[test]
fn waiting_reports_as_if_it_had_submitted() {
    let azure = azure();
    let outputs = json!({ "answer": { "type": "int", "value": 42 } });
    let submitted = submit(&azure, &with_outputs(gateway(), outputs));
    let outcome = later(&azure, "wait", &submitted).run().expect(0);
    let outcome = outcome.says(&["Following deployment", "found the deployment", "vgw"]);
    assert_eq!(outcome.output("answer"), "42");
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    for output in ["deployment-id", "correlation-id"] {
        assert_eq!(outcome.output(output), submitted.output(output));
    }
    assert!(outcome.summary.contains("vgw"), "{}", outcome.summary);
    let submissions = azure
        .journal()
        .iter()
        .filter(|exchange| exchange.method == "PUT")
        .count();
    assert_eq!(submissions, 1);
}

#[test]
fn a_deployment_that_has_ended_is_reported_at_once() {
    let azure = azure();
    let done = Step::new(&azure, &network()).run().expect(0);
    later(&azure, "wait", &done).run().expect(0);
}

#[test]
fn there_must_be_something_to_wait_for() {
    let azure = azure();
    let outcome = Step::new(&azure, &network())
        .inputs(&[
            ("template-file", ""),
            ("operation", "wait"),
            ("name", "nowhere"),
        ])
        .run()
        .expect(1);
    assert_eq!(outcome.output("error-code"), "DeploymentNotFound");
}

#[test]
fn a_subscription_needs_no_location_for_what_exists() {
    let azure = azure();
    let group = json!([{ "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2024-11-01",
                         "name": "rg-new", "location": "westeurope" }]);
    let place = [("resource-group-name", ""), ("name", "zone")];
    let step = Step::new(&azure, &template("subscription", group)).inputs(&place);
    let done = step.input("location", "westeurope").run().expect(0);
    later(&azure, "wait", &done).inputs(&place).run().expect(0);
}

#[test]
fn cancelling_waits_for_all_that_is_within() {
    let azure = Simulator::start(Options {
        cancel_lag: Duration::from_secs(90),
        ..options()
    });
    let nested = json!([{
        "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "inner",
        "properties": { "mode": "Incremental", "template": gateway() }
    }]);
    let step = Step::new(&azure, &template("resourceGroup", nested)).start();
    let killed = step.until("vgw").signal("KILL").outcome();
    let outcome = later(&azure, "cancel", &killed).run().expect(0);
    let outcome = outcome.says(&["and all within it were cancelled"]);
    assert_eq!(outcome.output("provisioning-state"), "Canceled");
    for name in [killed.output("deployment-name"), "inner"] {
        assert_eq!(
            azure.deployment(name).unwrap().state,
            State::Canceled,
            "{name}"
        );
    }
}

#[test]
fn cancelling_what_has_ended_cancels_nothing() {
    let azure = azure();
    let done = Step::new(&azure, &network()).run().expect(0);
    let outcome = later(&azure, "cancel", &done).run().expect(1);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    assert_eq!(outcome.output("error-code"), "NothingToCancel");
    outcome.says(&["had ended before it could be cancelled"]);
}

#[test]
fn what_azure_is_told_beside_the_template() {
    let azure = azure();
    Step::new(&azure, &network())
        .input("name", "earlier")
        .run()
        .expect(0);
    Step::new(&azure, &network())
        .inputs(&[
            ("rollback-on-error", "lastSuccessful"),
            ("debug-setting", "requestContent"),
        ])
        .input("tags", "team=platform")
        .run()
        .expect(0);
    let put = azure
        .journal()
        .into_iter()
        .rfind(|exchange| exchange.method == "PUT")
        .unwrap();
    let body = put.request_body.unwrap();
    assert_eq!(body["tags"], json!({ "team": "platform" }));
    assert_eq!(
        body["properties"]["onErrorDeployment"],
        json!({ "type": "LastSuccessful" })
    );
    assert_eq!(
        body["properties"]["debugSetting"],
        json!({ "detailLevel": "requestContent" })
    );
}
