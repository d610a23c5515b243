//! Rights that are missing, and too many requests.

use std::time::Duration;

use azure_simulator::{Bucket, Options, Pace, RESOURCE_GROUP, Simulator, Throttle};

use crate::{
    client::{Answer, Session, in_group, still},
    requests::refused,
    templates::{body, chain},
};

#[test]
fn denied_actions_are_forbidden_with_the_real_wording() {
    let cancel = "Microsoft.Resources/deployments/cancel/action";
    let azure = Simulator::start(Options {
        denied_actions: vec![cancel.to_owned()],
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "d");
    assert_eq!(session.put(&path, &body(chain())).status, 201);
    refused(
        &session.post(&format!("{path}/cancel")),
        403,
        "AuthorizationFailed",
        cancel,
    );
    let azure = Simulator::start(Options {
        denied_actions: vec!["*".to_owned()],
        ..still()
    });
    let answer = Session::new(&azure).put(&path, &body(chain()));
    refused(
        &answer,
        403,
        "AuthorizationFailed",
        "does not have authorization to perform action 'Microsoft.Resources/deployments/write' over scope '/subscriptions/",
    );
}

#[test]
fn too_many_reads_are_throttled_for_a_while() {
    let window = Duration::from_secs(3600);
    let throttle = Throttle {
        reads: 2,
        window,
        retry_after: Duration::from_secs(17),
    };
    let azure = Simulator::start(Options {
        throttle: Some(throttle),
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "d");
    session.put(&path, &body(chain()));
    assert_eq!(session.get(&path).status, 200);
    assert_eq!(session.get(&path).status, 200);
    let answer = session.get(&path);
    refused(
        &answer,
        429,
        "SubscriptionRequestsThrottled",
        "try again after '17' seconds",
    );
    assert_eq!(answer.headers["retry-after"], "17");
}

#[test]
fn a_running_deployment_says_when_to_ask_again_and_its_operation_status_never_does() {
    for (pace, said) in [
        (
            Pace::Recorded,
            [Some("5"), Some("7"), Some("13")].as_slice(),
        ),
        (Pace::Fixed(9), &[Some("9")]),
        (Pace::None, &[None]),
    ] {
        let azure = Simulator::start(Options {
            retry_after: pace,
            ..still()
        });
        let session = Session::new(&azure);
        let path = in_group(RESOURCE_GROUP, "hub");
        let accepted = session.put(&path, &body(chain()));
        let header = |url: &str| session.get(url).headers.get("retry-after").cloned();
        assert!(said.contains(&header(&path).as_deref()), "{pace:?}");
        assert_eq!(header(&accepted.headers["azure-asyncoperation"]), None);
        session.end(&path);
        assert_eq!(header(&path), None, "{pace:?}");
    }
}

/// What the answer says is left to this identity, and to all of the subscription.
fn left(answer: &Answer) -> (&str, &str) {
    let header = |name: &str| {
        let name = format!("x-ms-ratelimit-remaining-subscription-{name}");
        answer.headers[&name].as_str()
    };
    (header("reads"), header("global-reads"))
}

#[test]
fn a_bucket_of_reads_is_emptied_and_refilled() {
    let azure = Simulator::start(Options {
        bucket: Some(Bucket {
            reads: 3.0,
            per_second: 0.5,
        }),
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "d");
    session.put(&path, &body(chain()));
    for numbers in [("2", "44"), ("1", "43"), ("0", "42")] {
        assert_eq!(left(&session.get(&path)), numbers);
    }
    let answer = session.get(&path);
    refused(
        &answer,
        429,
        "SubscriptionRequestsThrottled",
        "try again after '2' seconds",
    );
    assert_eq!(answer.headers["retry-after"], "2");
    assert_eq!(left(&answer), ("0", "42"));
    azure.advance(Duration::from_secs(2));
    assert_eq!(session.get(&path).status, 200);
    assert_eq!(session.get(&path).status, 429);
    azure.advance(Duration::from_secs(3600));
    assert_eq!(left(&session.get(&path)), ("2", "44"), "it was full again");
}

#[test]
fn the_bucket_is_as_large_as_recorded_and_can_be_left_out() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "d");
    session.put(&path, &body(chain()));
    assert_eq!(left(&session.get(&path)), ("1099", "16499"));
    assert_eq!(left(&session.get(&path)), ("1098", "16498"));
    let azure = Simulator::start(Options {
        bucket: None,
        ..still()
    });
    let session = Session::new(&azure);
    session.put(&path, &body(chain()));
    assert!((0..1200).all(|_| session.get(&path).status == 200));
}

#[test]
fn other_pipelines_take_reads_from_the_same_bucket() {
    let answered = |others: f64| {
        let azure = Simulator::start(Options {
            bucket: Some(Bucket::DOCUMENTED),
            other_reads: others,
            ..still()
        });
        let session = Session::new(&azure);
        let path = in_group(RESOURCE_GROUP, "d");
        session.put(&path, &body(chain()));
        session.get(&path);
        azure.advance(Duration::from_secs(100));
        let reads = (0..300).filter(|_| session.get(&path).status == 200);
        reads.count()
    };
    assert_eq!(answered(0.0), 250);
    assert_eq!(answered(24.0), 250);
    let shared = answered(26.0);
    assert!(
        (250..300).contains(&shared),
        "{shared} of 149 and a large share of the rest"
    );
    assert!(
        (40..130).contains(&answered(100.0)),
        "a quarter of the reads comes through"
    );
}
