//! What-if: before a deployment, or instead of it.

use std::time::Duration;

use azure_simulator::{Fault, Options, Service, Simulator};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, azure, options},
    templates::{nested, network, resource, template, with_parameters},
};

fn what_if(azure: &Simulator, template: &Value) -> Step {
    Step::new(azure, template).input("operation", "whatIf")
}

/// Deploys what a later what-if finds.
fn deployed(azure: &Simulator, template: &Value) {
    Step::new(azure, template).run().expect(0);
}

/// A virtual network with these address prefixes, and perhaps a route table.
fn hub(prefixes: &[&str], routes: bool) -> Value {
    let mut vnet = resource("Microsoft.Network/virtualNetworks", "vnet");
    vnet["properties"] = json!({"addressSpace": {"addressPrefixes": prefixes}});
    let mut resources = vec![vnet];
    if routes {
        resources.push(resource("Microsoft.Network/routeTables", "routes"));
    }
    template("resourceGroup", resources.into())
}

fn submissions(azure: &Simulator) -> usize {
    let journal = azure.journal().into_iter();
    journal.filter(|exchange| exchange.method == "PUT").count()
}

/// The `changes` and `has-changes` outputs.
fn found(outcome: &Outcome) -> (Value, &str) {
    let changes = serde_json::from_str(outcome.output("changes")).unwrap();
    (changes, outcome.output("has-changes"))
}

#[test]
fn what_is_new_is_told_and_not_deployed() {
    let azure = azure();
    let outcome = what_if(&azure, &nested()).run().expect(0).says(&[
        "Predicting the changes of main.json",
        "+ Microsoft.Network/virtualNetworks/vnet [2024-05-01]",
        "+ Microsoft.Network/routeTables/routes",
        "resource changes: 2 to create",
        "would change something: 2 to create",
    ]);
    assert_eq!(found(&outcome), (json!({"Create": 2}), "true"));
    let answer: Value = serde_json::from_str(outcome.output("what-if")).unwrap();
    assert_eq!(answer["changes"].as_array().unwrap().len(), 2);
    assert!(outcome.summary.contains("### What-if") && outcome.summary.contains("```diff"));
    assert_eq!(submissions(&azure), 0);
    assert!(
        !outcome.state.contains_key("deployment-id"),
        "{:?}",
        outcome.state
    );
}

#[test]
fn changes_are_told_down_to_the_property() {
    let azure = azure();
    deployed(&azure, &hub(&["10.0.0.0/16", "10.1.0.0/16"], true));
    let outcome = what_if(&azure, &hub(&["10.0.0.0/15", "10.1.0.0/16"], false));
    let outcome = outcome.run().expect(0).says(&[
        "~ Microsoft.Network/virtualNetworks/vnet",
        "~ properties.addressSpace.addressPrefixes: [",
        "~ 0: \"10.0.0.0/16\" => \"10.0.0.0/15\"",
        "* Microsoft.Network/routeTables/routes",
    ]);
    assert_eq!(found(&outcome), (json!({"Modify": 1, "Ignore": 1}), "true"));
    let shown = "-   0: \"10.0.0.0/16\"\n+   0: \"10.0.0.0/15\"\n";
    assert!(outcome.summary.contains(shown), "{}", outcome.summary);
}

#[test]
fn nothing_changes() {
    let azure = azure();
    deployed(&azure, &network());
    let outcome = what_if(&azure, &network()).run();
    let outcome = outcome.expect(0).says(&["would change nothing"]);
    assert_eq!(found(&outcome), (json!({"NoChange": 1}), "false"));
}

#[test]
fn excluded_changes_are_nowhere_and_ids_are_enough() {
    let azure = azure();
    deployed(&azure, &hub(&["10.0.0.0/16"], true));
    let outcome = what_if(&azure, &hub(&["10.0.0.0/15"], false))
        .inputs(&[
            ("what-if-exclude-change-types", "ignore, nochange"),
            ("what-if-result-format", "ResourceIdOnly"),
        ])
        .run()
        .expect(0)
        .says(&["! Microsoft.Network/virtualNetworks/vnet"])
        .hides("routes");
    assert_eq!(found(&outcome), (json!({"Deploy": 1}), "true"));
}

