//! Nothing depends on the history: whatever goes wrong with it is silence, and nothing is asked for where it is in the way.

use std::iter::repeat_n;

use serde_json::json;

use super::{
    history::{PLACE, three, watch_hub},
    *,
};
use crate::{
    arm::StackId,
    event::History,
    testing::{
        arm::{Kind, Reply},
        timeline::{Manners, Telling},
    },
};

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_silence_after_two_requests_and_delays_nothing() {
    let undisturbed = watch_hub(Vec::new(), Manners::default()).await;
    assert_eq!(undisturbed.asked.history.len(), 1, "there is none");
    for manner in [Telling::Refused, Telling::Hung] {
        for (history, earlier, most) in [(manner, Telling::Truth, 2), (Telling::Truth, manner, 3)] {
            let manners = Manners {
                history,
                earlier,
                ..Manners::default()
            };
            let watched = watch_hub(three(), manners).await;
            assert_eq!(watched.histories(), Vec::<&History>::new());
            assert!(watched.asked.history.len() <= most, "{manners:?}");
            assert_eq!(watched.lasted, undisturbed.lasted, "{manners:?}");
            assert_eq!(
                watched.events.len(),
                undisturbed.events.len(),
                "{manners:?}"
            );
        }
    }
}

/// Requests for lists, and for operations of something else than ours.
fn asked_of_history(azure: &FakeArm) -> Vec<Duration> {
    let asked = azure.asked().into_iter();
    let history = asked
        .filter(|asked| asked.kind == Kind::List || asked.url.contains("/hub-3-abcdef/operations"));
    history.map(|asked| asked.at).collect()
}

#[tokio::test(start_paused = true)]
async fn whatever_comes_instead_of_a_list_is_silence() {
    let elsewhere = json!({"value": [], "nextLink": "https://elsewhere.example/deployments"});
    let again = "/providers/Microsoft.Resources/deployments?api-version=2025-04-01";
    let again = format!("https://management.azure.com{again}&page=2");
    for (reply, most) in [
        (Reply::Refuse(403, "AuthorizationFailed"), 1),
        (Reply::Refuse(404, "ResourceGroupNotFound"), 1),
        (Reply::Refuse(400, "InvalidFilterInQueryString"), 1),
        (Reply::Refuse(429, "TooManyRequests"), 2),
        (Reply::Refuse(503, "Busy"), 2),
        (Reply::Answer(403, json!("<html>blocked</html>")), 2),
        (Reply::Answer(200, json!("<html>")), 2),
        (Reply::Answer(200, json!({"value": null})), 2),
        (Reply::Answer(200, json!({"value": [{}, {"id": 7}]})), 1),
        (Reply::Answer(200, elsewhere), 1),
        (
            Reply::Answer(200, json!({"value": [], "nextLink": again})),
            2,
        ),
        (Reply::Drop, 2),
        (Reply::Hang, 2),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::List, reply.clone());
        let told = follow(&azure, job()).await.succeeded();
        assert!(told.lasted <= HOUR + 5 * SECOND, "{reply:?}");
        let asked = asked_of_history(&azure).len();
        assert!((1..=most).contains(&asked), "{reply:?}: {asked}");
        let troubles = told.count(|event| {
            matches!(
                event,
                Event::OutageBegan { .. } | Event::Throttled { .. } | Event::HistoryRead(_)
            )
        });
        assert_eq!(troubles, 0, "{reply:?}");
    }
}

/// A list of one earlier deployment of the template.
fn list() -> Reply {
    let id = format!("{PLACE}hub-3-abcdef");
    let properties = json!({"timestamp": "2026-01-04T02:00:00Z", "templateHash": "1"});
    Reply::Answer(
        200,
        json!({"value": [{"id": id, "properties": properties}]}),
    )
}

