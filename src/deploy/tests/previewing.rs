//! Validation and what-if: an answer that is none is asked for again, and never lets a guard pass.

use std::iter::repeat_n;

use serde_json::{Value, json};

use super::*;
use crate::{
    arm::ChangeType,
    deploy::{guard::Guard, job::WhatIfRequest},
    event::Left,
    testing::arm::{Kind, Reply},
};

const HERE: &str = "https://management.azure.com/operationresults/1?s=signature";
const THERE: &str = "https://management.azure.com/operationresults/2?s=other";

fn what_if() -> WhatIfRequest {
    WhatIfRequest {
        body: Bytes::from_static(b"{}"),
        correlation: Correlation::new(OURS),
        excluded: vec![],
        guard: Guard {
            forbidden: vec![ChangeType::Delete],
            allows_incomplete: false,
        },
        with_properties: true,
    }
}

/// A deployment that must not delete anything.
fn guarded() -> Job {
    job_of(Task::Create {
        submission: submission(IfActive::Auto),
        what_if: Some(what_if()),
    })
}

fn changes(changes: &Value) -> Reply {
    let body = json!({"status": "Succeeded", "properties": {"changes": changes}});
    Reply::Answer(200, body)
}

fn pending(at: &'static str) -> Reply {
    Reply::Pointing(202, "location", at, Value::Null)
}

/// Answers that hold neither a validation nor a what-if.
fn no_answers() -> Vec<Reply> {
    vec![
        Reply::Answer(200, json!({})),
        Reply::Answer(200, Value::Null),
        Reply::Answer(200, json!([1])),
        Reply::Answer(200, json!({"properties": 7})),
        Reply::Answer(200, json!({"status": "Succeeded"})),
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(204, Value::Null),
        Reply::Answer(302, Value::Null),
        Reply::Answer(202, Value::Null),
        Reply::Pointing(202, "location", "https://elsewhere.example/1", Value::Null),
        Reply::Refuse(503, "Busy"),
        Reply::Drop,
        Reply::Hang,
    ]
}