#[test]
fn before_a_deployment_it_is_shown_first() {
    let azure = azure();
    let outcome = Step::new(&azure, &network()).input("what-if", "true").run();
    let outcome = outcome.expect(0);
    let at = |words: &str| outcome.log.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(at("resource changes: 1 to create") < at("Azure accepted the deployment"));
    assert_eq!(found(&outcome), (json!({"Create": 1}), "true"));
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    assert!(outcome.summary.contains("### What-if"));
    assert_eq!(submissions(&azure), 1);
}

#[test]
fn a_forbidden_change_fails_before_anything_is_deployed() {
    let azure = azure();
    deployed(&azure, &hub(&["10.0.0.0/16"], true));
    let before = submissions(&azure);
    for operation in ["create", "whatIf"] {
        let outcome = Step::new(&azure, &hub(&["10.0.0.0/16"], false))
            .inputs(&[
                ("operation", operation),
                ("deployment-mode", "Complete"),
                ("fail-on-change-types", "Delete"),
            ])
            .run()
            .expect(1)
            .says(&[
                "- Microsoft.Network/routeTables/routes",
                "::error title=Delete::routes (routeTables): forbidden by fail-on-change-types",
                "nothing was deployed",
            ]);
        assert_eq!(outcome.output("error-code"), "ForbiddenChanges");
        assert_eq!(found(&outcome).0, json!({"NoChange": 1, "Delete": 1}));
        assert!(outcome.summary.contains("routes"), "{}", outcome.summary);
    }
    assert_eq!(submissions(&azure), before);
}

#[test]
fn what_is_allowed_is_deployed() {
    let azure = azure();
    let outcome = Step::new(&azure, &network())
        .input("fail-on-change-types", "Delete")
        .run()
        .expect(0);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    assert_eq!(submissions(&azure), 1);
}

#[test]
fn a_failure_that_comes_as_a_success_is_a_failure() {
    let error = ("InvalidTemplate".to_owned(), "no such thing".to_owned());
    let azure = Simulator::start(Options {
        what_if_error: Some(error),
        ..options()
    });
    let step = Step::new(&azure, &network()).input("what-if", "true");
    let outcome = step.run().expect(1).says(&["no such thing"]);
    assert_eq!(outcome.output("error-code"), "InvalidTemplate");
    assert_eq!(submissions(&azure), 0);
}

#[test]
fn an_outage_while_it_is_made_is_survived() {
    let azure = Simulator::start(Options {
        what_if: Duration::from_secs(120),
        ..options()
    });
    azure.inject(
        Fault::status(503)
            .on(Service::ResourceManager)
            .path_contains("operationresults")
            .lasting(Duration::from_secs(300)),
    );
    let outcome = what_if(&azure, &network()).run().expect(0);
    assert_eq!(found(&outcome).1, "true");
}

#[test]
fn secure_parameters_are_shown_by_their_names() {
    let azure = azure();
    let mut secured = with_parameters(network(), json!({"key": {"type": "securestring"}}));
    secured["resources"][0]["properties"] = json!({"key": "[parameters('key')]"});
    what_if(&azure, &secured)
        .input("parameters", "key=s3cret-key")
        .run()
        .expect(0)
        .says(&["[parameters('key')]"])
        .hides("s3cret-key");
}

#[test]
fn a_cancelled_workflow_leaves_in_time() {
    let azure = Simulator::start(Options {
        what_if: Duration::from_secs(3600),
        ..options()
    });
    let running = Step::new(&azure, &network())
        .inputs(&[("what-if", "true"), ("on-cancel", "cancel")])
        .start()
        .until("signed in");
    let outcome = running.signal("INT").outcome().expect(5);
    assert!(
        outcome.log.contains("nothing was deployed"),
        "{}",
        outcome.log
    );
    assert_eq!(submissions(&azure), 0);
}

#[test]
fn a_what_if_that_takes_too_long_is_timed_out() {
    let azure = Simulator::start(Options {
        what_if: Duration::from_secs(36_000),
        ..options()
    });
    let outcome = what_if(&azure, &network()).input("timeout", "10m").run();
    outcome.expect(4).says(&[
        "Azure has confirmed no submission yet",
        "timed out after 10m; nothing was deployed",
    ]);
}
