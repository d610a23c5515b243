//! A stack counts as deleted only if Azure says so, or no longer shows it.

use std::iter::repeat_n;

use serde_json::{Value, json};

use super::*;
use crate::{
    arm::StackId,
    deploy::{
        job::DeletionRequest,
        pace::{GONE_AFTER, VISIBLE_WITHIN},
    },
    event::Left,
    testing::arm::{Kind, Reply},
};

const STATUS: &str = "https://management.azure.com/operationStatuses/deletion";

fn delete() -> Job {
    let id = "/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/hub";
    let id = StackId::parse(id).expect("a stack");
    let request = DeletionRequest {
        query: vec![],
        correlation: Correlation::new(OURS),
    };
    Job {
        target: Target::Stack(id.clone()),
        ..job_of(Task::Delete(id, request))
    }
}

fn stack(state: &str, correlation: &str) -> Reply {
    let properties = json!({"provisioningState": state, "correlationId": correlation});
    Reply::Answer(200, json!({"properties": properties}))
}

fn absent() -> Reply {
    Reply::Refuse(404, "DeploymentStackNotFound")
}

fn accepted() -> Reply {
    Reply::Pointing(202, "azure-asyncoperation", STATUS, Value::Null)
}

fn status(state: &str) -> Reply {
    Reply::Answer(
        200,
        json!({"status": state, "error": {"code": "ScopeLocked", "message": "locked"}}),
    )
}

/// A stack that was made earlier; `DELETE` is answered like this.
fn azure(deletions: impl IntoIterator<Item = Reply>) -> FakeArm {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, [stack("succeeded", THEIRS)]);
    azure.script(Kind::Other, deletions);
    azure
}

