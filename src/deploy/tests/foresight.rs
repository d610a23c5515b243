//! What will be deployed is asked for beside the following, once, and changes nothing in it.

use serde_json::{Value, json};

use super::*;
use crate::{
    arm::StackId,
    event::Foreseen,
    testing::arm::{Asked, Kind, Reply},
};

const HERE: &str = "https://management.azure.com/operationresults/1?s=signature";

fn valid() -> Reply {
    let properties = json!({
        "validatedResources": [{"id": "/a"}, {"id": "/b"}],
        "dependencies": [{"id": "/b", "dependsOn": [{"id": "/a"}]}],
    });
    Reply::Answer(200, json!({"properties": properties}))
}

fn pending(at: &'static str) -> Reply {
    Reply::Pointing(202, "location", at, Value::Null)
}

fn foreseen(told: &Told) -> Vec<&Foreseen> {
    let foreseen = told.events.iter().filter_map(|event| match event {
        Event::Foreseen(foreseen) => Some(foreseen),
        _ => None,
    });
    foreseen.collect()
}

/// What was asked to validate, and for its answer.
fn validations(azure: &FakeArm) -> Vec<Asked> {
    let mut asked = azure.asked();
    asked.retain(|asked| asked.kind == Kind::Other);
    asked
}

#[tokio::test(start_paused = true)]
async fn what_will_be_deployed_is_told_once() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, [pending(HERE), pending(HERE), valid()]);
    let told = follow(&azure, job()).await.succeeded();
    let [foreseen] = foreseen(&told)[..] else {
        panic!("not once");
    };
    assert_eq!(foreseen.resources, ["/a", "/b"]);
    assert_eq!(foreseen.dependencies.of("/b").collect::<Vec<_>>(), ["/a"]);
    let asked = validations(&azure);
    assert_eq!(asked.len(), 3);
    let place = "/deployments/hub-preview/validate?";
    assert!(asked[0].url.contains(place), "{}", asked[0].url);
    let put = azure
        .asked()
        .iter()
        .position(|asked| asked.kind == Kind::Put);
    assert_eq!(put, Some(0), "only what was accepted is worth a question");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_submitted_is_foreseen_as_well() {
    let azure = FakeArm::start(HOUR);
    azure.submit(Duration::ZERO, EARLIER, HOUR, "Succeeded");
    azure.script(Kind::Other, [valid()]);
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(
        told.count(|event| matches!(event, Event::Adopted { .. })),
        1
    );
    assert_eq!(foreseen(&told).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_passes_by_itself_is_asked_for_once_more() {
    for reply in [
        Reply::Drop,
        Reply::Hang,
        Reply::Busy(429, 7),
        Reply::Refuse(503, "Busy"),
        Reply::Answer(200, json!("<html>")),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Other, [reply.clone(), valid()]);
        let told = follow(&azure, job()).await.succeeded();
        assert_eq!(foreseen(&told).len(), 1, "{reply:?}");
    }
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Other, [Reply::Busy(429, 60), valid()]);
    follow(&azure, job()).await.succeeded();
    let asked = validations(&azure);
    assert!(asked[1].at - asked[0].at >= MINUTE);
}

/// Whatever comes instead of an answer.
fn odd_answers() -> Vec<Reply> {
    vec![
        Reply::Refuse(400, "InvalidTemplate"),
        Reply::Refuse(403, "AuthorizationFailed"),
        Reply::Refuse(404, "ResourceGroupNotFound"),
        Reply::Refuse(409, "DeploymentActive"),
        Reply::Refuse(429, "TooManyRequests"),
        Reply::Refuse(503, "Busy"),
        Reply::Answer(403, json!("<html>blocked</html>")),
        Reply::Answer(200, json!("<html>")),
        Reply::Answer(200, json!({})),
        Reply::Answer(200, json!({"properties": {}})),
        Reply::Answer(200, json!({"properties": {"validatedResources": 7}})),
        Reply::Answer(200, json!({"error": {"code": "InvalidTemplate"}})),
        Reply::Pointing(202, "location", "https://elsewhere.example/1", Value::Null),
        Reply::Drop,
        Reply::Hang,
    ]
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_is_silence_and_delays_nothing() {
    let undisturbed = FakeArm::start(HOUR);
    undisturbed.always(Kind::Other, valid());
    let undisturbed = follow(&undisturbed, job()).await;
    for reply in odd_answers() {
        for place in [0, 1] {
            let azure = FakeArm::start(HOUR);
            azure.script(Kind::Other, vec![pending(HERE); place]);
            azure.always(Kind::Other, reply.clone());
            let told = follow(&azure, job()).await.succeeded();
            assert_eq!(told.lasted, undisturbed.lasted, "{reply:?}");
            assert_eq!(told.events.len(), undisturbed.events.len() - 1, "{reply:?}");
            let asked = validations(&azure).len();
            assert!(asked <= 2 + place, "{reply:?}: {asked}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_not_asked_for_for_ever() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Other, pending(HERE));
    let told = follow(&azure, job()).await.succeeded();
    assert_eq!(foreseen(&told).len(), 0);
    let asked = validations(&azure);
    let last = asked.last().expect("some").at;
    assert!(last <= 10 * MINUTE + SECOND, "{last:?}");
    assert!(asked.len() <= 121, "{}", asked.len());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_submits_no_deployment_or_does_not_wait_validates_nothing() {
    let stack = "/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/hub";
    let stack = Job {
        target: Target::Stack(StackId::parse(stack).expect("a stack")),
        ..job()
    };
    let detached = Job {
        wait: false,
        ..job()
    };
    let cancel = job_of(Task::Cancel(DeploymentId::from_target(ID)));
    for job in [job_of(Task::Wait), cancel, stack, detached] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Other, valid());
        if !matches!(job.task, Task::Create { .. }) {
            azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
        }
        let told = follow(&azure, job).await;
        let is_asked = |asked: &Asked| asked.url.contains("/validate");
        assert!(!azure.asked().iter().any(is_asked), "{:?}", told.ending);
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_does_not_wait_for_it() {
    let azure = FakeArm::start(HOUR);
    azure.always(Kind::Other, Reply::Hang);
    let told = follow_until(&azure, job(), Some(MINUTE)).await;
    assert!(
        matches!(told.ending, Ending::Cancelled { .. }),
        "{:?}",
        told.ending
    );
    assert_eq!(told.lasted, MINUTE);
}
