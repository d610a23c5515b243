//! A deployment counts as cancelled only if Azure agreed.

use std::iter::repeat_n;

use serde_json::json;

use super::*;
use crate::{
    event::Left,
    testing::arm::{Kind, Reply},
};

/// A step that cancels what another one submitted an hour ago.
async fn cancel(azure: &FakeArm) -> Told {
    azure.submit(Duration::ZERO, THEIRS, 5 * HOUR, "Succeeded");
    follow(azure, job_of(Task::Cancel(DeploymentId::from_target(ID)))).await
}

/// Faults that a request to cancel may meet once.
fn passing() -> Vec<Reply> {
    vec![
        Reply::Refuse(503, "Busy"),
        Reply::Refuse(429, "TooManyRequests"),
        Reply::Refuse(408, "Timeout"),
        Reply::Refuse(404, "DeploymentNotFound"),
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(302, json!(null)),
        Reply::Drop,
        Reply::Lose,
        Reply::Hang,
    ]
}

#[tokio::test(start_paused = true)]
async fn cancelling_is_asked_for_until_azure_agrees() {
    for reply in passing() {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Cancel, [reply.clone()]);
        let told = cancel(&azure).await;
        // After a lost answer the deployment is found to be cancelled.
        assert!(
            matches!(told.ending, Ending::Stopped),
            "{reply:?}: {:?}",
            told.ending
        );
        assert!(told.lasted < 5 * MINUTE, "{reply:?}: {:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_to_cancel_is_a_failure() {
    for (status, code) in [
        (403, "AuthorizationFailed"),
        (409, "Conflict"),
        (400, "BadRequest"),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Cancel, Reply::Refuse(status, code));
        let told = cancel(&azure).await;
        let Ending::CancelRefused { causes } = &told.ending else {
            panic!("{status}: {:?}", told.ending);
        };
        assert_eq!(causes[0].code, code);
        assert_eq!(told.ending.exit_status(), 1);
        assert!(told.lasted < MINUTE, "{status}: {:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_that_azure_never_answers_is_not_said_to_have_happened() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Cancel, Reply::Refuse(503, "Busy"));
    let told = cancel(&azure).await;
    let Ending::Unreachable { left, .. } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert!(matches!(left, Left::CancelUnknown { .. }), "{left:?}");
    assert_eq!(told.lasted, 15 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn what_had_ended_otherwise_was_not_cancelled() {
    for (end, status) in [("Succeeded", 1), ("Failed", 1), ("Canceled", 0)] {
        let azure = FakeArm::start(HOUR);
        azure.submit(Duration::ZERO, THEIRS, Duration::ZERO, end);
        let told = follow(&azure, job_of(Task::Cancel(DeploymentId::from_target(ID)))).await;
        assert_eq!(
            told.ending.exit_status(),
            status,
            "{end}: {:?}",
            told.ending
        );
        assert_eq!(azure.count(Kind::Cancel), 0, "{end}");
        let agreed = told.count(|event| matches!(event, Event::CancelRequested));
        assert_eq!(agreed, 0, "{end}: Azure was not asked");
    }
}

#[tokio::test(start_paused = true)]
async fn what_ends_while_it_is_cancelled_is_a_conflict_and_no_refusal() {
    let ended = json!({"properties": {"provisioningState": "Succeeded", "correlationId": THEIRS}});
    for (status, is_refused) in [(409, false), (400, true)] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Cancel, [Reply::Refuse(status, "Conflict")]);
        azure.script(Kind::Get, [Reply::Serve, Reply::Serve]);
        azure.always(Kind::Get, Reply::Answer(200, ended.clone()));
        let told = cancel(&azure).await;
        assert_eq!(azure.count(Kind::Cancel), 1, "{status}");
        let was_refused = matches!(told.ending, Ending::CancelRefused { .. });
        assert_eq!(was_refused, is_refused, "{status}: {:?}", told.ending);
        assert_eq!(told.ending.exit_status(), 1, "{status}");
    }
}

/// A deployment fails when one within it is cancelled.
#[tokio::test(start_paused = true)]
async fn what_fails_after_azure_agreed_was_cancelled() {
    for (end, status) in [("Canceled", 0), ("Failed", 0), ("Succeeded", 1)] {
        let properties = json!({"provisioningState": end, "correlationId": THEIRS});
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Get, [Reply::Serve, Reply::Serve]);
        azure.always(
            Kind::Get,
            Reply::Answer(200, json!({"properties": properties})),
        );
        let told = cancel(&azure).await;
        let agreed = told.count(|event| matches!(event, Event::CancelRequested));
        assert_eq!(agreed, 1, "{end}");
        let was_stopped = matches!(told.ending, Ending::Stopped);
        assert_eq!(was_stopped, status == 0, "{end}: {:?}", told.ending);
        assert_eq!(told.ending.exit_status(), status, "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_out_cancels_if_that_is_wished_even_when_azure_was_silent() {
    for reply in passing() {
        let azure = FakeArm::start(8 * HOUR);
        azure.script(Kind::Cancel, [reply.clone()]);
        azure.script(Kind::Get, repeat_n(Reply::Serve, 60));
        // The last looks before the time-out fail.
        azure.script(Kind::Get, repeat_n(Reply::Drop, 3));
        let mut job = job();
        job.timeout = 30 * MINUTE;
        job.on_timeout = OnStop::Cancel;
        let told = follow(&azure, job).await;
        let is_cancelled = matches!(
            told.ending,
            Ending::TimedOut {
                left: Left::Cancelled,
                ..
            }
        );
        assert!(is_cancelled, "{reply:?}: {:?}", told.ending);
        assert!(azure.count(Kind::Cancel) >= 1, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_out_whose_cancellation_azure_refuses_says_so() {
    let azure = FakeArm::start(8 * HOUR);
    azure.always(Kind::Cancel, Reply::Refuse(403, "AuthorizationFailed"));
    let mut job = job();
    job.on_timeout = OnStop::Cancel;
    let told = follow(&azure, job).await;
    let Ending::TimedOut {
        left: Left::CancelRefused(causes),
        ..
    } = &told.ending
    else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "AuthorizationFailed");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_ends_at_the_time_out_has_its_own_ending() {
    let azure = FakeArm::start(30 * MINUTE);
    let mut job = job();
    job.timeout = 30 * MINUTE + SECOND;
    job.on_timeout = OnStop::Cancel;
    azure.script(Kind::Get, repeat_n(Reply::Serve, 55));
    let told = follow(&azure, job).await.succeeded();
    assert_eq!(told.outputs_of(), [OURS]);
    assert_eq!(azure.count(Kind::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_cancels_within_seconds_or_says_that_it_did_not() {
    for (reply, is_expected) in [
        (
            Reply::Serve,
            (|left| *left == Left::Cancelled) as fn(&Left) -> bool,
        ),
        (Reply::Refuse(403, "AuthorizationFailed"), |left| {
            matches!(left, Left::CancelRefused(_))
        }),
        (Reply::Hang, |left| {
            matches!(left, Left::CancelUnknown { .. })
        }),
        (Reply::Refuse(503, "Busy"), |left| {
            matches!(left, Left::CancelUnknown { .. })
        }),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Cancel, reply.clone());
        let mut job = job();
        job.on_cancel = OnStop::Cancel;
        let told = follow_until(&azure, job, Some(10 * MINUTE)).await;
        let left = told.ending.left().expect("it is cancelled");
        assert!(is_expected(left), "{reply:?}: {:?}", told.ending);
        assert_eq!(told.ending.exit_status(), 5);
        assert!(
            told.lasted <= 10 * MINUTE + 7 * SECOND,
            "{reply:?}: {:?}",
            told.lasted
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_says_wins_over_what_the_inputs_say() {
    for (input, wish, expected) in [
        (OnStop::Leave, Wish::Cancel, Left::Cancelled),
        (OnStop::Cancel, Wish::Leave, Left::Running),
    ] {
        let azure = FakeArm::start(HOUR);
        let mut job = job();
        job.on_cancel = input;
        let told = follow_until_told(&azure, job, Some(10 * MINUTE), Some(wish)).await;
        assert_eq!(told.ending.left(), Some(&expected), "{wish:?}");
        let is_cancelled = expected == Left::Cancelled;
        assert_eq!(azure.count(Kind::Cancel), usize::from(is_cancelled));
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_outranks_what_follows_a_time_out() {
    let azure = FakeArm::start(8 * HOUR);
    azure.always(Kind::Cancel, Reply::Hang);
    let mut job = job();
    job.timeout = HOUR;
    job.on_timeout = OnStop::Cancel;
    let told = follow_until(&azure, job, Some(HOUR + 10 * SECOND)).await;
    assert_eq!(told.ending.exit_status(), 5, "{:?}", told.ending);
    assert!(told.lasted < HOUR + 20 * SECOND, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn a_stale_view_does_not_keep_from_cancelling() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, 5 * HOUR, "Succeeded");
    let stale = json!({"properties": {"provisioningState": "Succeeded", "correlationId": EARLIER}});
    let stale = Reply::Answer(200, stale);
    // Two minutes into the run, so that the bound counts from the request and not from the start.
    azure.script(
        Kind::Get,
        [Reply::Busy(503, 119), Reply::Serve, stale.clone(), stale],
    );
    let task = Task::Cancel(DeploymentId::from_target(ID));
    let told = follow(&azure, job_of(task)).await;
    assert!(matches!(told.ending, Ending::Stopped), "{:?}", told.ending);
    assert_eq!(azure.count(Kind::Cancel), 1);
}

#[tokio::test(start_paused = true)]
async fn another_submission_that_stays_is_not_cancelled_instead() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, EARLIER, 2 * MINUTE, "Succeeded");
    azure.submit(2 * MINUTE, THEIRS, HOUR, "Succeeded");
    // Ours is found in the last moment before another one takes its place.
    azure.script(
        Kind::Get,
        [Reply::Busy(503, 119), Reply::Serve, Reply::Busy(503, 5)],
    );
    let task = Task::Cancel(DeploymentId::from_target(ID));
    let told = follow(&azure, job_of(task)).await;
    assert!(
        matches!(told.ending, Ending::Replaced { .. }),
        "{:?}",
        told.ending
    );
    assert_eq!(azure.count(Kind::Cancel), 0);
    let minutes = told.lasted.as_secs() / 60;
    assert!((3..=5).contains(&minutes), "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_azure_no_longer_shows_is_not_cancelled() {
    for (status, code, is_refusal) in [
        (403, "AuthorizationFailed", true),
        (404, "DeploymentNotFound", false),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.submit(Duration::ZERO, THEIRS, 5 * HOUR, "Succeeded");
        azure.script(Kind::Get, [Reply::Serve]);
        azure.always(Kind::Get, Reply::Refuse(status, code));
        let task = Task::Cancel(DeploymentId::from_target(ID));
        let told = follow(&azure, job_of(task)).await;
        let is_refused = matches!(told.ending, Ending::CancelRefused { .. });
        assert_eq!(is_refused, is_refusal, "{code}: {:?}", told.ending);
        assert_ne!(told.ending.exit_status(), 0, "{code}");
        assert_eq!(azure.count(Kind::Cancel), 0, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_within_is_cancelled_too_and_waited_for() {
    // The first request to the inner one is lost before Azure has it, or both are and it ends by itself.
    for lost in [1, 2] {
        let azure = FakeArm::start(HOUR);
        azure.nest();
        azure.script(Kind::CancelInner, repeat_n(Reply::Drop, lost));
        let told = cancel(&azure).await;
        assert!(matches!(told.ending, Ending::Stopped), "{:?}", told.ending);
        assert_eq!(azure.count(Kind::Cancel), 1);
        assert_eq!(azure.count(Kind::CancelInner), 2, "once more at the end");
        let last = azure.asked().pop().expect("a request");
        assert_eq!(last.kind, Kind::GetInner, "until the inner one has ended");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_cancels_what_is_within_if_the_whole_is_cancelled() {
    for (reply, inner) in [
        (Reply::Serve, 1),
        (Reply::Refuse(403, "AuthorizationFailed"), 0),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.nest();
        azure.always(Kind::Cancel, reply.clone());
        let mut job = job();
        job.on_cancel = OnStop::Cancel;
        follow_until(&azure, job, Some(10 * MINUTE)).await;
        assert_eq!(azure.count(Kind::CancelInner), inner, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_within_and_does_not_answer_takes_no_more_than_seconds() {
    let azure = FakeArm::start(HOUR);
    azure.nest();
    azure.always(Kind::CancelInner, Reply::Hang);
    let mut job = job();
    job.on_cancel = OnStop::Cancel;
    let told = follow_until(&azure, job, Some(10 * MINUTE)).await;
    assert_eq!(told.ending.left(), Some(&Left::Cancelled));
    assert!(told.lasted <= 10 * MINUTE + 4 * SECOND, "{:?}", told.lasted);
}