#[tokio::test(start_paused = true)]
async fn its_own_status_tells_how_it_ends() {
    let azure = azure([accepted()]);
    azure.script(
        Kind::Status,
        [status("deletingResources"), status("Succeeded")],
    );
    let told = follow(&azure, delete()).await.succeeded();
    assert_eq!(azure.count(Kind::Other), 1);
    let states = told.events.iter().filter_map(|event| match event {
        Event::StateChanged { state } => Some(state.as_str()),
        _ => None,
    });
    let states: Vec<_> = states.collect();
    assert_eq!(states, ["deletingResources", "deleted"]);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_throttled_is_not_asked_for_sooner() {
    let azure = azure([accepted()]);
    azure.script(Kind::Status, [Reply::Busy(429, 300), status("Succeeded")]);
    azure.always(Kind::Get, stack("deletingResources", OURS));
    let told = follow(&azure, delete()).await.succeeded();
    assert!(told.lasted >= 5 * MINUTE, "{:?}", told.lasted);
}

/// Where the status cannot be read, the stack tells, and nothing waits for the status.
#[tokio::test(start_paused = true)]
async fn a_status_that_cannot_be_read_delays_nothing() {
    let azure = azure([accepted()]);
    azure.always(Kind::Status, Reply::Refuse(403, "AuthorizationFailed"));
    azure.always(Kind::Get, absent());
    let told = follow(&azure, delete()).await.succeeded();
    assert_eq!(told.lasted, GONE_AFTER);
}

/// A change in progress that carries our correlation id is our deletion, whose answer was lost. It may take a while until
/// it is shown, counted from when it is looked for.
#[tokio::test(start_paused = true)]
async fn a_change_that_is_our_deletion_is_followed() {
    let azure = FakeArm::start(HOUR);
    let earlier = [Reply::Busy(503, 119), stack("succeeded", THEIRS)];
    azure.script(Kind::Get, earlier);
    azure.script(Kind::Get, repeat_n(stack("deploying", THEIRS), 3));
    azure.script(Kind::Get, [stack("deletingResources", OURS)]);
    azure.always(Kind::Get, absent());
    let busy = Reply::Refuse(409, "DeploymentStackInNonTerminalState");
    azure.script(Kind::Other, [Reply::Drop, busy]);
    follow(&azure, delete()).await.succeeded();
    assert_eq!(azure.count(Kind::Other), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_deletion_says_why() {
    let azure = azure([accepted()]);
    azure.script(Kind::Status, [status("Failed")]);
    azure.always(Kind::Get, stack("failed", OURS));
    let told = follow(&azure, delete()).await;
    let Ending::Failed { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "ScopeLocked");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_azure_did_not_write_deletes_nothing() {
    for reply in [
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(200, Value::Null),
        Reply::Answer(302, Value::Null),
        Reply::Drop,
    ] {
        let azure = azure([reply.clone(), accepted()]);
        azure.script(Kind::Status, [status("Succeeded")]);
        let told = follow(&azure, delete()).await;
        assert!(
            matches!(told.ending, Ending::Succeeded),
            "{reply:?}: {:?}",
            told.ending
        );
        assert_eq!(
            azure.count(Kind::Other),
            2,
            "{reply:?}: it is asked for again"
        );
    }
    let azure = azure([]);
    azure.always(Kind::Other, Reply::Answer(200, json!("<html>")));
    let told = follow(&azure, delete()).await;
    assert!(
        matches!(
            told.ending,
            Ending::Unreachable {
                left: Left::Unknown,
                ..
            }
        ),
        "{:?}",
        told.ending
    );
    assert_eq!(told.lasted, 15 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_after_a_lost_answer_was_deleted() {
    let azure = azure([Reply::Drop, absent()]);
    azure.always(Kind::Get, absent());
    let told = follow(&azure, delete()).await.succeeded();
    assert!(
        told.lasted >= 30 * SECOND,
        "a replica may lag behind: {:?}",
        told.lasted
    );
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_does_not_show_the_stack_is_not_its_end() {
    let azure = azure([accepted()]);
    azure.always(Kind::Status, Reply::Refuse(404, "NotFound"));
    azure.script(Kind::Get, [absent()]);
    azure.script(Kind::Get, repeat_n(stack("deletingResources", OURS), 10));
    azure.script(Kind::Get, [absent()]);
    azure.script(Kind::Get, repeat_n(stack("deletingResources", OURS), 10));
    azure.always(Kind::Get, absent());
    let told = follow(&azure, delete()).await.succeeded();
    assert!(told.lasted > 9 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_change_is_not_our_deletion() {
    let azure = azure([
        Reply::Drop,
        Reply::Refuse(409, "DeploymentStackInNonTerminalState"),
    ]);
    azure.always(Kind::Get, stack("deploying", THEIRS));
    let told = follow(&azure, delete()).await;
    let Ending::Refused { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "DeploymentStackInNonTerminalState");
    assert!(told.lasted < 5 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_never_shows_is_not_waited_for_until_the_time_out() {
    let azure = FakeArm::start(HOUR);
    // Two minutes into the run, so that the bound counts from the deletion and not from the start.
    azure.script(Kind::Get, [Reply::Busy(503, 119)]);
    azure.script(Kind::Other, [accepted()]);
    azure.always(Kind::Status, Reply::Refuse(403, "AuthorizationFailed"));
    azure.always(Kind::Get, stack("succeeded", THEIRS));
    let told = follow(&azure, delete()).await;
    assert!(
        matches!(told.ending, Ending::Replaced { .. }),
        "{:?}",
        told.ending
    );
    let waited = told.lasted - 119 * SECOND;
    assert!(waited >= VISIBLE_WITHIN, "{waited:?}");
    assert!(waited < VISIBLE_WITHIN + MINUTE, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_need_not_be_deleted() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Get, absent());
    follow(&azure, delete()).await.succeeded();
    assert_eq!(azure.count(Kind::Other), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_is_not_waited_for_is_not_followed() {
    let azure = azure([accepted()]);
    let job = Job {
        wait: false,
        ..delete()
    };
    let told = follow(&azure, job).await;
    assert!(matches!(told.ending, Ending::Detached), "{:?}", told.ending);
    assert_eq!(
        (azure.count(Kind::Other), azure.count(Kind::Status)),
        (1, 0)
    );
    assert_eq!(told.lasted, Duration::ZERO);
}
