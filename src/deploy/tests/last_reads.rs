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
