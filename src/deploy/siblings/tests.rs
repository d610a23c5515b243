//! Which lists are asked for, what they let be read, and when they are relied on.

use serde_json::json;

use super::*;
use crate::host::id_token::IdTokenError;

const SECOND: Duration = Duration::from_secs(1);

fn id(name: &str) -> DeploymentId {
    DeploymentId::from_target(&format!(
        "/providers/Microsoft.Resources/deployments/{name}"
    ))
}

fn all(count: usize) -> Vec<DeploymentId> {
    (0..count).map(|number| id(&number.to_string())).collect()
}

fn time(seconds: u32) -> Timestamp {
    let text = format!("2026-01-05T02:00:{seconds:02}Z");
    text.parse().expect("a timestamp")
}

/// A list of these deployments, each with the second at which it was touched.
fn list(touched: &[(&str, u32)]) -> List<RunningDeployment> {
    let items = touched.iter().map(|(name, second)| {
        let id = id(name).as_str().to_ascii_uppercase();
        let item = json!({"id": id, "properties": {"timestamp": time(*second)}});
        serde_json::from_value(item).expect("a deployment")
    });
    List {
        items: items.collect(),
        cost: Cost {
            requests: 1,
            bytes: 100,
        },
    }
}

/// What a list of four shows, read for the first time after ten seconds.
fn known() -> Siblings {
    let mut siblings = Siblings::default();
    siblings.note_asked(&id("0"), 10 * SECOND);
    let listed = list(&[("0", 1), ("1", 1), ("2", 1), ("3", 1)]);
    assert!(
        siblings
            .note(&id("0"), 10 * SECOND, listed, all(4))
            .is_empty()
    );
    siblings
}

/// A read shows a change at this second, the next list shows it, too, and the read that this lets happen shows nothing new.
fn show_in_read_then_list(siblings: &mut Siblings, second: u32) {
    siblings.note_read(&id("1"), Some(time(second)), true);
    let listed = list(&[("0", 1), ("1", second), ("2", 1), ("3", 1)]);
    siblings.note(&id("0"), 90 * SECOND, listed, all(4));
    siblings.note_read(&id("1"), None, false);
}

#[test]
fn a_list_is_worth_a_request_from_four_on() {
    let siblings = Siblings::default();
    assert!(siblings.due(&all(3), SECOND, 1).is_empty());
    assert_eq!(siblings.next(&all(3), 1), Duration::MAX);
    assert_eq!(siblings.due(&all(4), SECOND, 1), [id("0")]);
    assert_eq!(siblings.next(&all(4), 1), Duration::ZERO);
}

#[test]
fn lists_are_eight_seconds_apart_and_rarer_where_reads_are_scarce() {
    let siblings = known();
    assert_eq!(siblings.next(&all(4), 1), 18 * SECOND);
    assert_eq!(siblings.next(&all(4), 3), 34 * SECOND);
    assert!(siblings.due(&all(4), 17 * SECOND, 1).is_empty());
    assert_eq!(siblings.due(&all(4), 18 * SECOND, 1).len(), 1);
}

#[test]
fn long_lists_are_rarer_and_relied_on_for_longer() {
    let mut siblings = Siblings::default();
    let names: Vec<_> = (0..100).map(|number| number.to_string()).collect();
    let touched: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let mut long = list(&touched);
    long.cost.requests = 3;
    siblings.note_asked(&id("0"), 10 * SECOND);
    siblings.note(&id("0"), 10 * SECOND, long, all(100));
    assert_eq!(siblings.next(&all(100), 1), 34 * SECOND);
    assert_eq!(siblings.interval(), 24 * SECOND);
    for id in all(3) {
        siblings.note_read(&id, Some(time(1)), false);
    }
    assert_eq!(siblings.covers(&id("9")), Some(400 * SECOND));
    siblings.forget_unwanted(&all(3));
    assert_eq!(siblings.interval(), Duration::ZERO, "it is not in use");
}

#[test]
fn a_list_that_azure_refuses_is_not_asked_for_again() {
    let mut siblings = Siblings::default();
    assert!(siblings.may_tell(&id("0")));
    siblings.note_refused(&id("0"));
    assert!(siblings.due(&all(9), SECOND, 1).is_empty());
    assert_eq!(siblings.next(&all(9), 1), Duration::MAX);
    assert!(!siblings.may_tell(&id("0")));
}

#[test]
fn only_what_was_touched_is_to_be_read_and_later_if_it_is_much() {
    let mut siblings = known();
    let first = siblings.hint(&id("0"));
    assert_eq!(
        first,
        Some(10 * SECOND + 4 * HOLD_PER_HINT),
        "nothing was known of them"
    );
    for id in all(4) {
        siblings.note_read(&id, None, false);
    }
    let listed = list(&[("0", 1), ("1", 5), ("2", 1), ("3", 1)]);
    siblings.note(&id("0"), 18 * SECOND, listed, all(4));
    let hints = all(4).into_iter().filter_map(|id| siblings.hint(&id));
    assert_eq!(hints.collect::<Vec<_>>(), [18 * SECOND + HOLD_PER_HINT]);
}

