//! Rights that are missing, and too many requests.

use std::time::Duration;

use azure_simulator::{Options, Pace, RESOURCE_GROUP, Simulator, Throttle};

use crate::{
    client::{Session, in_group, still},
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
