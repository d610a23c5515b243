//! What is told of failed requests, and how long the next attempt waits.

use std::iter::repeat_n;

use serde_json::json;

use super::*;
use crate::{
    event::{Left, Trouble},
    testing::arm::{Kind, Reply},
};

/// A deployment whose state cannot be read for a while, some minutes after it began.
async fn told_of(faults: impl IntoIterator<Item = Reply>) -> Told {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, [Reply::Serve, Reply::Serve]);
    azure.script(Kind::Get, faults);
    follow(&azure, job()).await.succeeded()
}

/// What was told to be the trouble, in each outage.
fn troubles(told: &Told) -> Vec<Trouble> {
    let began = told.events.iter().filter_map(|event| match event {
        Event::OutageBegan { trouble, .. } => Some(*trouble),
        _ => None,
    });
    began.collect()
}

/// How long each outage lasted that ended, and how many requests failed in it.
fn outages(told: &Told) -> Vec<(Duration, u32)> {
    let ended = told.events.iter().filter_map(|event| match event {
        Event::OutageEnded { lasted, attempts } => Some((*lasted, *attempts)),
        _ => None,
    });
    ended.collect()
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_when_it_begins_and_when_it_ends() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, repeat_n(Reply::Refuse(503, "ServerBusy"), 22));
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(troubles(&told), [Trouble::Unreachable]);
    let [(lasted, attempts)] = outages(&told)[..] else {
        panic!("the end is told once");
    };
    assert_eq!(attempts, 22);
    assert!(lasted > 9 * MINUTE, "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_polls_are_not_rarer_than_without() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, repeat_n(Reply::Drop, 20));
    follow(&azure, job()).await.succeeded();
    let asked = azure.asked();
    let pauses = asked.windows(2).map(|pair| pair[1].at - pair[0].at);
    let longest = pauses.max();
    assert!(longest <= Some(30 * SECOND), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_single_fault_is_not_worth_a_word() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, [Reply::Serve, Reply::Drop]);
    let told = follow(&azure, job()).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. } | Event::OutageEnded { .. })),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_in_bursts_is_told_when_it_begins_and_when_it_ends() {
    let azure = FakeArm::start(HOUR);
    let burst = || {
        let throttled = Reply::Refuse(429, "TooManyRequests");
        [throttled.clone(), throttled, Reply::Serve]
    };
    // More than a minute and a half.
    let calm = repeat_n(Reply::Serve, 20);
    azure.script(Kind::Operations, burst().into_iter().chain(burst()));
    azure.script(Kind::Operations, calm.chain(burst()));
    let told = follow(&azure, job()).await.succeeded();
    let attempts: Vec<_> = told
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Throttled { .. } => Some(None),
            Event::ThrottlingEnded { attempts, .. } => Some(Some(*attempts)),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [None, Some(4), None, Some(2)]);
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. })),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_is_a_time_out_and_no_outage() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Get, Reply::Refuse(429, "TooManyRequests"));
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
    assert_eq!(
        told.count(|event| matches!(event, Event::ThrottlingEnded { .. })),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_nothing_makes_no_hot_loop() {
    for status in [429, 503] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Get, Reply::Busy(status, 0));
        let mut job = job();
        job.timeout = HOUR;
        follow(&azure, job).await;
        let requests = azure.count(Kind::Get);
        assert!(requests < 150, "{status}: {requests} requests in an hour");
    }
}

#[tokio::test(start_paused = true)]
async fn no_retry_after_makes_the_run_sleep_without_bound() {
    let azure = FakeArm::start(2 * HOUR);
    azure.script(Kind::Get, [Reply::Serve, Reply::Busy(429, 4_000_000)]);
    let told = follow(&azure, job()).await.succeeded();
    assert!(told.lasted <= 2 * HOUR + 11 * MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn pauses_after_failures_double_up_to_the_poll_interval() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, repeat_n(Reply::Drop, 7));
    follow(&azure, job()).await.succeeded();
    let asked = azure.asked();
    let looks = asked.iter().filter(|asked| asked.kind == Kind::Get);
    let times: Vec<_> = looks.map(|asked| asked.at).collect();
    let pauses: Vec<_> = times
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs())
        .take(7)
        .collect();
    assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30]);
}

