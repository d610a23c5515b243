//! What Azure repeats after a failure is followed to its end, and told as far as it is seen.

use std::iter::repeat_n;

use serde_json::{Value, json};

use super::*;
use crate::testing::arm::{Kind, Reply};

const EARLIER_NAME: &str = "hub-1";

/// Our deployment, which failed, with this `onErrorDeployment`.
fn failed(rollback: &Value, correlation: &str) -> Reply {
    let properties = json!({
        "provisioningState": "Failed", "correlationId": correlation, "onErrorDeployment": rollback,
        "error": {"code": "QuotaExceeded", "message": "no more cores"},
    });
    Reply::Answer(200, json!({"properties": properties}))
}

fn repeated(state: &str) -> Reply {
    let rollback = json!({"type": "SpecificDeployment", "deploymentName": EARLIER_NAME, "provisioningState": state});
    failed(&rollback, OURS)
}

fn asked_for() -> Reply {
    failed(&json!({"type": "LastSuccessful"}), OURS)
}

/// A deployment whose polls are answered like this.
async fn told(polls: impl IntoIterator<Item = Reply>) -> Told {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, polls);
    follow(&azure, job()).await
}

/// The states of the rollback that were told, in their order.
fn states(told: &Told) -> Vec<&str> {
    let seen = told.events.iter().filter_map(|event| match event {
        Event::RollbackSeen(rollback) => Some(rollback.state.as_str()),
        _ => None,
    });
    seen.collect()
}

#[track_caller]
fn failed_with_its_cause(told: &Told) {
    let Ending::Failed { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "QuotaExceeded");
}

#[tokio::test(start_paused = true)]
async fn it_is_followed_to_its_end() {
    for end in ["Succeeded", "Failed", "Canceled"] {
        let running = repeat_n(repeated("Running"), 60);
        let polls = [asked_for(), asked_for()].into_iter().chain(running);
        let told = told(polls.chain([repeated(end)])).await;
        failed_with_its_cause(&told);
        assert_eq!(states(&told), ["Running", end]);
        assert!(told.lasted >= 29 * MINUTE, "{:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_never_begins_is_not_waited_for() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Get, asked_for());
    let told = follow(&azure, job()).await;
    failed_with_its_cause(&told);
    assert_eq!(states(&told), [""]);
    assert!(told.lasted < 5 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn faults_and_stale_views_do_not_end_it() {
    let polls = [
        repeated("Running"),
        Reply::Refuse(503, "Busy"),
        failed(&Value::Null, OURS),
        Reply::Drop,
        repeated("Succeeded"),
    ];
    let told = told(polls).await;
    failed_with_its_cause(&told);
    assert_eq!(states(&told), ["Running", "Succeeded"]);
}

#[tokio::test(start_paused = true)]
async fn another_submission_of_the_name_ends_what_can_be_seen() {
    let theirs = json!({"provisioningState": "Succeeded"});
    let told = told([repeated("Running"), failed(&theirs, THEIRS)]).await;
    failed_with_its_cause(&told);
    assert_eq!(
        states(&told),
        ["Running", "Running"],
        "no more than was seen"
    );
    assert!(told.lasted < 5 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn one_of_a_deployment_that_failed_late_may_begin_late_too() {
    let polls = repeat_n(Reply::Serve, 20).chain(repeat_n(asked_for(), 10));
    let told = told(polls.chain([repeated("Running"), repeated("Succeeded")])).await;
    assert_eq!(states(&told), ["Running", "Succeeded"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_stops_meanwhile_tells_the_failure() {
    for interrupt_at in [None, Some(20 * MINUTE)] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Get, repeated("Running"));
        let mut job = job();
        job.timeout = 40 * MINUTE;
        let told = follow_until(&azure, job, interrupt_at).await;
        failed_with_its_cause(&told);
        assert_eq!(states(&told).last(), Some(&"Running"));
        let end = interrupt_at.unwrap_or(40 * MINUTE);
        assert!(told.lasted <= end + MINUTE, "{:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_tells_of_none() {
    let body = json!({"properties": {
        "provisioningState": "Succeeded", "correlationId": OURS,
        "onErrorDeployment": {"type": "LastSuccessful"},
    }});
    let told = told([Reply::Answer(200, body)]).await.succeeded();
    assert!(states(&told).is_empty());
}
