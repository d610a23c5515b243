//! The deployments of a scope.

use std::time::Duration;

use azure_simulator::{Options, Simulator};
use serde_json::Value;

use crate::{
    client::{Session, in_group, in_subscription, still},
    templates::{located, tree},
};

const MINUTE: Duration = Duration::from_secs(60);

/// Those that run in the group of the nested deployments, by their names.
fn running(session: &Session<'_>, path: &str) -> Vec<(String, Value)> {
    let rows = session.rows(&format!("{path}?$filter=provisioningState eq 'Running'"));
    let named = |row: Value| (row["name"].as_str().unwrap().to_owned(), row);
    let mut rows: Vec<_> = rows.into_iter().map(named).collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows
}

fn names(rows: &[(String, Value)]) -> Vec<&str> {
    rows.iter().map(|(name, _)| name.as_str()).collect()
}

/// A tree of deployments: `network` has a resource of two minutes and then `gateway`, which has one of half an hour.
fn started(options: Options) -> Simulator {
    let slow = [("vnet", MINUTE * 2), ("gw", MINUTE * 30)];
    let azure = Simulator::start(Options {
        durations: slow.map(|(name, time)| (name.to_owned(), time)).to_vec(),
        ..options
    });
    let session = Session::new(&azure);
    let answer = session.put(&in_subscription("landing-zone"), &located(tree()));
    assert_eq!(answer.status, 201);
    azure
}

#[test]
fn nested_deployments_that_run_are_listed_with_times_of_their_own() {
    let azure = started(still());
    let session = Session::new(&azure);
    let group = in_group("rg-new", "");
    azure.advance(MINUTE);
    let early = running(&session, &group);
    assert_eq!(names(&early), ["network"]);
    let root = session.get(&in_subscription("landing-zone")).body;
    let network = &early[0].1;
    assert_eq!(*network, session.get(&in_group("rg-new", "network")).body);
    assert_eq!(
        network["properties"]["correlationId"],
        root["properties"]["correlationId"]
    );
    azure.advance(MINUTE);
    let timestamp = |rows: &[(String, Value)], name: &str| {
        let row = rows.iter().find(|(own, _)| own == name).unwrap();
        row.1["properties"]["timestamp"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let still_early = running(&session, &group);
    assert_eq!(
        timestamp(&early, "network"),
        timestamp(&still_early, "network"),
        "nothing has changed in it"
    );
    azure.advance(MINUTE);
    let later = running(&session, &group);
    assert_eq!(names(&later), ["gateway", "network"]);
    assert!(
        timestamp(&later, "network") > timestamp(&early, "network"),
        "the network has come up"
    );
    azure.advance(MINUTE);
    let last = running(&session, &group);
    assert_eq!(timestamp(&last, "network"), timestamp(&later, "network"));
    azure.advance(MINUTE * 60);
    assert_eq!(names(&running(&session, &group)), [""; 0]);
    assert_eq!(
        session.rows(&group).len(),
        2,
        "without a filter, those that have ended are there"
    );
    assert_eq!(
        session.rows(&in_subscription("")).len(),
        1,
        "each is in its own scope"
    );
}

#[test]
fn a_list_of_deployments_has_pages() {
    let azure = started(Options {
        page_size: 1,
        ..still()
    });
    let session = Session::new(&azure);
    azure.advance(MINUTE * 4);
    let path = in_group("rg-new", "");
    let filtered = format!("{path}?$filter=provisioningState eq 'Running'");
    let first = session.get(&filtered).body;
    assert_eq!(first["value"].as_array().unwrap().len(), 1);
    assert!(first["nextLink"].as_str().unwrap().contains("filter="));
    assert_eq!(names(&running(&session, &path)), ["gateway", "network"]);
}
