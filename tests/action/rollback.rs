//! Rollback: announced before anything is sent, carried out by Azure in the mode Complete, and told at the end.

use std::time::Duration;

use azure_simulator::{Options, ResourceFailure, Simulator, State};
use serde_json::{Value, json};

use super::{
    common::stack,
    step::{Step, azure, options},
    templates::{resource, template},
};

/// How long it takes to deploy what was there before: long enough that the program sees that Azure is at it.
const SLOW: Duration = Duration::from_secs(5 * 60);
const ANNOUNCED: &str =
    "in the mode Complete, which deletes from the resource group what that one did not contain";

/// Resources of these names; `afw` fails.
fn of(names: &[&str]) -> Value {
    let resources = names.iter().map(|name| {
        let kind = if *name == "afw" {
            "azureFirewalls"
        } else {
            "routeTables"
        };
        resource(&format!("Microsoft.Network/{kind}"), name)
    });
    template("resourceGroup", resources.collect())
}

fn deploy(azure: &Simulator, name: &str, names: &[&str]) -> Step {
    Step::new(azure, &of(names)).input("name", name)
}

/// An Azure in which `first` has deployed `base`, and `second` has added `more`; firewalls fail.
fn with_history() -> Simulator {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure::new(
            "afw",
            "QuotaExceeded",
            "no more cores",
        )],
        durations: ["base", "more"]
            .map(|name| (name.to_owned(), SLOW))
            .to_vec(),
        ..options()
    });
    deploy(&azure, "first", &["base"]).run().expect(0);
    deploy(&azure, "second", &["base", "more"]).run().expect(0);
    assert_eq!(azure.resources(), ["base", "more"]);
    azure
}

#[test]
fn a_failure_is_rolled_back_to_the_deployment_of_that_name() {
    let azure = with_history();
    let step = deploy(&azure, "third", &["base", "more", "new", "afw"]);
    let outcome = step
        .input("rollback-on-error", "first")
        .run()
        .expect(1)
        .says(&[
            "rollback   if this fails, Azure repeats deployment first",
            ANNOUNCED,
            "the deployment failed, and Azure repeats deployment first, which is",
            "deployment third failed after",
            "Azure repeated deployment first, and deleted what that one did not contain",
            "look at what the resource group has now",
        ]);
    let at = |words: &str| outcome.log.find(words).unwrap();
    assert!(at(ANNOUNCED) < at("signed in"), "{}", outcome.log);
    assert_eq!(outcome.output("error-code"), "QuotaExceeded");
    assert_eq!(outcome.output("provisioning-state"), "Failed");
    for words in [ANNOUNCED, "Azure repeated deployment first"] {
        assert!(outcome.summary.contains(words), "{}", outcome.summary);
    }
    assert_eq!(azure.deployment("first").unwrap().state, State::Succeeded);
    assert_eq!(azure.resources(), ["base"]);
}

#[test]
fn a_failure_is_rolled_back_to_the_last_success() {
    let azure = with_history();
    let step = deploy(&azure, "third", &["new", "afw"]);
    let step = step.input("rollback-on-error", "lastSuccessful");
    step.run().expect(1).says(&[
        "if this fails, Azure repeats the last successful deployment",
        "Azure repeated deployment second, and deleted what that one did not contain",
    ]);
    assert_eq!(azure.resources(), ["base", "more"]);
}

#[test]
fn a_success_rolls_nothing_back() {
    let azure = with_history();
    let step = deploy(&azure, "third", &["new"]).input("rollback-on-error", "first");
    let outcome = step.run().expect(0).says(&[ANNOUNCED]);
    outcome.never_says(&["Azure repeated"]);
    assert_eq!(azure.resources(), ["base", "more", "new"]);
}

#[test]
fn without_an_earlier_success_nothing_is_deployed() {
    let azure = azure();
    let step = deploy(&azure, "first", &["base"]);
    let outcome = step
        .input("rollback-on-error", "lastSuccessful")
        .run()
        .expect(1);
    outcome.says(&["nothing was deployed", "No successful deployment"]);
    assert!(azure.resources().is_empty());
}

#[test]
fn what_azure_cannot_roll_back_is_refused_before_anything_is_sent() {
    let azure = azure();
    let group = of(&["base"]);
    let subscription = template("subscription", json!([]));
    for (step, reason) in [
        (stack(&azure, &group), "no stacks"),
        (
            Step::new(&azure, &subscription)
                .inputs(&[("resource-group-name", ""), ("location", "westeurope")]),
            "to a resource group only",
        ),
        (
            deploy(&azure, "first", &["base"]),
            "the name of this deployment",
        ),
    ] {
        let step = step.input("rollback-on-error", "first");
        step.run().expect(2).says(&["rollback-on-error", reason]);
    }
    assert!(azure.journal().is_empty());
}

#[test]
fn a_cancelled_workflow_tells_that_the_rollback_goes_on() {
    let azure = with_history();
    let step = deploy(&azure, "third", &["afw"]).input("rollback-on-error", "second");
    let running = step.input("on-cancel", "cancel").start();
    let running = running.until("the deployment failed, and Azure repeats deployment second");
    let outcome = running.signal("INT").outcome().expect(1).says(&[
        "Azure repeats deployment second, which is",
        "and continues in Azure",
        "az deployment group show",
        "--name second",
    ]);
    assert_eq!(outcome.output("error-code"), "QuotaExceeded");
}

#[test]
fn the_mode_complete_deletes_what_the_template_lacks() {
    let azure = with_history();
    let step = deploy(&azure, "third", &["more", "new"]);
    step.input("deployment-mode", "Complete").run().expect(0);
    assert_eq!(azure.resources(), ["more", "new"]);
}
