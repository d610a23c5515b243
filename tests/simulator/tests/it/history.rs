//! Deployments from before the start, and what validation tells of one that is not there yet.

use std::time::Duration;

use azure_simulator::{Options, Simulator};
use serde_json::{Value, json};

use crate::{
    client::{DAY, Session, in_group, in_subscription, still},
    templates::{body, group, located, resource, tree},
};

/// The filter for those that have succeeded.
const SUCCEEDED: &str = "$filter=provisioningState eq 'Succeeded'";

fn network() -> Value {
    let kind = "Microsoft.Network/virtualNetworkGateways";
    group(json!([resource(kind, "gw", &[])]))
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row["properties"][name].as_str().unwrap()
}

#[test]
fn earlier_deployments_are_listed_and_differ_as_real_ones_do() {
    let azure = Simulator::start(Options {
        past: DAY * 10,
        updates: 0.2,
        spread: 0.1,
        ..still()
    });
    for day in [9, 8, 7] {
        let id = in_group("rg-hub", &format!("hub-{day}"));
        azure.deploy_earlier(&id, &network(), &json!({}), DAY * day);
    }
    let session = Session::new(&azure);
    let put = session.put(&in_group("rg-hub", "hub-now"), &body(network()));
    assert_eq!(put.status, 201);
    let rows = session.rows(&format!("{}?{SUCCEEDED}", in_group("rg-hub", "")));
    let names: Vec<_> = rows
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["hub-7", "hub-8", "hub-9"], "the newest first");
    for row in &rows {
        assert_eq!(text(row, "templateHash"), text(&put.body, "templateHash"));
    }
    let times: Vec<_> = rows.iter().map(|row| text(row, "timestamp")).collect();
    assert!(times.is_sorted_by(|one, other| one > other), "{times:?}");
    let took = |name: &str| {
        let rows = session.rows(&in_group("rg-hub", &format!("{name}/operations")));
        let all = rows.iter().map(|row| text(row, "duration").to_owned());
        let took: jiff::SignedDuration = all.max().unwrap().parse().unwrap();
        took.as_mins()
    };
    let (first, second, third) = (took("hub-9"), took("hub-8"), took("hub-7"));
    assert!(
        first > 25 && second < 15 && third < 15,
        "{first} {second} {third}"
    );
    assert_ne!(text(&rows[0], "duration"), text(&rows[1], "duration"));
}

#[test]
fn hundreds_of_them_have_pages() {
    let azure = Simulator::start(Options {
        past: DAY * 2,
        ..still()
    });
    for number in 0..720_u32 {
        let id = in_group("rg-hub", &format!("old-{number}"));
        let ago = DAY - Duration::from_secs(60) * number;
        azure.deploy_earlier(&id, &group(json!([])), &json!({}), ago);
    }
    let session = Session::new(&azure);
    let path = format!("{}?{SUCCEEDED}&$top=100", in_group("rg-hub", ""));
    let page = session.get(&path).body;
    assert_eq!(page["value"].as_array().unwrap().len(), 100);
    assert_eq!(page["value"][0]["name"], "old-719");
    assert!(page["nextLink"].as_str().unwrap().contains("filter="));
    assert_eq!(session.rows(&path).len(), 720);
}

#[test]
fn validation_tells_what_waits_for_what_in_nested_deployments_too() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_subscription("landing-zone/validate");
    let properties = session.try_call("POST", &path, Some(&located(tree())));
    let properties = properties.unwrap().body["properties"].clone();
    let ids = properties["validatedResources"].as_array().unwrap();
    assert!(ids.iter().any(|id| {
        id["id"]
            .as_str()
            .unwrap()
            .ends_with("/virtualNetworkGateways/gw")
    }));
    let dependent = properties["dependencies"].as_array().unwrap();
    let of_root = session.put(&in_subscription("landing-zone"), &located(tree()));
    let of_root = of_root.body["properties"]["dependencies"]
        .as_array()
        .unwrap()
        .len();
    assert!(dependent.len() > of_root, "{dependent:?}");
}
