//! Cancelling, and what goes on below for a while.

use std::time::Duration;

use azure_simulator::{Options, RESOURCE_GROUP, Simulator, State};

use crate::{
    client::{Session, fast, in_group, in_subscription},
    templates::{body, chain, located, tree},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn options(cancel_lag: Duration) -> Options {
    let durations = vec![("gw".to_owned(), 2 * DAY)];
    Options {
        cancel_lag,
        durations,
        ..fast()
    }
}

fn state(session: &Session<'_>, path: &str) -> String {
    let answer = session.get(path);
    answer.body["properties"]["provisioningState"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Waits until the gateway, two levels down, is being deployed.
fn at_the_gateway(session: &Session<'_>) {
    let operations = format!("{}/operations", in_group("rg-new", "gateway"));
    session.until(&operations, |answer| {
        answer.body["value"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty())
    });
}

#[test]
fn a_cancelled_deployment_ends_soon_and_its_operations_with_it() {
    let azure = Simulator::start(options(Duration::ZERO));
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.until(&format!("{path}/operations"), |answer| {
        answer.body["value"]
            .as_array()
            .is_some_and(|rows| rows.len() == 3)
    });
    assert_eq!(session.post(&format!("{path}/cancel")).status, 204);
    assert_eq!(
        session.end(&path).body["properties"]["provisioningState"],
        "Canceled"
    );
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2]["properties"]["provisioningState"], "Canceled");
    let again = session.post(&format!("{path}/cancel"));
    assert_eq!(
        (again.status, again.code()),
        (409, "DeploymentCannotBeCancelled")
    );
    assert_eq!(
        session
            .post(&format!("{}/cancel", in_group(RESOURCE_GROUP, "none")))
            .status,
        404
    );
}

#[test]
fn children_go_on_while_the_parent_is_canceled_and_block_the_next_run() {
    let azure = Simulator::start(options(DAY / 4));
    let session = Session::new(&azure);
    let (root, network) = (in_subscription("zone"), in_group("rg-new", "network"));
    session.put(&root, &located(tree()));
    at_the_gateway(&session);
    session.post(&format!("{root}/cancel"));
    assert_eq!(
        session.end(&root).body["properties"]["provisioningState"],
        "Canceled"
    );
    assert_eq!(state(&session, &network), "Running");
    let again = session.put(&root, &located(tree()));
    assert_eq!(again.status, 200, "{:?}", again.body);
    let error = session.end(&root).body["properties"]["error"].clone();
    assert_eq!(error["details"][0]["code"], "DeploymentActive", "{error}");
    assert_eq!(
        session.end(&network).body["properties"]["provisioningState"],
        "Canceled"
    );
    let gateway = in_group("rg-new", "gateway");
    assert_eq!(
        session.end(&gateway).body["properties"]["provisioningState"],
        "Canceled"
    );
}

#[test]
fn a_cancelled_child_fails_its_parent() {
    let azure = Simulator::start(options(Duration::ZERO));
    let session = Session::new(&azure);
    let root = in_subscription("zone");
    session.put(&root, &located(tree()));
    at_the_gateway(&session);
    assert_eq!(
        session
            .post(&format!("{}/cancel", in_group("rg-new", "gateway")))
            .status,
        204
    );
    let ended = session.end(&root);
    assert_eq!(ended.body["properties"]["provisioningState"], "Failed");
    let rows = session.rows(&format!("{}/operations", in_group("rg-new", "network")));
    let failed = rows
        .iter()
        .find(|row| row["properties"]["provisioningState"] == "Failed")
        .unwrap();
    let error = &failed["properties"]["statusMessage"]["error"];
    assert_eq!(error["code"], "ResourceDeploymentFailure");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("terminal provisioning state 'Canceled'")
    );
    assert_eq!(azure.deployment("gateway").unwrap().state, State::Canceled);
}
