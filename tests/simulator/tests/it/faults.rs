//! Faults, and what the journal says of them.

use std::time::Duration;

use azure_simulator::{Fault, RESOURCE_GROUP, Service, Simulator};

use crate::{
    client::{Session, in_group, still},
    templates::{body, chain},
};

#[test]
fn a_status_comes_as_often_as_it_should() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    let fault = Fault::status(503).with_retry_after(Duration::from_secs(9));
    azure.inject(
        fault
            .on(Service::ResourceManager)
            .method("GET")
            .path_contains("/operations")
            .times(2),
    );
    let operations = format!("{path}/operations");
    assert_eq!(session.get(&path).status, 200);
    let answer = session.get(&operations);
    assert_eq!(
        (answer.status, answer.headers["retry-after"].as_str()),
        (503, "9")
    );
    assert_eq!(session.get(&operations).status, 503);
    assert_eq!(session.get(&operations).status, 200);
    let faults: Vec<bool> = azure
        .journal()
        .iter()
        .map(|exchange| exchange.fault)
        .collect();
    assert_eq!(faults.iter().filter(|fault| **fault).count(), 2);
}

#[test]
fn a_reset_has_no_effect_and_a_lost_answer_has() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    azure.inject(Fault::reset().method("PUT").times(1));
    assert!(
        session
            .try_call("PUT", &path, Some(&body(chain())))
            .is_err()
    );
    assert_eq!(session.get(&path).status, 404);
    azure.inject(Fault::lose_answer().method("PUT").times(1));
    assert!(
        session
            .try_call("PUT", &path, Some(&body(chain())))
            .is_err()
    );
    assert_eq!(session.get(&path).status, 200);
    let puts = azure
        .journal()
        .into_iter()
        .filter(|exchange| exchange.method == "PUT");
    assert!(
        puts.into_iter()
            .all(|exchange| exchange.fault && exchange.status.is_none())
    );
}

#[test]
fn a_hanging_request_is_never_answered() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    azure.inject(Fault::hang().times(1));
    let url = format!("{}/x", azure.resource_manager_url());
    let request = session.client.get(url).timeout(Duration::from_millis(200));
    assert!(session.send(request).unwrap_err().is_timeout());
}

#[test]
fn garbage_and_refused_tokens_look_like_the_real_ones() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    azure.inject(Fault::garbage().times(1));
    let answer = session.get(&path);
    assert!(answer.status == 200 && answer.body.is_null());
    azure.inject(Fault::unauthorized());
    assert_eq!(session.get(&path).code(), "InvalidAuthenticationToken");
    azure.clear_faults();
    assert_eq!(session.get(&path).code(), "DeploymentNotFound");
}

#[test]
fn the_journal_keeps_requests_and_answers() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    session.put(&in_group(RESOURCE_GROUP, "hub"), &body(chain()));
    let journal = azure.journal();
    let services: Vec<Service> = journal.iter().map(|exchange| exchange.service).collect();
    assert_eq!(services, [Service::Entra, Service::ResourceManager]);
    assert_eq!(
        journal[0].request_body.as_ref().unwrap()["grant_type"],
        "client_credentials"
    );
    let put = &journal[1];
    assert_eq!((put.method.as_str(), put.status), ("PUT", Some(201)));
    assert_eq!(put.query["api-version"], "2025-04-01");
    assert_eq!(put.request_body.as_ref().unwrap(), &body(chain()));
    assert!(put.request_headers["authorization"].starts_with("Bearer "));
    assert_eq!(put.response_body.as_ref().unwrap()["name"], "hub");
}