#[test]
fn what_is_listed_no_more_has_ended() {
    let mut siblings = known();
    for id in all(4) {
        siblings.note_read(&id, None, false);
    }
    let listed = list(&[("0", 1), ("1", 1), ("2", 1)]);
    let ended = siblings.note(&id("0"), 18 * SECOND, listed, all(4));
    assert_eq!(ended, [id("3")]);
    assert_eq!(siblings.hint(&id("3")), None, "the one around it tells");
    siblings.suggest(id("root"), 18 * SECOND);
    assert!(siblings.hint(&id("root")).is_some());
}

#[test]
fn a_list_is_relied_on_when_it_has_shown_three_ends() {
    let mut siblings = known();
    for (seen, id) in all(4).into_iter().enumerate() {
        assert_eq!(siblings.covers(&id).is_some(), seen >= 3, "{seen}");
        siblings.note_read(&id, Some(time(2)), false);
    }
    assert_eq!(siblings.covers(&id("0")), Some(LISTED));
    assert_eq!(siblings.covers(&id("9")), None, "it is not listed");
    siblings.forget_unwanted(&all(4));
    assert!(siblings.covers(&id("0")).is_some());
    siblings.forget_unwanted(&all(3));
    assert_eq!(
        siblings.covers(&id("0")),
        None,
        "it is not asked for any more"
    );
}

#[test]
fn a_list_that_shows_earlier_times_than_reads_proves_nothing() {
    let mut siblings = known();
    for id in all(4) {
        siblings.note_read(&id, Some(time(3)), false);
    }
    assert_eq!(siblings.covers(&id("0")), None);
}

#[test]
fn a_list_that_never_shows_what_reads_do_is_not_asked_for_again() {
    let mut siblings = known();
    for id in all(4) {
        siblings.note_read(&id, None, false);
    }
    for round in 1..=FEW {
        let changed = id(&round.to_string());
        siblings.note_read(&changed, Some(time(40)), true);
        assert!(!siblings.due(&all(4), 90 * SECOND, 1).is_empty(), "{round}");
        let same = list(&[("0", 1), ("1", 1), ("2", 1), ("3", 1)]);
        siblings.note(&id("0"), 90 * SECOND, same, all(4));
    }
    assert!(siblings.due(&all(4), 900 * SECOND, 1).is_empty());
}

#[test]
fn a_change_between_two_lists_is_no_miss() {
    let mut siblings = known();
    for id in all(4) {
        siblings.note_read(&id, None, false);
    }
    for second in 10..20 {
        show_in_read_then_list(&mut siblings, second);
    }
    assert!(siblings.covers(&id("1")).is_some());
}

#[test]
fn a_list_is_relied_on_when_it_has_shown_three_changes_that_reads_showed_before() {
    let mut siblings = known();
    siblings.note_read(&id("1"), None, false);
    for (seen, second) in [10, 20, 30].into_iter().enumerate() {
        assert_eq!(siblings.covers(&id("1")), None, "{seen}");
        show_in_read_then_list(&mut siblings, second);
    }
    assert!(siblings.covers(&id("1")).is_some());
}

#[test]
fn reads_that_show_nothing_new_prove_no_list_wrong() {
    let mut siblings = known();
    for _ in 0..2 * FEW {
        siblings.note_read(&id("1"), None, false);
        let same = list(&[("0", 1), ("1", 1), ("2", 1), ("3", 1)]);
        siblings.note(&id("0"), 90 * SECOND, same, all(4));
    }
    assert!(!siblings.due(&all(4), 900 * SECOND, 1).is_empty());
}

#[test]
fn deployments_of_other_scopes_are_not_in_the_same_list() {
    let both: Vec<_> = ["a", "b", "a", "b", "a", "b"]
        .iter()
        .enumerate()
        .map(|(number, scope)| {
            let place = format!("/subscriptions/{scope}/providers/Microsoft.Resources/deployments");
            DeploymentId::from_target(&format!("{place}/{number}"))
        })
        .collect();
    assert!(Siblings::default().due(&both, SECOND, 1).is_empty());
}

#[test]
fn a_list_that_cannot_be_read_now_is_asked_for_again_unless_that_is_a_refusal() {
    let refused = |status| ArmError::Refused {
        status,
        code: "Code".to_owned(),
        body: json!({}),
        retry_after: None,
    };
    let no_token = IdTokenError::NotOffered { advice: "" };
    for (error, again) in [
        (refused(503), true),
        (refused(403), false),
        (ArmError::SignIn(no_token.into()), true),
    ] {
        let mut siblings = known();
        siblings.note_failed(&id("0"), &error);
        let due = siblings.due(&all(4), 90 * SECOND, 1);
        assert_eq!(!due.is_empty(), again, "{error}");
    }
}
