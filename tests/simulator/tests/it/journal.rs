//! What the simulator remembers and tells of a run.

use std::time::Duration;

use azure_simulator::{Options, RESOURCE_GROUP, Service, Simulator};

use crate::{
    client::{Session, in_group, still},
    templates::{body, chain},
};

#[test]
fn a_short_journal_keeps_what_was_asked_and_how_large_the_answers_were() {
    let path = in_group(RESOURCE_GROUP, "hub");
    let journals = [false, true].map(|short_journal| {
        let azure = Simulator::start(Options {
            short_journal,
            ..still()
        });
        let session = Session::new(&azure);
        session.put(&path, &body(chain()));
        session.get(&format!("{path}/operations?$top=5"));
        azure.journal()
    });
    let [whole, short] = journals;
    assert_eq!(whole.len(), short.len());
    for (whole, short) in whole.iter().zip(&short) {
        assert_eq!(
            (
                &whole.method,
                &whole.path,
                whole.query.get("$top"),
                whole.status
            ),
            (
                &short.method,
                &short.path,
                short.query.get("$top"),
                short.status
            ),
        );
        assert!(whole.response_body.is_some() && short.response_body.is_none());
        assert!(short.request_headers.is_empty() && short.response_headers.is_empty());
        assert!(short.request_body.is_none());
        assert!(short.wire_bytes > 0);
    }
}

#[test]
fn connections_are_counted_by_their_service() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.get(&path);
    session.get(&path);
    assert_eq!(azure.connections(Service::Entra), 1);
    assert_eq!(azure.connections(Service::ResourceManager), 1);
    assert_eq!(azure.connections(Service::GitHub), 0);
}

#[test]
fn a_snapshot_tells_when_everything_begins_and_ends() {
    let azure = Simulator::start(Options {
        durations: vec![("gw".to_owned(), Duration::from_secs(600))],
        ..still()
    });
    let session = Session::new(&azure);
    session.put(&in_group(RESOURCE_GROUP, "hub"), &body(chain()));
    let deployment = azure.deployment("hub").unwrap();
    let span = |name: &str| {
        let mut all = deployment.resources.iter();
        let found = all.find(|resource| resource.name == name);
        found.and_then(|resource| resource.span).unwrap()
    };
    let ((_, before), (begin, end)) = (span("ip"), span("gw"));
    assert!(before < begin, "the gateway waits for its address");
    assert_eq!(end - begin, Duration::from_secs(600));
    assert!(deployment.end > end, "outputs are evaluated last");
    azure.advance(deployment.end);
    assert!(azure.deployment("hub").unwrap().state.is_terminal());
}

#[test]
fn a_template_has_as_many_resources_as_the_options_allow() {
    let path = in_group(RESOURCE_GROUP, "hub");
    for (most_resources, status) in [(3, 201), (2, 400)] {
        let azure = Simulator::start(Options {
            most_resources,
            ..still()
        });
        let session = Session::new(&azure);
        let answer = session.put(&path, &body(chain()));
        assert_eq!(answer.status, status, "{:?}", answer.body);
    }
}
