//! What the post step finds out and does.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;

use super::{EARLIER, HOUR, MINUTE, Needs, OURS, SECOND, target};
use crate::{
    arm::Correlation,
    deploy::{Aftermath, Stage, look_after},
    event::Events,
    identity::Keeper,
    inputs::OnStop,
    step::token_news,
    testing::{
        arm::{FakeArm, Kind, Reply},
        entra::FakeAzure,
    },
};

async fn aftermath(azure: &FakeArm, stage: Stage, on_cancel: OnStop) -> Aftermath {
    let clock = azure.clock();
    let (sender, _received) = unbounded_channel();
    let events = Events::new(sender);
    let credential = azure.identity.credential(FakeAzure::oidc());
    let news = token_news(&events);
    let keeper = Keeper::sign_in(Arc::new(credential), 45 * MINUTE, clock.clone(), news);
    let keeper = keeper.await.expect("signed in");
    let needs = Needs::new(Arc::new(azure.clone()), keeper, &clock, &events);
    look_after(needs.context(), &target(), &stage, on_cancel).await
}

#[tokio::test(start_paused = true)]
async fn the_post_step_finds_what_is_not_visible_yet() {
    for stage in [
        Stage::Sent(Correlation::new(OURS)),
        Stage::Ours(Correlation::new(OURS)),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.submit(Duration::ZERO, OURS, HOUR, "Succeeded");
        azure.stale_until(45 * SECOND);
        let found = aftermath(&azure, stage, OnStop::Cancel).await;
        assert!(matches!(found, Aftermath::Cancelled(_)), "{found:?}");
        assert_eq!(azure.count(Kind::Cancel), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_post_step_asks_again_and_tells_a_refusal() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, OURS, HOUR, "Succeeded");
    azure.script(Kind::Cancel, [Reply::Refuse(503, "Busy")]);
    let stage = || Stage::Ours(Correlation::new(OURS));
    let found = aftermath(&azure, stage(), OnStop::Cancel).await;
    assert!(matches!(found, Aftermath::Cancelled(_)), "{found:?}");

    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, OURS, HOUR, "Succeeded");
    azure.always(Kind::Cancel, Reply::Refuse(403, "AuthorizationFailed"));
    let found = aftermath(&azure, stage(), OnStop::Cancel).await;
    assert!(matches!(found, Aftermath::CancelRefused(_)), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn the_post_step_leaves_another_submission_alone() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, EARLIER, HOUR, "Succeeded");
    let stage = Stage::Ours(Correlation::new(OURS));
    assert_eq!(
        aftermath(&azure, stage, OnStop::Cancel).await,
        Aftermath::Replaced
    );
    assert_eq!(azure.count(Kind::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn the_post_step_says_what_became_of_what_was_left() {
    let azure = FakeArm::start(HOUR);
    let stage = || Stage::Sent(Correlation::new(OURS));
    assert_eq!(
        aftermath(&azure, stage(), OnStop::Leave).await,
        Aftermath::Absent
    );
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, OURS, HOUR, "Succeeded");
    assert_eq!(
        aftermath(&azure, stage(), OnStop::Leave).await,
        Aftermath::Running
    );
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, OURS, Duration::ZERO, "Failed");
    let ended = aftermath(&azure, stage(), OnStop::Leave).await;
    assert!(matches!(ended, Aftermath::Ended(_)), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_within_a_cancelled_deployment_is_followed_if_all_is_to_be_cancelled() {
    let stage = || Stage::Ours(Correlation::new(OURS));
    for (end, on_cancel, followed) in [
        ("Canceled", OnStop::Cancel, true),
        ("Canceled", OnStop::Leave, false),
        ("Failed", OnStop::Cancel, false),
        ("Succeeded", OnStop::Cancel, false),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.submit(Duration::ZERO, OURS, Duration::ZERO, end);
        let found = aftermath(&azure, stage(), on_cancel).await;
        let as_expected = match &found {
            Aftermath::Cancelled(state) => followed && state.is_canceled(),
            Aftermath::Ended(_) => !followed,
            _ => false,
        };
        assert!(as_expected, "{end}, {on_cancel:?}: {found:?}");
        assert_eq!(azure.count(Kind::Cancel), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_view_of_an_earlier_submission_is_not_what_became_of_ours() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, OURS, HOUR, "Succeeded");
    let stale = json!({"properties": {"provisioningState": "Failed", "correlationId": EARLIER}});
    azure.script(Kind::Get, [Reply::Answer(200, stale)]);
    let stage = Stage::Sent(Correlation::new(OURS));
    let found = aftermath(&azure, stage, OnStop::Leave).await;
    assert_eq!(found, Aftermath::Running);
}

/// The time in which a submission may stay invisible counts from the first look, not from the start of the process.
#[tokio::test(start_paused = true)]
async fn what_is_not_visible_is_looked_for_as_long_whenever_that_begins() {
    let azure = FakeArm::start(5 * HOUR);
    azure.submit(Duration::ZERO, OURS, 5 * HOUR, "Succeeded");
    azure.stale_until(HOUR + 45 * SECOND);
    tokio::time::sleep(HOUR).await;
    let stage = Stage::Sent(Correlation::new(OURS));
    let found = aftermath(&azure, stage, OnStop::Leave).await;
    assert_eq!(found, Aftermath::Running);
}
