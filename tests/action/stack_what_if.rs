//! What-ifs of deployment stacks: what leaves them, which properties change, and what was not predicted.

use azure_simulator::{Fault, Gap, Options, Service, Simulator};
use serde_json::{Value, json};

use super::{
    common::{requests, stack, submissions},
    step::{Outcome, Step, azure, options},
    templates::{nested, resource, template},
};

/// A virtual network with this address space, and route tables of these names.
fn hub(space: &str, tables: &[&str]) -> Value {
    let mut vnet = resource("Microsoft.Network/virtualNetworks", "vnet");
    vnet["properties"] = json!({"addressSpace": {"addressPrefixes": [space]}});
    let tables = tables.iter();
    let tables = tables.map(|name| resource("Microsoft.Network/routeTables", name));
    template("resourceGroup", [vnet].into_iter().chain(tables).collect())
}

fn what_if(azure: &Simulator, template: &Value) -> Step {
    stack(azure, template).input("operation", "whatIf")
}

/// An Azure with a stack.
fn with_stack() -> Simulator {
    let azure = azure();
    stack(&azure, &hub("10.0.0.0/16", &["old"])).run().expect(0);
    azure
}

fn changes(outcome: &Outcome) -> Value {
    serde_json::from_str(outcome.output("changes")).unwrap()
}

/// The methods of the requests about what-ifs, in their order.
fn asked(azure: &Simulator) -> Vec<String> {
    let mut journal = azure.journal();
    journal.retain(|exchange| exchange.path.contains("WhatIfResults"));
    journal
        .into_iter()
        .map(|exchange| exchange.method)
        .collect()
}

/// A fault of the question for the properties.
fn no_properties(fault: Fault) -> Fault {
    let fault = fault.on(Service::ResourceManager).method("POST");
    fault
        .path_contains("whatifresults")
        .path_ends_with("/whatif")
}

#[test]
fn it_names_what_would_leave_the_stack() {
    let azure = with_stack();
    let outcome = what_if(&azure, &hub("10.0.0.0/16", &["new"])).run();
    let outcome = outcome.expect(0).says(&["old", "new"]);
    let expected = json!({"Create": 1, "Delete": 1, "NoChange": 1});
    assert_eq!(changes(&outcome), expected);
    let asked = asked(&azure);
    assert_eq!(
        (asked[0].as_str(), asked[asked.len() - 1].as_str()),
        ("PUT", "DELETE")
    );
}

#[test]
fn forbidden_changes_stop_the_stack() {
    let azure = with_stack();
    stack(&azure, &hub("10.0.0.0/16", &[]))
        .input("fail-on-change-types", "delete")
        .run()
        .expect(1)
        .says(&["routeTables/old"]);
    assert_eq!(submissions(&azure), 1);
}

#[test]
fn it_tells_changes_down_to_the_property() {
    let azure = with_stack();
    let step =
        what_if(&azure, &hub("10.0.0.0/15", &["old"])).input("deny-settings-mode", "denyDelete");
    let outcome = step.run().expect(0).says(&[
        "~ Microsoft.Network/virtualNetworks/vnet",
        "~ properties.addressSpace.addressPrefixes: [",
        "~ 0: \"10.0.0.0/16\" => \"10.0.0.0/15\"",
        "~ denyStatus: \"none\" => \"denyDelete\"",
        "Stack settings:",
    ]);
    let shown = "-   0: \"10.0.0.0/16\"\n+   0: \"10.0.0.0/15\"\n";
    assert!(outcome.summary.contains(shown), "{}", outcome.summary);
    let answer: Value = serde_json::from_str(outcome.output("what-if")).unwrap();
    let first = &answer["changes"]["resourceChanges"][0];
    assert_eq!(first["changeType"], "modify");
    assert!(first["resourceConfigurationChanges"]["delta"].is_array());
    let mut asked = asked(&azure);
    // How often the result is looked at depends on how busy this machine is.
    asked.dedup();
    assert_eq!(asked, ["PUT", "GET", "POST", "DELETE"]);
}