#[tokio::test(start_paused = true)]
async fn a_second_failure_is_news_unless_azure_only_does_not_show_the_deployment_yet() {
    for (reply, is_news) in [
        (Reply::Drop, true),
        (Reply::Refuse(503, "Busy"), true),
        (Reply::Refuse(404, "DeploymentNotFound"), false),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Get, repeat_n(reply.clone(), 2));
        let told = follow(&azure, job()).await.succeeded();
        let outages = told.count(|event| matches!(event, Event::OutageBegan { .. }));
        assert_eq!(outages, usize::from(is_news), "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_lasts_from_the_first_failure_to_the_next_answer() {
    let told = told_of(repeat_n(Reply::Drop, 3)).await;
    assert_eq!(outages(&told), [(14 * SECOND, 3)], "2, 4 and 8 seconds");
}

#[tokio::test(start_paused = true)]
async fn throttling_lasts_until_the_last_request_may_be_sent_again() {
    let azure = FakeArm::start(HOUR);
    let throttled = Reply::Refuse(429, "TooManyRequests");
    azure.script(Kind::Get, [Reply::Serve, Reply::Serve]);
    azure.script(Kind::Get, repeat_n(throttled, 3));
    let told = follow(&azure, job()).await.succeeded();
    let ended: Vec<_> = (told.events.iter())
        .filter_map(|event| match event {
            Event::ThrottlingEnded { lasted, attempts } => Some((*lasted, *attempts)),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [(14 * SECOND, 3)], "2, 4 and 8 seconds");
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_for_what_it_is() {
    for (reply, trouble) in [
        (Reply::Drop, Trouble::Unreachable),
        (Reply::Refuse(503, "Busy"), Trouble::Unreachable),
        (Reply::Refuse(403, "AuthorizationFailed"), Trouble::Refused),
        (Reply::Refuse(409, "Conflict"), Trouble::Refused),
        (Reply::Answer(200, json!("<html>")), Trouble::Unreadable),
        (Reply::Answer(403, json!("<html>")), Trouble::Unreadable),
        // A proxy that finds nobody behind it.
        (Reply::Answer(500, json!("<html>")), Trouble::Unreachable),
        (Reply::Answer(502, json!("<html>")), Trouble::Unreachable),
    ] {
        let told = told_of(repeat_n(reply.clone(), 2)).await;
        assert_eq!(troubles(&told), [trouble], "{reply:?}");
    }
}

/// Requests are sent again after 2, 4, 8, 16 and 30 seconds.
#[tokio::test(start_paused = true)]
async fn a_deployment_that_azure_does_not_show_is_news_after_a_minute() {
    for (failures, expected) in [(5, vec![]), (6, vec![Trouble::NotFound])] {
        let absent = Reply::Refuse(404, "DeploymentNotFound");
        let told = told_of(repeat_n(absent, failures)).await;
        assert_eq!(troubles(&told), expected, "{failures}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_an_outage_if_it_is_an_answer() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, repeat_n(Reply::Refuse(503, "Busy"), 2));
    azure.script(Kind::Other, [Reply::Refuse(400, "InvalidTemplate")]);
    let validate = job_of(Task::Validate(submission(IfActive::Auto)));
    let told = follow(&azure, validate).await;
    assert!(
        matches!(told.ending, Ending::Refused { .. }),
        "{:?}",
        told.ending
    );
    assert_eq!(outages(&told), [(6 * SECOND, 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_was_not_believed_for_long_ends_no_outage() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Get, Reply::Refuse(403, "AuthorizationFailed"));
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::CannotFollow { .. }),
        "{:?}",
        told.ending
    );
    assert_eq!(troubles(&told), [Trouble::Refused]);
    assert!(outages(&told).is_empty(), "Azure still refuses");
}

/// A proxy says nothing of our rights, whatever its status.
#[tokio::test(start_paused = true)]
async fn a_time_out_tells_a_missing_right_only_if_azure_says_so() {
    for (reply, is_denied) in [
        (Reply::Refuse(403, "AuthorizationFailed"), true),
        (Reply::Answer(403, json!("<html>")), false),
        (Reply::Refuse(409, "Conflict"), false),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Get, reply.clone());
        let mut job = job();
        job.timeout = 4 * MINUTE;
        let told = follow(&azure, job).await;
        let code = match &told.ending {
            Ending::CannotFollow { causes, .. } => Some(causes[0].code.as_str()),
            Ending::Unreachable { .. } => None,
            other => panic!("{reply:?}: {other:?}"),
        };
        assert_eq!(code, is_denied.then_some("AuthorizationFailed"));
        assert_eq!(told.ending.left(), Some(&Left::Running), "{reply:?}");
    }
}
