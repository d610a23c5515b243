//! Deployments that fail, and how they say so.

use std::time::Duration;

use azure_simulator::{Options, RESOURCE_GROUP, ResourceFailure, Simulator};
use serde_json::{Value, json};

use crate::{
    client::{Session, in_group, in_subscription, still},
    templates::{body, chain, group, located, nested, resource, subscription, tree},
};

fn failing(failure: ResourceFailure) -> Options {
    Options {
        failures: vec![failure],
        ..still()
    }
}

fn row<'a>(rows: &'a [Value], name: &str) -> Option<&'a Value> {
    let found = rows
        .iter()
        .find(|row| row["properties"]["targetResource"]["resourceName"] == name);
    found.map(|row| &row["properties"])
}

#[test]
fn what_depends_on_a_failed_resource_never_starts() {
    let azure = Simulator::start(failing(ResourceFailure::new(
        "ip",
        "PublicIPCountLimitReached",
        "Too many.",
    )));
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    let properties = session.end(&path).body["properties"].clone();
    assert_eq!(properties["provisioningState"], "Failed");
    assert!(properties.get("outputs").is_none());
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(row(&rows, "gw"), None);
    assert_eq!(
        row(&rows, "hub-vnet").unwrap()["provisioningState"],
        "Succeeded"
    );
    let failed = row(&rows, "ip").unwrap();
    assert_eq!(failed["statusCode"], "Conflict");
    let cause = json!([{"code": "PublicIPCountLimitReached", "message": "Too many."}]);
    assert_eq!(failed["statusMessage"]["error"]["details"], cause);
    let error = &properties["error"];
    assert_eq!(error["code"], "DeploymentFailed");
    assert_eq!(error["details"][0]["details"], cause);
    assert_eq!(azure.deployment("hub").unwrap().resources[2].state, None);
}

#[test]
fn a_refusal_comes_plain() {
    let failure = ResourceFailure {
        status_code: "BadRequest".to_owned(),
        after: Some(Duration::from_secs(1)),
        ..ResourceFailure::new(
            "Microsoft.Network/publicIPAddresses",
            "InvalidSku",
            "No such SKU.",
        )
    };
    let azure = Simulator::start(failing(failure));
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.end(&path);
    let rows = session.rows(&format!("{path}/operations"));
    let failed = row(&rows, "ip").unwrap();
    assert_eq!(failed["statusCode"], "BadRequest");
    assert_eq!(
        failed["statusMessage"],
        json!({"error": {"code": "InvalidSku", "message": "No such SKU."}})
    );
}

#[test]
fn a_failure_below_is_wrapped_once_for_each_level() {
    let azure = Simulator::start(failing(ResourceFailure::new(
        "gw",
        "GatewayFailed",
        "It broke.",
    )));
    let session = Session::new(&azure);
    let path = in_subscription("landing-zone");
    session.put(&path, &located(tree()));
    let error = session.end(&path).body["properties"]["error"].clone();
    let codes = [
        "DeploymentFailed",
        "ResourceDeploymentFailure",
        "DeploymentFailed",
        "ResourceDeploymentFailure",
        "DeploymentFailed",
        "ResourceDeploymentFailure",
        "GatewayFailed",
    ];
    let mut level = &error;
    for (depth, code) in codes.into_iter().enumerate() {
        assert_eq!(level["code"], code, "{depth}: {error}");
        level = &level["details"][0];
    }
    assert!(
        error["details"][0]["target"]
            .as_str()
            .unwrap()
            .ends_with("/deployments/network")
    );
}

#[test]
fn older_errors_are_json_within_strings() {
    let options = Options {
        legacy_errors: true,
        ..failing(ResourceFailure::new("gw", "GatewayFailed", "It broke."))
    };
    let azure = Simulator::start(options);
    let session = Session::new(&azure);
    let path = in_subscription("landing-zone");
    session.put(&path, &located(tree()));
    let error = session.end(&path).body["properties"]["error"].clone();
    assert_eq!(error["details"][0]["code"], "Conflict");
    let text = error["details"][0]["message"].as_str().unwrap();
    assert!(text.contains("\r\n"));
    let inner: Value = serde_json::from_str(text).unwrap();
    assert_eq!(inner["error"]["code"], "ResourceDeploymentFailure");
    assert!(inner["error"]["details"][0]["details"][0]["message"].is_string());
}

#[test]
fn a_status_message_can_be_given_in_full() {
    let failure = ResourceFailure {
        status_message: Some(json!("The request was simply refused.")),
        ..ResourceFailure::new("ip", "", "")
    };
    let azure = Simulator::start(failing(failure));
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.end(&path);
    let text = "The request was simply refused.";
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(row(&rows, "ip").unwrap()["statusMessage"], text);
    let error = session.get(&path).body["properties"]["error"].clone();
    assert_eq!(
        error["details"][0],
        json!({"code": "Conflict", "message": text})
    );
}

#[test]
fn outputs_that_cannot_be_evaluated_fail_the_deployment_at_its_end() {
    let azure = Simulator::start(failing(ResourceFailure::new("none", "", "")));
    let session = Session::new(&azure);
    let mut template = chain();
    template["outputs"] = json!({"bad": {"type": "string", "value": "[createObject('a', 1).b]"}});
    let path = in_group(RESOURCE_GROUP, "hub");
    assert_eq!(session.put(&path, &body(template)).status, 201);
    let properties = session.end(&path).body["properties"].clone();
    assert_eq!(
        properties["error"]["code"],
        "DeploymentOutputEvaluationFailed"
    );
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(rows[3]["properties"]["provisioningState"], "Failed");
}

#[test]
fn nested_deployments_to_nowhere_fail_in_their_turn() {
    let azure = Simulator::start(failing(ResourceFailure::new("none", "", "")));
    let session = Session::new(&azure);
    let empty = group(json!([resource(
        "Microsoft.Network/virtualNetworks",
        "v",
        &[]
    )]));
    let template = subscription(json!([nested("lost", "rg-nowhere", &empty, &[])]));
    let path = in_subscription("d");
    assert_eq!(session.put(&path, &located(template)).status, 201);
    let error = session.end(&path).body["properties"]["error"].clone();
    assert_eq!(error["details"][0]["code"], "ResourceGroupNotFound");
}
