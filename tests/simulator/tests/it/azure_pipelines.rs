//! The id-token endpoint of Azure Pipelines: what it gives out, and whom it refuses how.

use std::time::Duration;

use azure_simulator::{Options, SERVICE_CONNECTION, Simulator, TENANT_ID};
use reqwest::Method;
use serde_json::Value;

use crate::client::{Answer, Session};

const HEADERS: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("content-length", "0"),
    ("x-tfs-fedauthredirect", "Suppress"),
];

fn query() -> String {
    format!("api-version=7.1&serviceConnectionId={SERVICE_CONNECTION}")
}

fn asked(method: Method, query: &str, headers: &[(&'static str, &str)]) -> Answer {
    let azure = Simulator::start(Options::default());
    Session::anonymous(&azure).pipelines_token(method, query, headers)
}

fn token(answer: &Answer) -> String {
    answer.body["oidcToken"].as_str().unwrap().to_owned()
}

#[test]
fn each_token_is_new_and_signs_in() {
    let azure = Simulator::start(Options::default());
    let session = Session::anonymous(&azure);
    let ask = || session.pipelines_token(Method::POST, &query(), &HEADERS);
    let (first, second) = (token(&ask()), token(&ask()));
    assert_ne!(first, second);
    for token in [first, second] {
        let answer = session.exchange(TENANT_ID, &session.form(&token));
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
}

#[test]
fn what_is_not_as_it_must_be_is_refused() {
    let query = query();
    let post = Method::POST;
    assert_eq!(asked(Method::GET, &query, &HEADERS).status, 405);
    assert_eq!(asked(post.clone(), "api-version=7.1", &HEADERS).status, 400);
    let older = query.replace("7.1", "2.0");
    assert_eq!(asked(post.clone(), &older, &HEADERS).status, 400);
    assert_eq!(asked(post.clone(), &query, &HEADERS[1..]).status, 400);
    let without_length = [HEADERS[0], HEADERS[2]];
    assert_eq!(asked(post.clone(), &query, &without_length).status, 411);
    let other = query.replace(SERVICE_CONNECTION, "00000000-0000-4000-8000-000000000009");
    let answer = asked(post, &other, &HEADERS);
    assert_eq!(answer.status, 404);
    let message = answer.body["message"].as_str().unwrap();
    assert!(message.contains("no explicit reference"), "{message}");
}

#[test]
fn who_may_not_ask_is_led_to_a_page() {
    let wrong = |headers: &[(&'static str, &str)]| {
        let authorization = [("authorization", "Bearer wrong")];
        asked(Method::POST, &query(), &[headers, &authorization].concat())
    };
    assert_eq!(wrong(&HEADERS).status, 401);
    assert_eq!(wrong(&HEADERS[..2]).status, 302);
    let azure = Simulator::start(Options {
        request_token_lifetime: Duration::ZERO,
        ..Options::default()
    });
    let session = Session::anonymous(&azure);
    let answer = session.pipelines_token(Method::POST, &query(), &HEADERS);
    assert_eq!((answer.status, answer.body), (203, Value::Null));
}
