//! A deployment is submitted once, and no ending says more about that than is known.

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
async fn a_lost_answer_is_settled_without_a_second_put() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Lose]);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(azure.count(Kind::Put), 1);
    assert_eq!(told.recovered(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_and_an_odd_look_are_settled_by_the_next_look() {
    for reply in [
        Reply::Refuse(403, "AuthorizationFailed"),
        Reply::Refuse(401, "InvalidAuthenticationToken"),
        Reply::Refuse(409, "Conflict"),
        Reply::Answer(200, json!({})),
        Reply::Answer(302, Value::Null),
        Reply::Drop,
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Put, [Reply::Lose]);
        azure.script(Kind::Get, repeat_n(reply.clone(), 2));
        let told = follow(&azure, job()).await;
        assert!(
            matches!(told.ending, Ending::Succeeded),
            "{reply:?}: {:?}",
            told.ending
        );
        assert_eq!(azure.accepted(), 1, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_that_cannot_be_settled_is_never_called_not_submitted() {
    for (reply, is_denied) in [
        (Reply::Refuse(403, "AuthorizationFailed"), true),
        (Reply::Refuse(401, "InvalidAuthenticationToken"), true),
        (Reply::Refuse(409, "Conflict"), true),
        (Reply::Refuse(503, "Busy"), false),
        (Reply::Answer(200, json!({})), false),
        (Reply::Drop, false),
        (Reply::Hang, false),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Put, [Reply::Lose]);
        azure.always(Kind::Get, reply.clone());
        let told = follow(&azure, job()).await;
        assert_eq!(
            told.ending.left(),
            Some(&Left::Unknown),
            "{reply:?}: {:?}",
            told.ending
        );
        let is_unreachable = matches!(told.ending, Ending::Unreachable { .. });
        assert_eq!(is_unreachable, !is_denied, "{reply:?}: {:?}", told.ending);
        assert_eq!(azure.count(Kind::Put), 1, "{reply:?}");
        assert!(told.ending.needs_aftermath(), "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_recognised_by_the_refusal_of_the_second_put() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Lose]);
    azure.stale_until(150 * SECOND);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(
        azure.count(Kind::Put),
        2,
        "invisible for two minutes, so it was sent again"
    );
    assert_eq!(told.recovered(), 1);
}

#[tokio::test(start_paused = true)]
async fn our_own_active_deployment_is_known_in_any_wording_and_under_any_if_active() {
    for if_active in [IfActive::Auto, IfActive::Wait, IfActive::Fail] {
        let azure = FakeArm::start(HOUR);
        azure.keep_silent();
        azure.script(Kind::Put, [Reply::Lose]);
        azure.stale_until(150 * SECOND);
        let told = follow(&azure, create(if_active)).await;
        assert!(
            matches!(told.ending, Ending::Succeeded),
            "{if_active:?}: {:?}",
            told.ending
        );
        assert_eq!(azure.accepted(), 1, "{if_active:?}");
        assert_eq!(
            azure.count(Kind::Put),
            2,
            "{if_active:?}: it is looked for, not sent again"
        );
        assert_eq!(told.recovered(), 1, "{if_active:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_arrived_is_sent_again() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Drop]);
    follow(&azure, job()).await.succeeded();
    assert_eq!((azure.count(Kind::Put), azure.accepted()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_azure_did_not_write_is_no_acceptance() {
    for reply in [
        Reply::Answer(200, json!({})),
        Reply::Answer(201, json!({"properties": 7})),
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(
            200,
            json!({"properties": {"provisioningState": "Accepted", "correlationId": THEIRS}}),
        ),
        Reply::Answer(302, Value::Null),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Put, [reply.clone()]);
        let told = follow(&azure, job()).await;
        assert!(
            matches!(told.ending, Ending::Succeeded),
            "{reply:?}: {:?}",
            told.ending
        );
        assert_eq!(
            (azure.count(Kind::Put), azure.accepted()),
            (2, 1),
            "{reply:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_firewall_does_not_get_the_deployment_over_and_over() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Put, Reply::Answer(403, json!("<html>blocked</html>")));
    let told = follow(&azure, job()).await;
    let Ending::Unreachable { reason, left } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert!(reason.contains("proxy or firewall"), "{reason}");
    assert_eq!(*left, Left::NotSubmitted, "it stayed invisible");
    assert_eq!(azure.count(Kind::Put), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_the_end_and_nothing_was_submitted() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Refuse(400, "InvalidTemplate")]);
    let told = follow(&azure, job()).await;
    let Ending::Refused { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "InvalidTemplate");
    assert!(matches!(told.saved.last(), Some(Stage::Before)));
    assert!(!told.ending.needs_aftermath());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_second_put_says_nothing_about_the_first() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Put,
        [Reply::Lose, Reply::Refuse(403, "AuthorizationFailed")],
    );
    azure.stale_until(3 * MINUTE);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!((azure.accepted(), told.recovered()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn each_stage_is_saved_when_it_is_entered() {
    let azure = FakeArm::start(HOUR);
    let told = follow(&azure, job()).await.succeeded();
    let [Stage::Sent(sent), Stage::Ours(ours)] = told.saved.as_slice() else {
        panic!("{:?}", told.saved);
    };
    assert_eq!((sent.as_str(), ours.as_str()), (OURS, OURS));
}

#[tokio::test(start_paused = true)]
async fn azure_out_of_reach_at_the_submission_is_told_and_gives_up() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Put, Reply::Refuse(503, "Busy"));
    let told = follow(&azure, job()).await;
    let Ending::Unreachable { reason, .. } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert!(reason.contains("503"), "{reason}");
    assert_eq!(told.lasted, 15 * MINUTE);
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. })),
        1
    );
    assert_eq!(azure.accepted(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_before_the_answer_leaves_it_open() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Put, Reply::Hang);
    azure.always(Kind::Get, Reply::Drop);
    let mut job = job();
    job.timeout = MINUTE;
    let told = follow(&azure, job).await;
    assert_eq!(
        told.ending.left(),
        Some(&Left::Unknown),
        "{:?}",
        told.ending
    );
}

#[tokio::test(start_paused = true)]
async fn an_interruption_before_the_answer_leaves_it_open_unless_azure_shows_it() {
    for (get, left) in [(Reply::Drop, Left::Unknown), (Reply::Serve, Left::Running)] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Put, [Reply::Lose]);
        azure.script(Kind::Get, [Reply::Hang]);
        azure.always(Kind::Get, get);
        let told = follow_until(&azure, job(), Some(20 * SECOND)).await;
        let Ending::Cancelled { left: found } = &told.ending else {
            panic!("{:?}", told.ending);
        };
        assert_eq!(*found, left);
        assert!(told.lasted < 27 * SECOND, "{:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_that_cannot_be_replaced_at_once_is_replaced_later() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Put,
        [Reply::Refuse(401, "InvalidAuthenticationToken")],
    );
    azure.identity.entra_answers([Answer::Serve, Answer::Drop]);
    follow(&azure, job()).await.succeeded();
    assert_eq!((azure.count(Kind::Put), azure.accepted()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_nobody_trusts_ends_the_run_at_once_and_says_what_to_give() {
    let mut validate = job();
    validate.task = Task::Validate(submission(IfActive::Auto));
    for (job, kind) in [
        (job(), Kind::Put),
        (validate, Kind::Other),
        (job_of(Task::Wait), Kind::Get),
        (
            job_of(Task::Cancel(DeploymentId::from_target(ID))),
            Kind::Get,
        ),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(kind, Reply::Untrusted);
        let told = follow(&azure, job).await;
        let Ending::Unreachable { reason, left } = &told.ending else {
            panic!("{kind:?}: {:?}", told.ending);
        };
        assert!(reason.contains("ca-file"), "{reason}");
        assert_eq!(*left, Left::NotSubmitted);
        assert_eq!((azure.count(kind), told.lasted), (1, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_certificate_after_good_ones_may_pass_by_itself() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        Kind::Put,
        [Reply::Refuse(503, "ServerBusy"), Reply::Untrusted],
    );
    azure.script(Kind::Get, repeat_n(Reply::Untrusted, 10));
    azure.script(Kind::Operations, repeat_n(Reply::Untrusted, 10));
    follow(&azure, job()).await.succeeded();
}

#[tokio::test(start_paused = true)]
async fn a_bad_certificate_that_stays_ends_the_run_after_minutes() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, [Reply::Serve, Reply::Serve]);
    azure.always(Kind::Get, Reply::Untrusted);
    let told = follow(&azure, job()).await;
    let Ending::Unreachable { reason, left } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert!(reason.contains("ca-file"), "{reason}");
    assert_eq!(*left, Left::Running);
    let lasted = told.lasted;
    assert!(lasted >= 10 * MINUTE && lasted < 15 * MINUTE, "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn an_interruption_asks_once_and_not_for_long() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Lose]);
    azure.always(Kind::Get, Reply::Hang);
    let told = follow_until(&azure, job(), Some(20 * SECOND)).await;
    assert_eq!(told.ending.left(), Some(&Left::Unknown));
    assert!(told.lasted <= 23 * SECOND, "{:?}", told.lasted);
}
