//! What Resource Manager repeats when a deployment fails.

use azure_simulator::{Options, RESOURCE_GROUP, ResourceFailure, Simulator};
use serde_json::{Value, json};

use crate::{
    client::{DAY, Session, in_group, in_subscription, still},
    templates::{body, group, located, resource, subscription},
};

fn names(names: &[&str]) -> Value {
    let resources = names
        .iter()
        .map(|name| resource("Microsoft.Network/routeTables", name, &[]));
    body(group(resources.collect()))
}

fn with_rollback(mut body: Value, rollback: &Value) -> Value {
    body["properties"]["onErrorDeployment"] = rollback.clone();
    body
}

fn azure() -> Simulator {
    Simulator::start(Options {
        failures: vec![ResourceFailure::new("bad", "QuotaExceeded", "No.")],
        ..still()
    })
}

#[test]
fn the_earlier_deployment_runs_again_and_deletes_the_rest() {
    let azure = azure();
    let session = Session::new(&azure);
    let paths = ["one", "two", "three"].map(|name| in_group(RESOURCE_GROUP, name));
    session.put(&paths[0], &names(&["a"]));
    azure.advance(DAY);
    session.put(&paths[1], &names(&["b"]));
    azure.advance(DAY);
    let named = json!({"type": "SpecificDeployment", "deploymentName": "one"});
    let accepted = session.put(&paths[2], &with_rollback(names(&["c", "bad"]), &named));
    assert_eq!(accepted.body["properties"]["onErrorDeployment"], named);
    azure.advance(DAY);
    let properties = &session.get(&paths[2]).body["properties"];
    assert_eq!(properties["provisioningState"], "Failed");
    assert_eq!(
        properties["onErrorDeployment"]["provisioningState"],
        "Succeeded"
    );
    let repeated = &session.get(&paths[0]).body["properties"];
    assert_eq!(repeated["mode"], "Complete");
    assert_eq!(repeated["correlationId"], properties["correlationId"]);
    assert_eq!(azure.resources(), ["a"]);
}

#[test]
fn without_an_earlier_success_or_outside_of_a_group_it_is_refused() {
    let azure = azure();
    let session = Session::new(&azure);
    let last = json!({"type": "LastSuccessful"});
    let path = in_group(RESOURCE_GROUP, "one");
    let refused = session.put(&path, &with_rollback(names(&["a"]), &last));
    assert_eq!(
        (refused.status, refused.code()),
        (400, "OnErrorDeploymentNotFound")
    );
    let elsewhere = located(subscription(json!([])));
    let refused = session.put(&in_subscription("one"), &with_rollback(elsewhere, &last));
    assert_eq!((refused.status, refused.code()), (400, "InvalidDeployment"));
}
