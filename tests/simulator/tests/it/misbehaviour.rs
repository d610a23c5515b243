//! Answers that Azure did not write, answers that do not arrive whole, views and links that mislead.

use std::time::Duration;

use azure_simulator::{Fault, Options, RESOURCE_GROUP, Service, Simulator};
use serde_json::{Value, json};

use crate::{
    client::{DAY, Session, in_group, state, still},
    templates::{body, chain, group},
};

const SECOND: Duration = Duration::from_secs(1);

fn operations(session: &Session<'_>, path: &str) -> Value {
    session.get(&format!("{path}/operations")).body
}

#[test]
fn any_answer_can_be_put_in_place_of_azures() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    for (text, kind) in [
        ("{}", "application/json; charset=utf-8"),
        ("null", "application/json; charset=utf-8"),
        ("[1]", "application/json; charset=utf-8"),
        ("<html></html>", "text/html"),
        ("", "text/plain"),
    ] {
        azure.inject(Fault::status(200).with_body(text).times(1));
        let answer = session.get(&path);
        assert_eq!(
            (answer.status, answer.headers["content-type"].as_str()),
            (200, kind),
            "{text}"
        );
        assert_eq!(
            answer.body,
            serde_json::from_str(text).unwrap_or(Value::Null)
        );
    }
    azure.inject(Fault::azure(418, "Teapot", "no coffee").times(1));
    let answer = session.get(&path);
    assert_eq!((answer.status, answer.code()), (418, "Teapot"));
    azure.inject(Fault::flood(5_000_000).times(1));
    let answer = session.get(&path);
    assert!(answer.body["filler"].as_str().unwrap().len() > 4_999_900);
}

#[test]
fn a_redirection_names_its_target() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let target = format!("{}/portal", azure.authority_url());
    azure.inject(
        Fault::redirect(302, &target)
            .on(Service::ResourceManager)
            .times(1),
    );
    session.get(&in_group(RESOURCE_GROUP, "hub"));
    let journal = azure.journal();
    let services: Vec<_> = journal.iter().map(|exchange| exchange.service).collect();
    assert_eq!(
        services,
        [Service::Entra, Service::ResourceManager, Service::Entra],
        "the client followed it"
    );
    assert_eq!(journal[1].response_headers["location"], target);
}

#[test]
fn an_answer_can_be_replaced_without_keeping_the_request_back() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    azure.inject(Fault::status(504).with_effect().method("PUT").times(1));
    assert_eq!(session.put(&path, &body(chain())).status, 504);
    assert_eq!(session.get(&path).status, 200);
    azure.inject(Fault::status(504).method("PUT").times(1));
    session.put(&in_group(RESOURCE_GROUP, "other"), &body(chain()));
    let journal = azure.journal();
    let puts = journal.iter().filter(|exchange| exchange.method == "PUT");
    let effects: Vec<_> = puts.map(|put| (put.served, put.took_effect())).collect();
    assert_eq!(effects, [(Some(201), true), (None, false)]);
}

#[test]
fn a_truncated_answer_is_no_answer_but_takes_effect() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    azure.inject(Fault::truncate().method("PUT").times(1));
    let error = session.try_call("PUT", &path, Some(&body(chain())));
    let error = error.unwrap_err();
    assert!(!error.is_request(), "there was a status: {error:?}");
    assert_eq!(session.get(&path).status, 200);
}

#[test]
fn a_delayed_answer_takes_effect_before_it_comes() {
    let azure = Simulator::start(still());
    let path = in_group(RESOURCE_GROUP, "hub");
    azure.inject(Fault::delay(60 * SECOND).method("PUT").times(1));
    std::thread::scope(|scope| {
        let put = scope.spawn(|| Session::new(&azure).put(&path, &body(chain())).status);
        while azure.deployment("hub").is_none() {
            std::thread::yield_now();
        }
        assert!(!put.is_finished());
        // Its wait may begin only after the clock was advanced for the first time.
        while !put.is_finished() {
            azure.advance(60 * SECOND);
            std::thread::yield_now();
        }
        assert_eq!(put.join().unwrap(), 201);
    });
}

#[test]
fn readers_may_be_shown_what_was_before() {
    let options = Options {
        stale_for: 10 * SECOND,
        ..still()
    };
    let azure = Simulator::start(options);
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let first = session.put(&path, &body(group(json!([])))).body;
    let id = |body: &Value| body["properties"]["correlationId"].clone();
    assert_eq!(
        id(&session.get(&path).body),
        id(&first),
        "nothing was before"
    );
    azure.advance(DAY);
    let second = session.put(&path, &body(chain()));
    assert_eq!(second.status, 200);
    assert_eq!(state(&second), "Accepted");
    azure.advance(9 * SECOND);
    let stale = session.get(&path);
    assert_eq!((state(&stale), id(&stale.body)), ("Succeeded", id(&first)));
    assert_eq!(
        operations(&session, &path)["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        session.put(&path, &body(chain())).code(),
        "DeploymentActive"
    );
    azure.advance(SECOND);
    let fresh = session.get(&path);
    assert_eq!(
        (state(&fresh), id(&fresh.body)),
        ("Running", id(&second.body))
    );
    assert_eq!(
        operations(&session, &path)["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_cancellation_reaches_the_submission_that_readers_do_not_see_yet() {
    let options = Options {
        stale_for: 10 * SECOND,
        ..still()
    };
    let azure = Simulator::start(options);
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    azure.advance(DAY);
    session.put(&path, &body(chain()));
    assert_eq!(session.post(&format!("{path}/cancel")).status, 204);
    azure.advance(10 * SECOND);
    assert_eq!(state(&session.get(&path)), "Canceled");
}

#[test]
fn the_wording_of_2016_names_no_correlation_id() {
    let azure = Simulator::start(Options {
        old_wording: true,
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let first = session.put(&path, &body(chain()));
    let refused = session.put(&path, &body(chain()));
    assert_eq!((refused.status, refused.code()), (409, "DeploymentActive"));
    let message = refused.body["error"]["message"].as_str().unwrap();
    let own = first.body["properties"]["correlationId"].as_str().unwrap();
    assert!(!message.contains(own), "{message}");
    let words = "Unable to edit or replace deployment 'hub': previous deployment from '";
    assert!(message.starts_with(words), "{message}");
}

#[test]
fn lists_can_go_on_for_ever_or_elsewhere() {
    let path = in_group(RESOURCE_GROUP, "hub");
    let next = |options| {
        let azure = Simulator::start(options);
        let session = Session::new(&azure);
        session.put(&path, &body(chain()));
        let own = format!("{}{path}/operations?", azure.resource_manager_url());
        let next = operations(&session, &path)["nextLink"].clone();
        (next.as_str().unwrap_or_default().to_owned(), own)
    };
    let (link, own) = next(Options {
        endless_pages: true,
        ..still()
    });
    assert!(link.starts_with(&own), "{link}");
    let (link, _) = next(Options {
        foreign_links: true,
        ..still()
    });
    assert!(link.starts_with("https://elsewhere.example/"), "{link}");
    assert_eq!(next(still()).0, "");
}

#[test]
fn the_result_of_a_what_if_can_be_elsewhere() {
    let azure = Simulator::start(Options {
        foreign_links: true,
        ..still()
    });
    let session = Session::new(&azure);
    let path = format!("{}/whatIf", in_group(RESOURCE_GROUP, "hub"));
    let answer = session
        .try_call("POST", &path, Some(&body(chain())))
        .unwrap();
    let location = &answer.headers["location"];
    assert!(
        location.starts_with("https://elsewhere.example/"),
        "{location}"
    );
}