#[test]
fn ids_are_enough_where_no_properties_are_wanted() {
    let azure = with_stack();
    let step = what_if(&azure, &hub("10.0.0.0/15", &["old"]))
        .input("what-if-result-format", "ResourceIdOnly");
    let outcome = step
        .run()
        .expect(0)
        .says(&["~ Microsoft.Network/virtualNetworks/vnet"]);
    outcome.never_says(&["addressPrefixes"]);
    assert!(!asked(&azure).contains(&"POST".to_owned()));
}

#[test]
fn properties_that_azure_does_not_tell_cost_one_line() {
    for fault in [
        Fault::azure(403, "AuthorizationFailed", "no"),
        Fault::azure(500, "DeploymentStackWhatIfOperationFailed", "no"),
        Fault::status(503),
        Fault::status(200).with_body("<html>"),
        Fault::reset(),
    ] {
        let azure = with_stack();
        azure.inject(no_properties(fault));
        let outcome = what_if(&azure, &hub("10.0.0.0/15", &["old"]))
            .run()
            .expect(0)
            .says(&[
                "~ Microsoft.Network/virtualNetworks/vnet",
                "::warning::the properties that the stack would change are not shown",
            ]);
        let warnings = outcome.log.matches("::warning").count();
        assert_eq!(warnings, 1, "{}", outcome.log);
        assert_eq!(changes(&outcome), json!({"Modify": 1, "NoChange": 1}));
        let outcome = outcome.never_says(&["addressPrefixes", "retrying"]);
        assert!(
            outcome.summary.contains("are not shown"),
            "{}",
            outcome.summary
        );
        assert_eq!(asked(&azure).last().unwrap(), "DELETE");
    }
}

#[test]
fn a_fault_that_passes_does_not_cost_the_properties() {
    let azure = with_stack();
    azure.inject(no_properties(Fault::status(503).times(2)));
    let outcome = what_if(&azure, &hub("10.0.0.0/15", &["old"]))
        .run()
        .expect(0);
    outcome
        .says(&["addressPrefixes"])
        .never_says(&["are not shown"]);
}

#[test]
fn what_was_not_predicted_fails_the_guard() {
    for (name, gap, code) in [
        ("routes", Gap::Unsupported, "Unsupported"),
        ("routes", Gap::Potential, "Create"),
        (
            "inner",
            Gap::ShortCircuited,
            "NestedDeploymentShortCircuited",
        ),
    ] {
        let azure = Simulator::start(Options {
            gaps: vec![(name.to_owned(), gap)],
            ..options()
        });
        let step = stack(&azure, &nested()).inputs(&[
            ("fail-on-change-types", "Delete, Detach"),
            ("what-if-exclude-change-types", "Unsupported"),
        ]);
        let outcome = step
            .run()
            .expect(1)
            .says(&[&format!("::error title={code}::{name}")]);
        assert_eq!(outcome.output("error-code"), "IncompleteWhatIf");
        assert_eq!(outcome.output("has-changes"), "true");
        assert_eq!(submissions(&azure), 0);
    }
}

#[test]
fn the_first_what_if_of_a_tenant_fails_soon_and_says_what_to_do() {
    let azure = azure();
    let message = "The deployment stack what-if operation failed.";
    let failed = Fault::azure(500, "DeploymentStackWhatIfOperationFailed", message);
    azure.inject(failed.on(Service::ResourceManager).method("PUT"));
    let outcome = what_if(&azure, &hub("10.0.0.0/16", &[])).run().expect(1);
    let outcome = outcome.says(&["`operation: validate`"]);
    assert_eq!(
        outcome.output("error-code"),
        "DeploymentStackWhatIfOperationFailed"
    );
    let seconds: u64 = outcome.output("duration-seconds").parse().unwrap();
    assert!(seconds < 150, "it was tried for {seconds} s");
    assert!(requests(&azure, "PUT", "").len() > 2, "it was tried again");
}
