//! Another deployment of the name is running when ours is submitted.

use super::*;
use crate::{
    event::Left,
    testing::arm::{Kind, Reply},
};
#[tokio::test(start_paused = true)]
async fn this_very_deployment_from_an_earlier_run_is_followed() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, EARLIER, HOUR, "Succeeded");
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(azure.count(Kind::Put), 1, "asked once, refused, followed");
    assert_eq!(
        told.count(|event| matches!(event, Event::Adopted { .. })),
        1
    );
    assert_eq!(told.outputs_of(), [EARLIER]);
    let Some(Stage::Ours(saved)) = told.saved.last() else {
        panic!("{:?}", told.saved);
    };
    assert_eq!(
        saved.as_str(),
        EARLIER,
        "the post step must know whose it is"
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_deployment_is_waited_for() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(
        told.count(|event| matches!(event, Event::Waiting { .. })),
        1
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::Submitted { .. })),
        1
    );
    assert!(
        told.lasted > 2 * HOUR,
        "theirs, then ours: {:?}",
        told.lasted
    );
    let put = azure
        .asked()
        .into_iter()
        .rfind(|asked| asked.kind == Kind::Put);
    let put = put.expect("a submission").at;
    assert!(
        put >= HOUR + 30 * SECOND,
        "its followers see its end first: {put:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_is_done_even_for_our_own_if_asked_for() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, EARLIER, HOUR, "Succeeded");
    let told = follow(&azure, create(IfActive::Wait)).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::Submitted { .. })),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_running_deployment_can_be_a_failure() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
    let Ending::Refused { causes } = follow(&azure, create(IfActive::Fail)).await.ending else {
        panic!("refused");
    };
    assert_eq!(causes[0].code, "DeploymentActive");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_azure_does_not_show_makes_no_hot_loop() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
    azure.stale_until(HOUR);
    let mut job = job();
    job.timeout = 30 * MINUTE;
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
    assert!(azure.count(Kind::Put) < 130, "{}", azure.count(Kind::Put));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_quotes_our_id_needs_no_look() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Lose]);
    // Invisible for longer than a silent conflict is looked for.
    azure.stale_until(6 * MINUTE);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!((azure.count(Kind::Put), told.recovered()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_told_as_soon_as_it_is_known_not_to_be_ours() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
    let told = follow_until(&azure, job(), Some(30 * SECOND)).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::Waiting { .. })),
        1
    );
    assert_eq!(told.ending.left(), Some(&Left::NotSubmitted));
}

#[tokio::test(start_paused = true)]
async fn only_an_active_deployment_is_waited_for() {
    for (status, code) in [(409, "Conflict"), (400, "DeploymentActive")] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Put, [Reply::Refuse(status, code)]);
        let told = follow(&azure, job()).await;
        assert!(
            matches!(told.ending, Ending::Refused { .. }),
            "{code}: {:?}",
            told.ending
        );
        assert_eq!(told.lasted, Duration::ZERO, "{code}");
    }
}
