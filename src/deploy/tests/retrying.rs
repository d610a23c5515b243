//! What is told of failed requests, and how long the next attempt waits.

use std::iter::repeat_n;

use super::*;
use crate::{
    event::{Left, Trouble},
    testing::arm::{Kind, Reply},
};
#[tokio::test(start_paused = true)]
async fn an_outage_is_told_when_it_begins_and_when_it_ends() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, repeat_n(Reply::Refuse(503, "ServerBusy"), 22));
    let told = follow(&azure, job()).await.succeeded();
    let began: Vec<_> = (told.events.iter())
        .filter_map(|event| match event {
            Event::OutageBegan { trouble, .. } => Some(*trouble),
            _ => None,
        })
        .collect();
    assert_eq!(began, [Trouble::Unreachable]);
    let ended = told.events.iter().find_map(|event| match event {
        Event::OutageEnded { lasted, attempts } => Some((*lasted, *attempts)),
        _ => None,
    });
    let (lasted, attempts) = ended.expect("the end is told");
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
