//! The state decides how a run ends; what passes by itself ends nothing.

use std::iter::repeat_n;

use serde_json::{Value, json};

use super::*;
use crate::{
    event::Left,
    testing::{
        arm::{Kind, Reply},
        entra::Answer,
    },
};
#[tokio::test(start_paused = true)]
async fn five_hours_with_tokens_that_are_never_old() {
    let azure = FakeArm::start(5 * HOUR);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(
        told.count(|event| matches!(event, Event::TokenRefreshed(_))),
        6
    );
    let ages = azure.token_ages();
    assert!(ages.len() > 1000, "{} requests", ages.len());
    let oldest = ages.iter().max().expect("some");
    assert!(*oldest <= 45 * MINUTE + 30 * SECOND, "{oldest:?}");
    assert_eq!(azure.count(Kind::Put), 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_seen_within_seconds() {
    let azure = FakeArm::start(HOUR);
    let told = follow(&azure, job()).await;
    assert!(told.lasted <= HOUR + 5 * SECOND, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_once() {
    let azure = FakeArm::start(HOUR);
    let told = follow(&azure, job()).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::Progressed { .. })),
        2,
        "begun and ended"
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::StateChanged { .. })),
        2,
        "running, then succeeded"
    );
}

#[tokio::test(start_paused = true)]
async fn azure_that_never_comes_back_is_unreachable() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, [Reply::Serve]);
    azure.always(Kind::Get, Reply::Drop);
    let told = follow(&azure, job()).await;
    let Ending::Unreachable { reason, left } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(*left, Left::Running);
    assert!(reason.contains("connection reset"), "{reason}");
    assert_eq!(told.lasted, 6 * HOUR, "the time-out is the limit");
}

#[tokio::test(start_paused = true)]
async fn a_blip_at_the_time_out_is_a_time_out() {
    let azure = FakeArm::start(8 * HOUR);
    // Two polls a minute: the blip begins less than a minute before the time-out.
    azure.script(Kind::Get, repeat_n(Reply::Serve, 718));
    azure.always(Kind::Get, Reply::Drop);
    let told = follow(&azure, job()).await;
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
}

/// Answers that say nothing about the deployment, whatever sent them.
fn odd_answers() -> Vec<Reply> {
    vec![
        Reply::Answer(200, json!({})),
        Reply::Answer(200, Value::Null),
        Reply::Answer(200, json!([1])),
        Reply::Answer(200, json!({"properties": 7})),
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(
            302,
            json!({"error": {"code": "Found", "message": "elsewhere"}}),
        ),
        Reply::Answer(307, Value::Null),
        Reply::Answer(403, json!("<html>blocked</html>")),
        Reply::Refuse(404, "DeploymentNotFound"),
        Reply::Refuse(403, "AuthorizationFailed"),
        Reply::Refuse(401, "InvalidAuthenticationToken"),
        Reply::Refuse(409, "Conflict"),
        Reply::Refuse(400, "BadRequest"),
        Reply::Drop,
        Reply::Hang,
    ]
}

