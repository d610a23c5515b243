//! Deployment stacks: what they refuse, and how they change.

use std::time::Duration;

use azure_simulator::{Fault, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Simulator};
use serde_json::{Value, json};

use crate::client::{DAY, Session, still};

const VERSION: &str = "api-version=2025-07-01";

fn path() -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Resources/deploymentStacks/hub?{VERSION}"
    )
}

fn body(names: &[&str]) -> Value {
    let resources = names.iter().map(|name| {
        json!({"type": "Microsoft.Network/routeTables", "apiVersion": "2024-05-01", "name": name,
               "location": "westeurope", "properties": {}})
    });
    json!({"properties": {
        "actionOnUnmanage": {"resources": "delete"},
        "denySettings": {"mode": "none"},
        "template": {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": resources.collect::<Value>(),
        },
    }})
}

#[test]
fn a_body_without_its_settings_is_refused() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    for missing in ["actionOnUnmanage", "denySettings", "template"] {
        let mut body = body(&["rt"]);
        body["properties"].as_object_mut().unwrap().remove(missing);
        assert_eq!(session.put(&path(), &body).status, 400, "{missing}");
    }
    let mut unknown = body(&["rt"]);
    unknown["properties"]["mode"] = "Incremental".into();
    assert_eq!(session.put(&path(), &unknown).status, 400);
    assert_eq!(session.get(&path()).status, 404);
}

#[test]
fn what_a_second_template_drops_is_deleted() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let first = session.put(&path(), &body(&["one", "two"]));
    assert_eq!(first.status, 201);
    assert_eq!(
        first.body["properties"]["provisioningState"],
        "initializing"
    );
    assert!(first.body["properties"]["deploymentId"].is_null());
    let busy = session.put(&path(), &body(&["one"]));
    assert_eq!(busy.code(), "DeploymentStackInNonTerminalState");
    azure.advance(DAY);
    assert_eq!(
        session.get(&path()).body["properties"]["provisioningState"],
        "succeeded"
    );

    assert_eq!(session.put(&path(), &body(&["one"])).status, 200);
    azure.advance(DAY);
    let properties = session.get(&path()).body["properties"].clone();
    assert_eq!(properties["resources"].as_array().unwrap().len(), 1);
    let deleted = properties["deletedResources"][0]["id"].as_str().unwrap();
    assert!(deleted.ends_with("/two"), "{deleted}");
}

#[test]
fn a_deleted_stack_is_gone() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    session.put(&path(), &body(&["one"]));
    azure.advance(DAY);
    let deleted = session.try_call("DELETE", &path(), None).unwrap();
    assert_eq!(deleted.status, 202);
    azure.advance(Duration::from_secs(1));
    let status = session.get(&deleted.headers["azure-asyncoperation"]);
    assert_eq!(status.body["status"], "deletingResources");
    azure.advance(DAY);
    let status = session.get(&deleted.headers["azure-asyncoperation"]);
    assert_eq!(status.body["status"], "succeeded");
    assert_eq!(session.get(&path()).status, 404);
    let again = session.try_call("DELETE", &path(), None).unwrap();
    assert_eq!(again.status, 204);
}

#[test]
fn a_deletion_is_refused_while_the_stack_changes() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    session.put(&path(), &body(&["one"]));
    let refused = session.try_call("DELETE", &path(), None).unwrap();
    assert_eq!(
        (refused.status, refused.code()),
        (409, "DeploymentStackInNonTerminalState")
    );
}

#[test]
fn a_deletion_can_be_answered_without_effect() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    session.put(&path(), &body(&["one"]));
    azure.advance(DAY);
    azure.inject(Fault::status(200).with_body("").method("DELETE").times(1));
    let answer = session.try_call("DELETE", &path(), None).unwrap();
    assert_eq!(answer.status, 200);
    azure.advance(DAY);
    assert_eq!(session.get(&path()).status, 200);
}

#[test]
fn a_what_if_tells_properties_only_when_it_is_asked_for_them() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let mut asked = body(&["one"]);
    asked["properties"]["deploymentStackResourceId"] = path().split('?').next().unwrap().into();
    asked["properties"]["retentionInterval"] = "P1D".into();
    let result = path().replace("deploymentStacks/hub", "deploymentStacksWhatIfResults/look");
    let question = result.replace('?', "/whatIf?");
    assert_eq!(session.put(&result, &asked).status, 201);
    assert_eq!(
        session.post(&question).status,
        409,
        "it is not complete yet"
    );
    azure.advance(DAY);
    let change = |answer: &Value| answer["properties"]["changes"]["resourceChanges"][0].clone();
    let shown = change(&session.get(&result).body);
    assert_eq!(
        (&shown["changeType"], &shown["changeCertainty"]),
        (&"create".into(), &"definite".into())
    );
    assert!(shown.get("resourceConfigurationChanges").is_none());
    let pending = session.post(&question);
    assert_eq!(
        (pending.status, pending.headers["retry-after"].as_str()),
        (202, "15")
    );
    azure.advance(DAY);
    let answer = session.get(&pending.headers["location"]);
    assert_eq!(answer.status, 200);
    assert!(change(&answer.body)["resourceConfigurationChanges"]["after"].is_object());
}

#[test]
fn a_reader_may_be_shown_the_stack_before_its_update() {
    let azure = Simulator::start(Options {
        stale_for: Duration::from_secs(10),
        ..still()
    });
    let session = Session::new(&azure);
    session.put(&path(), &body(&["one"]));
    azure.advance(DAY);
    session.put(&path(), &body(&["two"]));
    let state = || session.get(&path()).body["properties"]["provisioningState"].clone();
    azure.advance(Duration::from_secs(9));
    assert_eq!(state(), "succeeded");
    azure.advance(Duration::from_secs(1));
    assert_eq!(state(), "deploying");
}