#[tokio::test(start_paused = true)]
async fn few_pages_of_the_list_are_read_and_not_many_more_that_are_empty() {
    let other = json!([{"id": format!("{PLACE}other")}]);
    for (items, expected) in [(json!([]), 6), (other, 2)] {
        let mut pages = (0..30).map(|page| {
            let link = format!("https://management.azure.com{PLACE}?page={page}");
            Reply::Answer(200, json!({"value": items, "nextLink": link}))
        });
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::List, pages.next());
        let validation = Reply::Refuse(403, "AuthorizationFailed");
        azure.script(Kind::Other, [validation].into_iter().chain(pages));
        follow(&azure, job()).await.succeeded();
        let lists = azure.asked().into_iter();
        let lists = lists.filter(|asked| asked.url.contains("page=") || asked.kind == Kind::List);
        assert_eq!(lists.count(), expected, "{items}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_throttling_nothing_is_asked_for_until_azure_has_been_calm() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Operations, repeat_n(Reply::Busy(429, 5), 3));
    azure.always(Kind::List, list());
    follow(&azure, job()).await.succeeded();
    let asked = azure.asked().into_iter();
    let operations: Vec<_> = asked
        .filter(|asked| asked.kind == Kind::Operations)
        .collect();
    let (last, first) = (operations[2].at, asked_of_history(&azure)[0]);
    assert!(first >= last + 90 * SECOND, "{last:?} {first:?}");
}

/// Whether the earlier deployment was read.
fn is_read(azure: &FakeArm) -> bool {
    let mut asked = azure.asked().into_iter();
    asked.any(|asked| asked.url.contains("/hub-3-abcdef/operations"))
}

#[tokio::test(start_paused = true)]
async fn what_others_submitted_has_history_as_well() {
    for (job, correlation) in [(job(), EARLIER), (job_of(Task::Wait), THEIRS)] {
        let azure = FakeArm::start(HOUR);
        azure.submit(Duration::ZERO, correlation, HOUR, "Succeeded");
        azure.always(Kind::List, list());
        follow(&azure, job).await.succeeded();
        assert!(is_read(&azure), "{correlation}");
    }
    for job in [
        job_of(Task::Cancel(DeploymentId::from_target(ID))),
        Job {
            wait: false,
            ..job()
        },
    ] {
        let azure = FakeArm::start(HOUR);
        if let Task::Cancel(_) = job.task {
            azure.submit(Duration::ZERO, THEIRS, HOUR, "Succeeded");
        }
        azure.always(Kind::List, list());
        follow(&azure, job).await;
        assert_eq!(azure.count(Kind::List), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_costs_one_more_request_for_the_template() {
    let azure = FakeArm::start(HOUR);
    azure.script(Kind::Put, [Reply::Lose]);
    azure.always(Kind::List, list());
    follow(&azure, job()).await.succeeded();
    assert!(is_read(&azure));
}

#[tokio::test(start_paused = true)]
async fn the_history_of_a_stack_is_that_of_its_own_deployment() {
    let id = "/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/hub";
    let change = || Job {
        target: Target::Stack(StackId::parse(id).expect("a stack")),
        ..job()
    };
    let stack = |state: &str, name: &str| {
        let id = format!("{PLACE}{name}");
        let properties =
            json!({"provisioningState": state, "correlationId": OURS, "deploymentId": id});
        Reply::Answer(200, json!({"properties": properties}))
    };
    let deployment = |state: &str| {
        let properties =
            json!({"provisioningState": state, "correlationId": OURS, "templateHash": "1"});
        Reply::Answer(200, json!({"properties": properties}))
    };
    for (states, is_known) in [
        (["Succeeded", "Running"], true),
        (["Succeeded", "Failed"], false),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.script(Kind::Get, repeat_n(stack("deploying", "ours"), 20));
        azure.always(Kind::Get, stack("succeeded", "ours"));
        // Until the stack has a new deployment, it names the one of before.
        azure.script(Kind::Other, states.map(deployment));
        azure.always(Kind::Other, Reply::Refuse(404, "DeploymentNotFound"));
        azure.always(Kind::List, list());
        follow(&azure, change()).await.succeeded();
        assert_eq!(is_read(&azure), is_known);
        assert!(azure.count(Kind::Other) <= 5);
    }
}
