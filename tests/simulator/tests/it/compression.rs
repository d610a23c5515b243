//! Compressed answers, and the journal's view of them; connections.

use azure_simulator::{Exchange, Fault, RESOURCE_GROUP, Service, Simulator};

use crate::{
    client::{Session, in_group, still},
    templates::{body, chain},
};

/// The journal's last entry.
fn last(azure: &Simulator) -> Exchange {
    azure.journal().pop().unwrap()
}

/// The length of an answer's body as text.
fn length(exchange: &Exchange) -> usize {
    exchange.response_body.as_ref().unwrap().to_string().len()
}

#[test]
fn json_of_resource_manager_is_compressed_for_those_who_accept_it() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let signed_in = last(&azure);
    assert_eq!(signed_in.service, Service::Entra);
    assert_eq!(signed_in.wire_bytes, length(&signed_in));
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    let answer = session.get(&path);
    assert_eq!(answer.body["name"], "hub", "the client decodes it");
    let compressed = last(&azure);
    assert_eq!(compressed.response_headers["content-encoding"], "gzip");
    assert_eq!(compressed.response_body.as_ref(), Some(&answer.body));
    assert!(compressed.wire_bytes > 0 && compressed.wire_bytes < length(&compressed) / 2);
}

#[test]
fn others_get_text() {
    let azure = Simulator::start(still());
    let mut session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.accept_text_only();
    assert_eq!(session.get(&path).body["name"], "hub");
    let plain = last(&azure);
    assert!(!plain.response_headers.contains_key("content-encoding"));
    assert_eq!(plain.wire_bytes, length(&plain));
}

#[test]
fn a_compressed_answer_breaks_off_and_is_damaged() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.get(&path);
    let whole = last(&azure).wire_bytes;
    for (fault, sent) in [(Fault::truncate(), whole / 2), (Fault::damage(), whole)] {
        azure.inject(fault.times(1));
        assert!(session.try_call("GET", &path, None).is_err());
        let broken = last(&azure);
        assert_eq!((broken.status, broken.wire_bytes), (Some(200), sent));
        assert_eq!(broken.response_body.unwrap()["name"], "hub");
    }
    assert_eq!(session.get(&path).status, 200);
}

#[test]
fn a_flood_is_small_on_its_way() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    azure.inject(Fault::flood(5_000_000).times(1));
    let answer = session.get(&in_group(RESOURCE_GROUP, "hub"));
    assert!(answer.body["filler"].as_str().unwrap().len() > 4_999_900);
    assert!(last(&azure).wire_bytes < 100_000);
}

#[test]
fn connections_are_counted() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let count = || azure.connections(Service::ResourceManager);
    assert_eq!((count(), azure.connections(Service::Entra)), (0, 1));
    session.get(&path);
    session.get(&path);
    assert_eq!(count(), 1, "it is kept");
    azure.inject(Fault::reset().times(1));
    assert!(session.try_call("GET", &path, None).is_err());
    session.get(&path);
    assert_eq!(count(), 2);
}
