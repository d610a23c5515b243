//! The what-if of a stack: its result decides, and the properties are asked for on top of it.

use serde_json::{Value, json};

use super::*;
use crate::{
    arm::{ChangeType, StackId, WhatIf},
    deploy::{guard::Guard, job::WhatIfRequest},
    testing::arm::{Kind, Reply},
};

const PLACE: &str = "https://management.azure.com/deploymentStackOperationResults/1?s=signature";

fn predict(with_properties: bool) -> Job {
    let id = StackId::parse("/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/hub");
    let request = WhatIfRequest {
        body: Bytes::from_static(b"{}"),
        correlation: Correlation::new(OURS),
        excluded: vec![],
        guard: Guard {
            forbidden: vec![ChangeType::Delete],
            allows_incomplete: false,
        },
        with_properties,
    };
    Job {
        target: Target::Stack(id.expect("a stack")),
        ..job_of(Task::WhatIf(request))
    }
}

fn body(state: &str, changes: &Value) -> Value {
    json!({"properties": {"provisioningState": state, "changes": {"resourceChanges": changes}}})
}

fn result(changes: &Value) -> Reply {
    Reply::Answer(200, body("succeeded", changes))
}

fn modified() -> Value {
    json!([{"id": "/a", "changeType": "modify", "changeCertainty": "definite"}])
}

/// The same with what changes in it.
fn detailed() -> Value {
    let mut changes = modified();
    let delta = json!([{"path": "x", "changeType": "modify", "before": 1, "after": 2}]);
    changes[0]["resourceConfigurationChanges"] = json!({"delta": delta});
    changes
}

fn pending() -> Reply {
    Reply::Pointing(202, "location", PLACE, Value::Null)
}

fn what_if(told: &Told) -> &WhatIf {
    let read = told.events.iter().find_map(|event| match event {
        Event::WhatIfRead(what_if) => Some(what_if),
        _ => None,
    });
    read.expect("a what-if")
}

fn warnings(told: &Told) -> usize {
    told.count(|event| matches!(event, Event::Warned { .. }))
}

#[tokio::test(start_paused = true)]
async fn the_properties_are_asked_for_and_the_result_is_deleted() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Other,
        [
            Reply::Answer(201, body("initializing", &Value::Null)),
            result(&modified()),
            pending(),
            pending(),
            result(&detailed()),
            Reply::Answer(200, Value::Null),
        ],
    );
    let told = follow(&azure, predict(true)).await;
    assert!(
        matches!(told.ending, Ending::Predicted),
        "{:?}",
        told.ending
    );
    assert_eq!(what_if(&told).changes[0].delta[0].path, "x");
    let asked = azure.asked();
    let result = format!("/deploymentStacksWhatIfResults/hub-{OURS}");
    let ends: Vec<_> = asked
        .iter()
        .map(|asked| asked.url.split('?').next().unwrap_or_default())
        .collect();
    assert!(ends[2].ends_with(&format!("{result}/whatIf")), "{ends:?}");
    assert_eq!(asked[3].url, PLACE);
    assert!(
        ends[5].ends_with(&result) && ends.len() == 6,
        "it is deleted"
    );
    assert_eq!(warnings(&told), 0);
}

#[tokio::test(start_paused = true)]
async fn without_them_the_result_stands() {
    for never in [
        Reply::Refuse(403, "AuthorizationFailed"),
        Reply::Refuse(404, "NotFound"),
        Reply::Refuse(500, "DeploymentStackWhatIfOperationFailed"),
        Reply::Refuse(503, "Busy"),
        Reply::Busy(429, 30),
        Reply::Answer(200, json!({})),
        Reply::Answer(204, Value::Null),
        Reply::Pointing(202, "location", "https://elsewhere.example/1", Value::Null),
        Reply::Drop,
        Reply::Hang,
        pending(),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Other, [result(&modified())]);
        azure.always(Kind::Other, never.clone());
        let told = follow(&azure, predict(true)).await;
        assert!(
            matches!(told.ending, Ending::Predicted),
            "{never:?}: {:?}",
            told.ending
        );
        assert_eq!(what_if(&told).changes.len(), 1);
        assert_eq!(warnings(&told), 1, "{never:?}");
        let outages = told.count(|event| matches!(event, Event::OutageBegan { .. }));
        assert_eq!(outages, 0, "{never:?}");
        assert!(told.lasted < 8 * MINUTE, "{never:?}: {:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn faults_that_pass_cost_no_properties() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Other,
        [
            result(&modified()),
            Reply::Drop,
            Reply::Busy(503, 10),
            pending(),
            // The place of the answer is not visible yet.
            Reply::Refuse(404, "NotFound"),
            Reply::Refuse(503, "Busy"),
            result(&detailed()),
        ],
    );
    let told = follow(&azure, predict(true)).await;
    assert_eq!(what_if(&told).changes[0].delta[0].path, "x");
    assert_eq!(warnings(&told), 0);
}

#[tokio::test(start_paused = true)]
async fn they_are_not_waited_for_until_the_time_out() {
    let azure = FakeArm::start(HOUR);
    // The polls begin after a fault, so that none is at the very end of the time.
    azure.script(Kind::Other, [result(&modified()), Reply::Drop]);
    azure.always(Kind::Other, pending());
    let told = follow(&azure, predict(true)).await;
    assert!(
        matches!(told.ending, Ending::Predicted),
        "{:?}",
        told.ending
    );
    assert_eq!(warnings(&told), 1);
    assert!(told.lasted >= 5 * MINUTE, "{:?}", told.lasted);
    assert!(told.lasted < 6 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn they_hide_no_change_from_the_guard() {
    let deletion = json!([{"id": "/a", "changeType": "delete", "changeCertainty": "definite"}]);
    for (first, then) in [(&deletion, &detailed()), (&modified(), &deletion)] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Other, [result(first), result(then)]);
        let told = follow(&azure, predict(true)).await;
        let Ending::Forbidden { changes, .. } = &told.ending else {
            panic!("{:?}", told.ending);
        };
        assert_eq!(changes.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn they_are_not_asked_for_where_ids_are_enough() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, [result(&modified())]);
    let told = follow(&azure, predict(false)).await;
    assert_eq!(what_if(&told).changes.len(), 1);
    assert_eq!(azure.count(Kind::Other), 2, "made and deleted");
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_azure_is_a_refusal_if_it_lasts() {
    let failed = || Reply::Refuse(500, "DeploymentStackWhatIfOperationFailed");
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Other, failed());
    let told = follow(&azure, predict(true)).await;
    let Ending::Refused { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "DeploymentStackWhatIfOperationFailed");
    assert!(told.lasted < 3 * MINUTE, "{:?}", told.lasted);

    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Other,
        [failed(), failed(), result(&modified()), result(&detailed())],
    );
    let told = follow(&azure, predict(true)).await;
    assert!(
        matches!(told.ending, Ending::Predicted),
        "{:?}",
        told.ending
    );
}
