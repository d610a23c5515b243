//! Deployments that somebody else submits under a known name.

use std::time::Duration;

use azure_simulator::{RESOURCE_GROUP, Simulator};

use crate::{
    client::{DAY, Session, in_group, in_subscription, state, still},
    templates::{body, chain, group, located, tree},
};

const SECOND: Duration = Duration::from_secs(1);

/// The correlation id that a GET shows.
fn shown(session: &Session<'_>, path: &str) -> String {
    let answer = session.get(path);
    let id = answer.body["properties"]["correlationId"].as_str();
    id.unwrap_or_default().to_owned()
}

#[test]
fn a_name_is_taken_over_when_its_deployment_has_ended() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let theirs = azure.take_over(&path, group(serde_json::json!([])));
    assert_eq!(
        session.get(&path).status,
        404,
        "there is nothing to follow on"
    );
    let ours = session.put(&path, &body(chain()));
    let status = ours.headers["azure-asyncoperation"].clone();
    azure.advance(10 * SECOND);
    assert_ne!(shown(&session, &path), theirs);
    azure.advance(DAY);
    assert_eq!(shown(&session, &path), theirs);
    assert_eq!(azure.deployment("hub").unwrap().correlation_id, theirs);
    let ended = session.get(&status);
    assert_eq!(
        ended.body["status"], "Succeeded",
        "the id in the URL is ours"
    );
    assert_eq!(
        session.put(&path, &body(chain())).status,
        200,
        "a name is taken over once"
    );
}

#[test]
fn the_status_of_a_submission_outlasts_its_name() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    azure.take_over("hub", chain());
    let ours = session.put(&path, &body(chain()));
    session.post(&format!("{path}/cancel"));
    azure.advance(3 * SECOND);
    let status = session.get(&ours.headers["azure-asyncoperation"]);
    assert_eq!(status.body["status"], "Canceled");
    assert_eq!(state(&session.get(&path)), "Accepted");
}

#[test]
fn a_pause_leaves_our_end_to_be_seen() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let theirs = azure.take_over_after("hub", chain(), 60 * SECOND);
    session.put(&path, &body(group(serde_json::json!([]))));
    azure.advance(30 * SECOND);
    assert_eq!(state(&session.get(&path)), "Succeeded");
    azure.advance(40 * SECOND);
    assert_eq!(shown(&session, &path), theirs);
}

#[test]
fn a_moment_can_be_set_and_an_active_deployment_is_waited_for() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let (free, taken) = (
        in_group(RESOURCE_GROUP, "free"),
        in_group(RESOURCE_GROUP, "taken"),
    );
    session.put(&taken, &body(chain()));
    let first = azure.start_foreign_deployment_at(&free, chain(), 5 * SECOND);
    let second = azure.start_foreign_deployment_at(&taken, chain(), 5 * SECOND);
    assert_eq!(session.get(&free).status, 404);
    azure.advance(5 * SECOND);
    assert_eq!(shown(&session, &free), first);
    assert_ne!(shown(&session, &taken), second);
    azure.advance(DAY);
    assert_eq!(shown(&session, &taken), second);
}

#[test]
fn nested_deployments_carry_the_correlation_id_of_their_root() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let root = in_subscription("zone");
    session.put(&root, &located(tree()));
    azure.advance(DAY);
    let own = shown(&session, &root);
    assert!(!own.is_empty());
    for nested in ["network", "gateway"] {
        assert_eq!(
            shown(&session, &in_group("rg-new", nested)),
            own,
            "{nested}"
        );
    }
}
