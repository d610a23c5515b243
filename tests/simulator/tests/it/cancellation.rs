//! Cancelling, and what goes on below for a while.

use std::time::Duration;

use azure_simulator::{Options, RESOURCE_GROUP, Simulator, State};

use crate::{
    client::{DAY, Session, in_group, in_subscription, state, still},
    templates::{body, chain, located, tree},
};

const MINUTE: Duration = Duration::from_secs(60);

/// The gateway takes days.
fn options(cancel_lag: Duration) -> Options {
    let durations = vec![("gw".to_owned(), 2 * DAY)];
    Options {
        cancel_lag,
        durations,
        ..still()
    }
}

#[test]
fn a_cancelled_deployment_ends_soon_and_its_operations_with_it() {
    let azure = Simulator::start(options(Duration::ZERO));
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    azure.advance(DAY);
    assert_eq!(session.post(&format!("{path}/cancel")).status, 204);
    assert_eq!(state(&session.get(&path)), "Running");
    azure.advance(MINUTE);
    assert_eq!(state(&session.get(&path)), "Canceled");
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["properties"]["provisioningState"], "Canceled");
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
    let azure = Simulator::start(options(10 * MINUTE));
    let session = Session::new(&azure);
    let (root, network) = (in_subscription("zone"), in_group("rg-new", "network"));
    let gateway = in_group("rg-new", "gateway");
    session.put(&root, &located(tree()));
    azure.advance(DAY);
    session.post(&format!("{root}/cancel"));
    azure.advance(MINUTE);
    assert_eq!(state(&session.get(&root)), "Canceled");
    assert_eq!(state(&session.get(&network)), "Running");
    assert_eq!(session.put(&root, &located(tree())).status, 200);
    azure.advance(2 * MINUTE);
    let error = session.get(&root).body["properties"]["error"].clone();
    assert_eq!(error["details"][0]["code"], "DeploymentActive", "{error}");
    assert_eq!(state(&session.get(&network)), "Running");
    azure.advance(8 * MINUTE);
    assert_eq!(state(&session.get(&network)), "Canceled");
    assert_eq!(state(&session.get(&gateway)), "Running");
    azure.advance(10 * MINUTE);
    assert_eq!(state(&session.get(&gateway)), "Canceled");
}

#[test]
fn a_cancelled_child_fails_its_parent() {
    let azure = Simulator::start(options(Duration::ZERO));
    let session = Session::new(&azure);
    let root = in_subscription("zone");
    session.put(&root, &located(tree()));
    azure.advance(DAY);
    assert_eq!(
        session
            .post(&format!("{}/cancel", in_group("rg-new", "gateway")))
            .status,
        204
    );
    azure.advance(MINUTE);
    assert_eq!(state(&session.get(&root)), "Failed");
    let rows = session.rows(&format!("{}/operations", in_group("rg-new", "network")));
    let mut failed = rows.iter().map(|row| &row["properties"]);
    let failed = failed
        .find(|row| row["provisioningState"] == "Failed")
        .unwrap();
    let error = &failed["statusMessage"]["error"];
    assert_eq!(error["code"], "ResourceDeploymentFailure");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("terminal provisioning state 'Canceled'")
    );
    assert_eq!(azure.deployment("gateway").unwrap().state, State::Canceled);
}
