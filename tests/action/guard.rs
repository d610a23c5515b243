//! What a what-if could not predict: told as such, never as no change, and stopped by a guard.

use azure_simulator::{Gap, Options, Simulator};
use serde_json::{Value, json};

use super::{
    common::submissions,
    step::{Outcome, Step, options},
    templates::{nested, network, resource, template},
};

const SHORT_CIRCUITED: &str = "NestedDeploymentShortCircuited";

/// An Azure whose what-ifs leave this out.
fn blind_to(name: &str, gap: Gap) -> Simulator {
    Simulator::start(Options {
        gaps: vec![(name.to_owned(), gap)],
        ..options()
    })
}

fn guarded(azure: &Simulator, template: &Value, forbidden: &str) -> Step {
    Step::new(azure, template).input("fail-on-change-types", forbidden)
}

/// A nested deployment with a firewall, and nothing else.
fn only_nested() -> Value {
    let firewall = resource("Microsoft.Network/azureFirewalls", "afw");
    let inner = template("resourceGroup", json!([firewall]));
    template(
        "resourceGroup",
        json!([{
            "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "firewall",
            "properties": {"mode": "Incremental", "template": inner}
        }]),
    )
}

/// Checks that nothing says that there is no change.
fn admits_its_gap(outcome: &Outcome) {
    let words = ["would change nothing", "No resource changes"];
    for words in words {
        assert!(!outcome.log.contains(words), "{}", outcome.log);
        assert!(!outcome.summary.contains(words), "{}", outcome.summary);
    }
    assert_eq!(outcome.output("has-changes"), "true");
}

#[test]
fn a_nested_deployment_that_was_skipped_is_no_absence_of_changes() {
    let azure = blind_to("firewall", Gap::ShortCircuited);
    let step = Step::new(&azure, &only_nested()).input("operation", "whatIf");
    let outcome = step.run().expect(0).says(&[
        "Not predicted",
        "NestedDeploymentShortCircuited: firewall (deployments): A nested deployment got short-circuited",
        "resource changes: none; 1 part not predicted",
        "the what-if found no change by deployment",
        "1 part could not be predicted",
        "::warning title=IncompleteWhatIf::",
    ]);
    admits_its_gap(&outcome);
    assert!(outcome.summary.contains("## ⚠️"), "{}", outcome.summary);
    assert!(
        outcome
            .summary
            .contains("> Not predicted, and may change, too: 1 part")
    );
    assert!(outcome.summary.contains("firewall"), "{}", outcome.summary);
    assert_eq!(outcome.output("changes"), "{}");
}

#[test]
fn the_guard_fails_on_a_nested_deployment_that_was_skipped() {
    for operation in ["whatIf", "create"] {
        let azure = blind_to("firewall", Gap::ShortCircuited);
        let step = guarded(&azure, &only_nested(), "Delete").input("operation", operation);
        let outcome = step.run().expect(1).says(&[
            "the what-if could not predict 1 part of deployment",
            "does not pass fail-on-change-types; nothing was deployed",
            "::error title=NestedDeploymentShortCircuited::firewall (deployments): not predicted: A nested",
            "`what-if-allow-incomplete: true`",
        ]);
        admits_its_gap(&outcome);
        assert_eq!(outcome.output("error-code"), "IncompleteWhatIf");
        assert!(outcome.output("error-message").contains("firewall"));
        assert!(
            outcome.summary.contains(SHORT_CIRCUITED),
            "{}",
            outcome.summary
        );
        assert_eq!(submissions(&azure), 0);
    }
}

#[test]
fn the_author_can_let_it_pass() {
    let azure = blind_to("firewall", Gap::ShortCircuited);
    let step = guarded(&azure, &only_nested(), "Delete").input("what-if-allow-incomplete", "true");
    let outcome = step.run().expect(0).says(&["1 part not predicted"]);
    admits_its_gap(&outcome);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    assert_eq!(submissions(&azure), 1);
}

#[test]
fn every_kind_of_gap_fails_the_guard_and_names_the_resource() {
    for (gap, code, reason) in [
        (
            Gap::Unsupported,
            "Unsupported",
            "its resource ID or API version cannot be calculated",
        ),
        (Gap::Potential, "Create", "it may happen or not"),
        (Gap::Ignored, "Ignore", "it is part of the template"),
    ] {
        let azure = blind_to("routes", gap);
        let outcome = guarded(&azure, &nested(), "Delete").run().expect(1).says(&[
            &format!("::error title={code}::routes (routeTables): not predicted: "),
            reason,
            "the what-if could not predict 1 part",
        ]);
        admits_its_gap(&outcome);
        assert!(
            outcome.summary.contains("routes (routeTables)"),
            "{}",
            outcome.summary
        );
        assert_eq!(submissions(&azure), 0);
    }
}

#[test]
fn what_is_excluded_is_not_hidden_from_the_guard() {
    for gap in [Gap::Unsupported, Gap::Ignored, Gap::Potential] {
        let azure = blind_to("vnet", gap);
        let step = guarded(&azure, &network(), "Delete").input(
            "what-if-exclude-change-types",
            "Unsupported, Ignore, Create",
        );
        let outcome = step.run().expect(1).says(&["vnet (virtualNetworks)"]);
        admits_its_gap(&outcome);
        assert_eq!(outcome.output("changes"), "{}");
        assert_eq!(submissions(&azure), 0);
    }
}

#[test]
fn what_is_forbidden_is_told_beside_what_was_not_predicted() {
    let azure = blind_to("inner", Gap::ShortCircuited);
    let outcome = guarded(&azure, &nested(), "Create").run().expect(1).says(&[
        "would make 1 change that fail-on-change-types forbids, and the what-if could not predict 1 part",
        "::error title=Create::vnet (virtualNetworks): forbidden by fail-on-change-types",
        "::error title=NestedDeploymentShortCircuited::inner (deployments): not predicted",
    ]);
    assert_eq!(outcome.output("error-code"), "ForbiddenChanges");
}

#[test]
fn a_guard_that_could_never_find_its_change_is_refused() {
    let azure = blind_to("vnet", Gap::Unsupported);
    let step =
        guarded(&azure, &network(), "Modify").input("what-if-result-format", "ResourceIdOnly");
    step.run()
        .expect(2)
        .says(&["Modify is never found with the what-if-result-format"]);
    assert!(azure.journal().is_empty());
}
