//! Only our own deployment is followed, reported and cancelled.

use std::iter::repeat_n;

use super::*;
use crate::{
    event::Left,
    testing::arm::{Kind, Reply},
};

#[tokio::test(start_paused = true)]
async fn a_stale_view_after_the_put_is_not_the_result() {
    for end in ["Succeeded", "Failed"] {
        let azure = FakeArm::start(HOUR);
        azure.submit(Duration::ZERO, THEIRS, Duration::ZERO, end);
        azure.stale_until(4 * MINUTE);
        let told = follow(&azure, job()).await.succeeded();
        assert_eq!(told.outputs_of(), [OURS], "{end}");
        assert!(told.lasted >= HOUR, "{end}: {:?}", told.lasted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_lags_behind_in_mid_run_ends_nothing() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, Duration::ZERO, "Failed");
    azure.script(Kind::Get, repeat_n(Reply::Serve, 20));
    let stale = || {
        let earlier = serde_json::json!({"properties": {"provisioningState": "Failed", "correlationId": THEIRS}});
        Reply::Answer(200, earlier)
    };
    azure.script(Kind::Get, [stale(), stale(), stale()]);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(told.outputs_of(), [OURS]);
    assert_eq!(
        told.count(|event| matches!(event, Event::Replaced { .. })),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn another_submission_in_its_place_is_neither_followed_nor_reported() {
    let azure = FakeArm::start(HOUR);
    // Nobody sees the end of ours: the other one begins at that moment.
    azure.submit(HOUR, THEIRS, HOUR, "Succeeded");
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(
        told.outputs_of(),
        Vec::<String>::new(),
        "ours are gone, theirs are theirs"
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::Replaced { .. })),
        1
    );
    let last = azure.asked().pop().map(|asked| asked.kind);
    assert_eq!(last, Some(Kind::Status), "Azure still tells how ours ended");
    assert!(told.lasted < HOUR + 3 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_nobody_tells_is_no_success() {
    for reply in [
        Reply::Refuse(404, "NotFound"),
        Reply::Refuse(403, "AuthorizationFailed"),
        Reply::Refuse(503, "Busy"),
        Reply::Hang,
    ] {
        let azure = FakeArm::start(HOUR);
        azure.submit(HOUR, THEIRS, HOUR, "Succeeded");
        azure.always(Kind::Status, reply);
        let told = follow(&azure, job()).await;
        assert!(told.lasted < HOUR + 5 * MINUTE, "{:?}", told.lasted);
        let Ending::Replaced { by } = &told.ending else {
            panic!("{:?}", told.ending);
        };
        assert_eq!(by.as_str(), THEIRS);
        assert_eq!(told.ending.exit_status(), 1);
        assert!(told.outputs_of().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_nobody_saw_is_a_failure() {
    let azure = FakeArm::start(HOUR);
    azure.submit(HOUR, THEIRS, HOUR, "Succeeded");
    let failed = serde_json::json!({"status": "Failed", "error": {"code": "SkuNotAvailable", "message": "no"}});
    azure.always(Kind::Status, Reply::Answer(200, failed));
    let told = follow(&azure, job()).await;
    let Ending::Failed { causes } = &told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "SkuNotAvailable");
}

#[tokio::test(start_paused = true)]
async fn another_submission_is_never_cancelled_by_an_interruption() {
    for (on_cancel, wish) in [(OnStop::Cancel, None), (OnStop::Leave, Some(Wish::Cancel))] {
        let azure = FakeArm::start(HOUR);
        azure.submit(HOUR, THEIRS, HOUR, "Succeeded");
        let mut job = job();
        job.on_cancel = on_cancel;
        // Ours has ended, and that it was replaced is not certain yet.
        let told = follow_until_told(&azure, job, Some(HOUR + 40 * SECOND), wish).await;
        assert!(
            matches!(told.ending, Ending::Cancelled { .. }),
            "{:?}",
            told.ending
        );
        assert_ne!(told.ending.left(), Some(&Left::Cancelled));
        assert_eq!(azure.count(Kind::Cancel), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn another_submission_is_never_cancelled_by_a_time_out() {
    let azure = FakeArm::start(HOUR);
    azure.submit(HOUR, THEIRS, 9 * HOUR, "Succeeded");
    let mut job = job();
    job.on_timeout = OnStop::Cancel;
    job.timeout = HOUR + 30 * SECOND;
    let told = follow(&azure, job).await;
    assert!(
        matches!(told.ending, Ending::Succeeded),
        "as Azure tells of ours: {:?}",
        told.ending
    );
    assert_eq!(azure.count(Kind::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_deployment_that_we_wait_for_is_never_cancelled() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, 24 * HOUR, "Succeeded");
    let mut job = job();
    job.on_timeout = OnStop::Cancel;
    let told = follow(&azure, job).await;
    assert!(
        matches!(
            told.ending,
            Ending::TimedOut {
                left: Left::NotSubmitted,
                ..
            }
        ),
        "{:?}",
        told.ending
    );
    assert_eq!(azure.count(Kind::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_cancel_is_never_for_somebody_elses_deployment() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, 24 * HOUR, "Succeeded");
    let wish = Some(Wish::Cancel);
    let told = follow_until_told(&azure, job(), Some(10 * MINUTE), wish).await;
    assert_eq!(told.ending.left(), Some(&Left::NotSubmitted));
    assert_eq!(azure.count(Kind::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_keeps_to_the_submission_that_was_found() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, EARLIER, HOUR, "Succeeded");
    azure.submit(HOUR, THEIRS, HOUR, "Succeeded");
    let told = follow(&azure, job_of(Task::Wait)).await;
    assert!(
        matches!(told.ending, Ending::Replaced { .. }),
        "{:?}",
        told.ending
    );
    assert!(told.outputs_of().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_end_that_was_seen_is_the_ending_whatever_stops_the_run_then() {
    let azure = FakeArm::start(HOUR);
    // After the end the last operations cannot be read for a while.
    azure.script(Kind::Operations, repeat_n(Reply::Serve, 100));
    azure.always(Kind::Operations, Reply::Drop);
    let told = follow_until(&azure, job(), Some(HOUR + 10 * SECOND)).await;
    assert!(
        matches!(told.ending, Ending::Succeeded),
        "{:?}",
        told.ending
    );
    assert_eq!(told.outputs_of(), [OURS]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_when_it_was_replaced_says_so() {
    let azure = FakeArm::start(HOUR);
    azure.submit(HOUR, THEIRS, HOUR, "Succeeded");
    azure.always(Kind::Status, Reply::Hang);
    let told = follow_until(&azure, job(), Some(HOUR + 2 * MINUTE)).await;
    assert!(
        matches!(told.ending, Ending::Replaced { .. }),
        "{:?}",
        told.ending
    );
}
