//! `operation: validate`: nothing is deployed, and what is wrong is told as after a deployment.

use std::time::Duration;

use azure_simulator::{Fault, MANAGEMENT_GROUP, Options, Service, Simulator};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure, options},
    templates::{gateway, network, resource, template},
};

fn validate(azure: &Simulator, template: &Value) -> Step {
    Step::new(azure, template).input("operation", "validate")
}

/// Paths of the requests that were made to Resource Manager with this method.
fn requests(azure: &Simulator, method: &str) -> Vec<String> {
    let journal = azure.journal().into_iter();
    let made = journal.filter(|exchange| {
        exchange.service == Service::ResourceManager && exchange.method == method
    });
    made.map(|exchange| exchange.path).collect()
}

fn valid(outcome: Outcome) -> Outcome {
    let outcome = outcome.expect(0).says(&["is valid, with 1 resource"]);
    assert!(outcome.summary.contains("is valid"), "{}", outcome.summary);
    assert!(outcome.log.contains("Validating"), "{}", outcome.log);
    outcome
}

#[test]
fn a_valid_template_is_not_deployed() {
    let azure = azure();
    let outcome = valid(validate(&azure, &network()).run());
    assert_eq!(requests(&azure, "PUT"), [""; 0]);
    assert!(
        !outcome.state.contains_key("deployment-id"),
        "nothing for the post step to look after: {:?}",
        outcome.state
    );
    for name in [
        "provisioning-state",
        "portal-url",
        "error-code",
        "has-changes",
    ] {
        assert!(!outcome.outputs.contains_key(name), "{name}");
    }
}

#[test]
fn an_answer_that_takes_its_time_is_waited_for() {
    let azure = Simulator::start(Options {
        validation: Duration::from_secs(60),
        ..options()
    });
    azure.inject(
        Fault::status(503)
            .on(Service::ResourceManager)
            .path_contains("operationresults")
            .times(3),
    );
    valid(validate(&azure, &network()).run());
    assert!(requests(&azure, "GET").len() > 4);
    assert_eq!(requests(&azure, "POST").len(), 1);
}

#[test]
fn other_scopes() {
    let azure = azure();
    let policy = resource("Microsoft.Authorization/policyDefinitions", "policy");
    let step = validate(&azure, &template("managementGroup", json!([policy])));
    let step = step.inputs(&[("resource-group-name", ""), ("subscription-id", "")]);
    let step = step.inputs(&[
        ("management-group-id", MANAGEMENT_GROUP),
        ("location", "westeurope"),
    ]);
    valid(step.run());
}

#[test]
fn an_invalid_template_fails_with_its_cause() {
    let azure = azure();
    let mut wrong = network();
    wrong["resources"][0]["properties"] = json!({"x": "[parameters('nowhere')]"});
    let outcome = validate(&azure, &wrong).run().expect(1).says(&[
        "is not valid",
        "::error",
        "InvalidTemplate",
        "nowhere",
    ]);
    assert_eq!(outcome.output("error-code"), "InvalidTemplate");
    assert!(
        outcome.summary.contains("InvalidTemplate"),
        "{}",
        outcome.summary
    );
}

#[test]
fn remarks_are_shown() {
    let azure = Simulator::start(Options {
        diagnostics: vec![json!({
            "level": "Warning", "code": "NestedDeploymentShortCircuited", "message": "not\n::error::looked into",
            "target": "/providers/Microsoft.Resources/deployments/inner"
        })],
        ..options()
    });
    let outcome = valid(validate(&azure, &network()).run());
    let outcome = outcome.says(&["::warning", "NestedDeploymentShortCircuited", "inner"]);
    assert!(!outcome.log.lines().any(|line| line.starts_with("::error")));
    assert!(
        outcome.summary.contains("NestedDeploymentShortCircuited"),
        "{}",
        outcome.summary
    );
}

#[test]
fn a_deployment_of_the_name_that_is_active_is_not_in_the_way() {
    let azure = azure();
    Step::new(&azure, &gateway())
        .inputs(&[("name", "hub"), ("wait", "false")])
        .run()
        .expect(0);
    valid(validate(&azure, &network()).input("name", "hub").run());
    let mut asked = azure.journal().into_iter().map(|exchange| exchange.path);
    assert!(
        asked
            .next_back()
            .unwrap()
            .ends_with("/hub-preview/validate"),
        "the name has no bearing on the answer"
    );
}

#[test]
fn the_level_reaches_azure() {
    let azure = azure();
    let step = validate(&azure, &network()).input("validation-level", "providernorbac");
    valid(step.run());
    let post = azure.journal().into_iter();
    let mut post = post.filter(|exchange| exchange.service == Service::ResourceManager);
    let body = post.next_back().unwrap().request_body.unwrap();
    assert_eq!(body["properties"]["validationLevel"], "ProviderNoRbac");
}
