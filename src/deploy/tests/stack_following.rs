//! The progress of a stack is that of the deployment that it names, once that is ours.

use std::iter::repeat_n;

use serde_json::json;

use super::*;
use crate::{
    arm::StackId,
    testing::arm::{Kind, Reply},
};

/// The stack, which names this deployment.
fn stack(state: &str, correlation: &str, deployment: &str) -> Reply {
    let id = format!("/subscriptions/s/providers/Microsoft.Resources/deployments/{deployment}");
    let properties =
        json!({"provisioningState": state, "correlationId": correlation, "deploymentId": id});
    Reply::Answer(200, json!({"properties": properties}))
}

fn change() -> Job {
    let id = "/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/hub";
    Job {
        target: Target::Stack(StackId::parse(id).expect("a stack")),
        ..job()
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_change_deployed_is_no_progress_of_ours() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Get, [stack("succeeded", THEIRS, "earlier")]);
    let not_yet = repeat_n(stack("deploying", OURS, "earlier"), 3);
    let then = repeat_n(stack("deploying", OURS, "ours"), 3);
    azure.script(Kind::Get, not_yet.chain(then));
    azure.always(Kind::Get, stack("succeeded", OURS, "ours"));
    follow(&azure, change()).await.succeeded();
    let asked = azure.asked();
    let read = |name: &str| {
        let place = format!("/deployments/{name}/operations");
        asked.iter().any(|asked| asked.url.contains(&place))
    };
    assert!(read("ours") && !read("earlier"));
}
