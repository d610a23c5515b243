//! Rights that are missing, and too many requests.

use std::time::Duration;

use azure_simulator::{Options, RESOURCE_GROUP, Simulator, Throttle};

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