#[tokio::test(start_paused = true)]
async fn no_answer_passes_the_guard() {
    let deletion = json!([{"resourceId": "/x", "changeType": "Delete"}]);
    for reply in no_answers() {
        for place in [0, 1] {
            let azure = FakeArm::start(HOUR);
            azure.script(Kind::Other, repeat_n(pending(HERE), place));
            azure.script(Kind::Other, [reply.clone(), changes(&deletion)]);
            let told = follow(&azure, guarded()).await;
            let Ending::Forbidden { changes, .. } = &told.ending else {
                panic!("{reply:?} {place}: {:?}", told.ending);
            };
            assert_eq!(changes.len(), 1);
            assert_eq!(azure.count(Kind::Put), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_neither_no_changes_nor_valid() {
    for reply in no_answers() {
        for job in [
            guarded(),
            job_of(Task::Validate(submission(IfActive::Auto))),
        ] {
            let azure = FakeArm::start(HOUR);
            azure.always(Kind::Other, reply.clone());
            let told = follow(&azure, job).await;
            let status = told.ending.exit_status();
            assert!([1, 6].contains(&status), "{reply:?}: {:?}", told.ending);
            assert_eq!(azure.count(Kind::Put), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_what_if_without_what_is_forbidden_lets_the_deployment_pass() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, [changes(&json!([]))]);
    follow(&azure, guarded()).await.succeeded();
    assert_eq!(azure.accepted(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_followed_to_where_it_will_be() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Other,
        [
            Reply::Pointing(202, "location", HERE, Value::Null),
            Reply::Answer(202, Value::Null),
            pending(THERE),
            changes(&json!([])),
        ],
    );
    let told = follow(&azure, job_of(Task::WhatIf(what_if()))).await;
    assert!(
        matches!(told.ending, Ending::Predicted),
        "{:?}",
        told.ending
    );
    let asked = azure.asked();
    assert!(asked[0].url.contains("/deployments/hub/whatIf?"));
    let urls: Vec<_> = asked[1..].iter().map(|asked| asked.url.as_str()).collect();
    assert_eq!(urls, [HERE, HERE, THERE], "as they stand");
    assert_eq!(told.lasted, 15 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_failure_within_a_success_is_a_refusal() {
    let azure = FakeArm::start(HOUR);
    let error = json!({"code": "InvalidTemplate", "message": "no such parameter"});
    let failed = Reply::Answer(200, json!({"status": "Failed", "error": error}));
    azure.script(Kind::Other, [pending(HERE), failed]);
    let told = follow(&azure, guarded()).await;
    let Ending::Refused { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "InvalidTemplate");
}

#[tokio::test(start_paused = true)]
async fn an_outage_while_waiting_ends_nothing_and_is_told() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, [pending(HERE), Reply::Refuse(404, "NotFound")]);
    azure.script(Kind::Other, repeat_n(Reply::Refuse(503, "Busy"), 30));
    azure.script(Kind::Other, [changes(&json!([]))]);
    let told = follow(&azure, job_of(Task::WhatIf(what_if()))).await;
    assert!(
        matches!(told.ending, Ending::Predicted),
        "{:?}",
        told.ending
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. })),
        1
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageEnded { .. })),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn azure_that_does_not_take_the_question_is_given_up() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Other, Reply::Refuse(503, "Busy"));
    let told = follow(&azure, guarded()).await;
    let Ending::Unreachable { left, .. } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(*left, Left::NotSubmitted);
    assert_eq!(told.lasted, 15 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_gone_is_not_waited_for() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, [pending(HERE)]);
    azure.always(Kind::Other, Reply::Refuse(404, "NotFound"));
    let told = follow(&azure, guarded()).await;
    assert!(
        matches!(told.ending, Ending::Refused { .. }),
        "{:?}",
        told.ending
    );
    assert!(told.lasted < 3 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn a_name_in_use_is_no_reason_not_to_look_ahead() {
    // No name has more than 64 characters.
    for (name, stem) in [("hub".to_owned(), "hub"), ("x".repeat(64), &"x".repeat(56))] {
        let azure = FakeArm::start(HOUR);
        let active = Reply::Refuse(409, "DeploymentActive");
        azure.script(Kind::Other, [active, changes(&json!([]))]);
        let id = format!("/providers/Microsoft.Resources/deployments/{name}");
        let job = Job {
            target: Target::Deployment(DeploymentId::from_target(&id)),
            ..job_of(Task::WhatIf(what_if()))
        };
        let told = follow(&azure, job).await;
        assert!(
            matches!(told.ending, Ending::Predicted),
            "{:?}",
            told.ending
        );
        let url = &azure.asked()[1].url;
        let other = format!("/deployments/{stem}-preview/whatIf?");
        assert!(url.contains(&other), "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_firewall_does_not_get_the_template_over_and_over() {
    let azure = FakeArm::start(HOUR);
    azure.always(
        Kind::Other,
        Reply::Answer(403, json!("<html>blocked</html>")),
    );
    let told = follow(&azure, guarded()).await;
    let Ending::Unreachable { reason, left } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert!(reason.contains("proxy or firewall"), "{reason}");
    assert_eq!(*left, Left::NotSubmitted);
    assert_eq!((azure.count(Kind::Other), azure.count(Kind::Put)), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn one_time_out_covers_the_what_if_and_the_deployment() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, repeat_n(pending(HERE), 600));
    azure.script(Kind::Other, [changes(&json!([]))]);
    let mut job = guarded();
    job.timeout = HOUR + 10 * MINUTE;
    let told = follow(&azure, job).await;
    assert!(
        matches!(
            told.ending,
            Ending::TimedOut {
                left: Left::Running,
                ..
            }
        ),
        "{:?}",
        told.ending
    );
    assert_eq!(told.lasted, HOUR + 10 * MINUTE);
}
