//! Resources keep names by which they can be told apart, in log, summary and report.

use azure_simulator::{Options, RESOURCE_GROUP, ResourceFailure, Simulator};
use serde_json::{Value, json};

use super::{
    step::{Outcome, Step, options},
    templates::{resource, template},
};

fn failing(names: &[&str], code: &str) -> Simulator {
    let failure = |name: &&str| ResourceFailure::new(name, code, "no");
    Simulator::start(Options {
        failures: names.iter().map(failure).collect(),
        resource_groups: vec![RESOURCE_GROUP.to_owned(), "rg-other".to_owned()],
        ..options()
    })
}

/// A deployment of the subscription, with its report file.
fn run(azure: &Simulator, template: &Value) -> (Outcome, Value) {
    let inputs = [
        ("resource-group-name", ""),
        ("location", "westeurope"),
        ("report-file", "report.json"),
    ];
    let step = Step::new(azure, template).inputs(&inputs);
    let path = step.path("report.json");
    let mut report = Value::Null;
    let outcome = step.run_and(|| {
        let text = std::fs::read_to_string(path).unwrap();
        report = serde_json::from_str(&text).unwrap();
    });
    (outcome, report)
}

fn storage(group: &str, account: &str) -> Value {
    let inner = template(
        "resourceGroup",
        json!([resource("Microsoft.Storage/storageAccounts", account)]),
    );
    json!({
        "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "storage",
        "resourceGroup": group, "properties": { "mode": "Incremental", "template": inner }
    })
}

#[test]
fn nested_deployments_of_one_name_are_told_apart() {
    let azure = failing(&["sta", "stb"], "StorageAccountAlreadyTaken");
    let both = json!([storage(RESOURCE_GROUP, "sta"), storage("rg-other", "stb")]);
    let (outcome, report) = run(&azure, &template("subscription", both));
    let outcome = outcome.expect(1);
    let causes = report["ending"]["reasons"].as_array().unwrap();
    let mut places: Vec<_> = causes
        .iter()
        .map(|cause| cause["place"].as_str().unwrap())
        .collect();
    places.sort_unstable();
    assert_eq!(places.len(), 2, "{places:?}");
    let labelled = places
        .iter()
        .filter(|place| place.starts_with("storage (rg-"));
    assert_eq!(labelled.count(), 1, "{places:?}");
    for place in places {
        assert!(outcome.log.contains(place), "{place}:\n{}", outcome.log);
    }
    assert!(
        outcome.summary.contains("storage (rg-"),
        "{}",
        outcome.summary
    );
}

/// Microsoft Graph: no ids, but identifiers.
#[test]
fn resources_of_extensions_keep_their_names() {
    let azure = failing(&["ops"], "Forbidden");
    let application = |name: &str| json!({"import": "microsoftGraph", "type": "Microsoft.Graph/applications@v1.0", "properties": {"uniqueName": name, "displayName": name}});
    let mut graph = template(
        "subscription",
        json!({"hub": application("app-hub"), "ops": application("app-ops")}),
    );
    graph["languageVersion"] = "2.0".into();
    graph["imports"] =
        json!({"microsoftGraph": {"provider": "MicrosoftGraph", "version": "1.0.0"}});
    let (outcome, report) = run(&azure, &graph);
    let outcome = outcome.expect(1).says(&[
        "2/2 done",
        "applications app-hub",
        "because of Forbidden at app-ops (applications)",
    ]);
    let resources = report["resources"].as_array().unwrap();
    let names: Vec<_> = resources
        .iter()
        .map(|resource| resource["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names.contains(&"app-hub") && names.contains(&"app-ops"),
        "{names:?}"
    );
    assert!(outcome.summary.contains("app-ops"), "{}", outcome.summary);
}