#[tokio::test(start_paused = true)]
async fn one_odd_answer_ends_nothing() {
    for reply in odd_answers() {
        for kind in [Kind::Get, Kind::Operations] {
            let azure = FakeArm::start(HOUR);
            azure.script(kind, [Reply::Serve, reply.clone(), reply.clone()]);
            let told = follow(&azure, job()).await;
            let ending = &told.ending;
            assert!(
                matches!(ending, Ending::Succeeded),
                "{kind:?} {reply:?}: {ending:?}"
            );
            assert_eq!(azure.accepted(), 1, "{kind:?} {reply:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_firewall_that_blocks_reads_for_minutes_ends_nothing() {
    let azure = FakeArm::start(HOUR);
    let blocked = Reply::Answer(403, json!("<html>blocked</html>"));
    let blocked = repeat_n(blocked, 8);
    azure.script(Kind::Get, [Reply::Serve].into_iter().chain(blocked));
    follow(&azure, job()).await.succeeded();
}

#[tokio::test(start_paused = true)]
async fn what_azure_refuses_for_minutes_cannot_be_followed() {
    for (status, code, minutes) in [
        (404, "DeploymentNotFound", 5),
        (403, "AuthorizationFailed", 10),
        (409, "Conflict", 5),
    ] {
        let azure = FakeArm::start(5 * HOUR);
        azure.script(Kind::Get, [Reply::Serve]);
        azure.always(Kind::Get, Reply::Refuse(status, code));
        let told = follow(&azure, job()).await;
        let Ending::CannotFollow { causes, left } = &told.ending else {
            panic!("{status}: {:?}", told.ending);
        };
        assert_eq!((causes[0].code.as_str(), left), (code, &Left::Running));
        let patience = told.lasted.as_secs() / 60;
        assert!(
            (minutes..=minutes + 4).contains(&patience),
            "{status}: {patience} min"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_azure_refuses_for_minutes_is_a_failed_sign_in() {
    let azure = FakeArm::start(5 * HOUR);
    azure.script(Kind::Get, [Reply::Serve]);
    azure.always(Kind::Get, Reply::Refuse(401, "InvalidAuthenticationToken"));
    let told = follow(&azure, job()).await;
    let Ending::SignInFailed { message, left } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert!(message.contains("InvalidAuthenticationToken"), "{message}");
    assert_eq!(*left, Left::Running);
    assert!(
        azure.identity.asked().len() <= 4,
        "{:?}",
        azure.identity.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_costs_one_exchange_and_one_request() {
    let azure = FakeArm::start(10 * MINUTE);
    azure.script(
        Kind::Get,
        [Reply::Refuse(401, "ExpiredAuthenticationToken")],
    );
    follow(&azure, job()).await.succeeded();
    assert_eq!(azure.identity.asked().len(), 2);
    let asked = azure.asked();
    assert_eq!(asked[1].url, asked[2].url, "the same request again");
    assert_eq!(asked[1].at, asked[2].at, "at once");
}

#[tokio::test(start_paused = true)]
async fn operations_that_cannot_be_read_cost_a_line_and_no_more() {
    let elsewhere = json!({"value": [], "nextLink": "https://elsewhere.example/operations"});
    let itself = format!("https://management.azure.com{ID}/operations?api-version=2025-04-01");
    for reply in [
        Reply::Refuse(403, "AuthorizationFailed"),
        Reply::Refuse(404, "DeploymentNotFound"),
        Reply::Refuse(409, "Conflict"),
        Reply::Refuse(500, "InternalServerError"),
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(200, json!({"value": null})),
        Reply::Answer(302, Value::Null),
        Reply::Answer(200, elsewhere),
        Reply::Answer(200, json!({"value": [], "nextLink": itself})),
        Reply::Drop,
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Operations, reply.clone());
        let told = follow(&azure, job()).await;
        assert!(
            matches!(told.ending, Ending::Succeeded),
            "{reply:?}: {:?}",
            told.ending
        );
        assert!(
            told.lasted < HOUR + 2 * MINUTE,
            "{reply:?}: {:?}",
            told.lasted
        );
        let hidden: Vec<_> = (told.events.iter())
            .filter_map(|event| match event {
                Event::ProgressHidden { missing, .. } => Some(missing.as_deref()),
                _ => None,
            })
            .collect();
        let right = "Microsoft.Resources/deployments/operations/read";
        let missing = matches!(reply, Reply::Refuse(403, _)).then_some(right);
        assert_eq!(hidden, [missing], "{reply:?}");
        assert!(azure.count(Kind::Operations) < 400, "{reply:?}");
        let looks = azure.count(Kind::Get) + azure.count(Kind::Status);
        assert!(looks < 500, "{reply:?}: {looks}");
    }
}

#[tokio::test(start_paused = true)]
async fn hung_operations_do_not_delay_the_end() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Operations, Reply::Hang);
    let told = follow(&azure, job()).await.succeeded();
    assert!(told.lasted < HOUR + 3 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_another_steps_deployment_bears_early_404s() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
    azure.stale_until(4 * MINUTE);
    let told = follow(&azure, job_of(Task::Wait)).await.succeeded();
    assert_eq!(told.outputs_of(), [THEIRS]);
    let nothing = FakeArm::start(HOUR);
    let told = follow(&nothing, job_of(Task::Wait)).await;
    assert!(
        matches!(told.ending, Ending::Refused { .. }),
        "{:?}",
        told.ending
    );
    assert!(told.lasted < 6 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_waits_for_minutes_while_a_bad_certificate_is_in_the_way() {
    let azure = FakeArm::start(3 * HOUR);
    let refused = repeat_n(Answer::Untrusted, 60);
    let answers = [Answer::Serve].into_iter().chain(refused);
    azure.identity.entra_answers(answers);
    let told = follow(&azure, job()).await.succeeded();
    let outages = told.count(|event| matches!(event, Event::OutageBegan { .. }));
    assert_eq!(outages, 1, "the token had expired");
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_most_of_a_short_time_is_why_it_was_up() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Get, Reply::Drop);
    let mut job = job();
    job.timeout = 4 * MINUTE;
    let told = follow(&azure, job).await;
    assert!(
        matches!(told.ending, Ending::Unreachable { .. }),
        "{:?}",
        told.ending
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_has_the_causes_of_its_resources() {
    for is_nested in [false, true] {
        let azure = FakeArm::start(HOUR);
        if is_nested {
            azure.nest();
        }
        azure.fail("SkuNotAvailable");
        azure.submit(Duration::ZERO, OURS, HOUR, "Failed");
        let told = follow(&azure, job_of(Task::Wait)).await;
        let Ending::Failed { causes } = &told.ending else {
            panic!("{:?}", told.ending);
        };
        let codes: Vec<_> = causes.iter().map(|cause| cause.code.as_str()).collect();
        assert_eq!(codes, ["SkuNotAvailable"], "{is_nested}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_deployment_begins_before_what_is_in_it_and_ends_after_that() {
    let azure = FakeArm::start(HOUR);
    azure.nest();
    let told = follow(&azure, job()).await.succeeded();
    let changes = told.events.iter().flat_map(|event| match event {
        Event::Progressed { changed, .. } => changed.as_slice(),
        _ => &[],
    });
    let changes: Vec<_> = changes
        .map(|resource| format!("{} {}", resource.name, resource.state))
        .collect();
    let expected = [
        "inner Running",
        "vgw Running",
        "vgw Succeeded",
        "inner Succeeded",
    ];
    assert_eq!(changes, expected);
}

#[tokio::test(start_paused = true)]
async fn a_short_answer_that_azure_refuses_is_not_asked_for_again() {
    for status in [403, 404] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Status, Reply::Refuse(status, "Refused"));
        let told = follow(&azure, job()).await.succeeded();
        assert!(told.lasted < HOUR + MINUTE, "{:?}", told.lasted);
        assert_eq!(azure.count(Kind::Status), 1, "{status}");
    }
}
