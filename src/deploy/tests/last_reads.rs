//! What is read after the end because it could not be read before.

use std::time::Duration;

use super::{OURS, follow, job_of};
use crate::{
    deploy::{Task, pace::HIDDEN_AFTER},
    event::{Ending, Event},
    testing::arm::{FakeArm, Kind, Reply},
};

/// Codes of the causes that a deployment has that failed at once, with operations that first could not be read so.
async fn causes_after(replies: Vec<Reply>) -> Vec<String> {
    let azure = FakeArm::start(Duration::ZERO);
    azure.submit(Duration::ZERO, OURS, Duration::ZERO, "Failed");
    azure.fail("SkuNotAvailable");
    azure.script(Kind::Operations, replies);
    let told = follow(&azure, job_of(Task::Wait)).await;
    let warned = told.count(|event| matches!(event, Event::Warned { .. }));
    assert_eq!(warned, 0, "{:?}", told.events);
    match told.ending {
        Ending::Failed { causes } => causes.into_iter().map(|cause| cause.code).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn operations_that_come_late_still_tell_the_cause() {
    let busy = Reply::Refuse(503, "ServiceUnavailable");
    let attempts = usize::try_from(HIDDEN_AFTER).expect("few");
    for replies in [
        vec![busy.clone()],
        // Azure may be busy for longer than it takes until that is told.
        vec![busy; attempts + 2],
        // A right that is missing may come while it is granted.
        vec![Reply::Refuse(403, "AuthorizationFailed")],
    ] {
        let causes = causes_after(replies.clone()).await;
        assert_eq!(causes, ["SkuNotAvailable"], "{replies:?}");
    }
}

/// What is said of a deployment that ended at once as `end`, of operations that could not be read.
async fn said_of(end: &'static str, azure: FakeArm) -> Vec<String> {
    azure.submit(Duration::ZERO, OURS, Duration::ZERO, end);
    let told = follow(&azure, job_of(Task::Wait)).await;
    let said = told.events.into_iter().filter_map(|event| match event {
        Event::Warned { message } => Some(message),
        Event::ProgressHidden { path, .. } => Some(format!("hidden: {path:?}")),
        _ => None,
    });
    said.collect()
}

const MISSING: &str = "could not be read, so resources or causes may be missing here";

/// A deployment that ends at once, with operations that cannot be read like this.
fn hidden_by(refusal: Reply) -> FakeArm {
    let azure = FakeArm::start(Duration::ZERO);
    azure.always(Kind::Operations, refusal);
    azure
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_it_is_said_again_whose_causes_are_missing() {
    let hidden = "hidden: []".to_owned();
    for (status, code) in [(403, "AuthorizationFailed"), (503, "ServiceUnavailable")] {
        let azure = || hidden_by(Reply::Refuse(status, code));
        assert_eq!(
            said_of("Failed", azure()).await,
            [
                hidden.clone(),
                format!("the last operations of hub {MISSING}")
            ]
        );
        // After a success nothing is missing that was not said.
        assert_eq!(said_of("Succeeded", azure()).await, [&*hidden]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_is_not_asked_for_again_after_the_end() {
    let azure = hidden_by(Reply::Refuse(403, "AuthorizationFailed"));
    said_of("Failed", azure.clone()).await;
    let attempts = usize::try_from(HIDDEN_AFTER).expect("few");
    assert_eq!(azure.count(Kind::Operations), attempts);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_in_time_is_named() {
    for end in ["Succeeded", "Failed"] {
        let azure = FakeArm::start(Duration::ZERO);
        azure.nest();
        azure.script(Kind::Operations, [Reply::Serve]);
        azure.always(Kind::Operations, Reply::Hang);
        assert_eq!(
            said_of(end, azure).await,
            [format!("the last operations of inner {MISSING}")],
            "{end}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_deployment_that_was_never_there_is_not_missing() {
    let azure = FakeArm::start(Duration::ZERO);
    azure.nest();
    azure.script(Kind::Operations, [Reply::Serve]);
    azure.always(Kind::Operations, Reply::Refuse(404, "DeploymentNotFound"));
    assert_eq!(said_of("Succeeded", azure).await, [""; 0]);
}
