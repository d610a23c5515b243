//! What the report does not keep.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Run, replayed};
use crate::{
    arm::WhatIf,
    event::Event,
    host::Line,
    report::what_if::{lines, shown},
    testing::stories::{self, minutes},
};

/// The events of a report, as text.
fn events(report: &str) -> &str {
    report.split_once("\"events\": [").expect("events").1
}

#[tokio::test(start_paused = true)]
async fn values_of_outputs_are_not_among_the_events() {
    let (log, report) = Run::new().tell(&stories::success()).await.end();
    assert!(log.contains("outputs: hubId, addresses, adminKey, secret, duration"));
    let events = events(&report);
    assert!(events.contains(r#""hubId":{"type":"String"}"#), "{events}");
    for value in ["10.0.0.0/16", "hunter22", "root"] {
        assert!(!events.contains(value), "{events}");
    }
}

/// The log has shown it, but the report, which is handed around, does not.
#[tokio::test(start_paused = true)]
async fn a_secret_that_becomes_known_late_is_taken_out_of_what_was_kept_before() {
    let mut story = stories::success();
    let message = "see hunter22 for more".to_owned();
    story.insert(5, (minutes(5), Event::Warned { message }));
    let (log, report) = Run::new().tell(&story).await.end();
    assert!(log.contains("see hunter22 for more"), "{log}");
    assert!(!events(&report).contains("hunter22"), "{report}");
    let again = replayed(&report).await;
    assert_eq!(again, log.replace("hunter22", "***"));
}

fn rendered(what_if: &WhatIf) -> Vec<String> {
    let lines = lines(what_if, minutes(1));
    lines.iter().map(|line: &Line| line.render(false)).collect()
}

#[test]
fn of_a_what_if_nothing_is_kept_that_the_log_does_not_show() {
    let long = format!("{}hush", "x".repeat(300));
    let hush = json!({ "hush": "hush" });
    let unchanged = |kind: &str, delta: Value| json!({ "resourceId": format!("/{kind}"), "changeType": kind, "before": hush, "after": hush, "delta": delta });
    let around = json!([{ "path": "p", "propertyChangeType": "Array", "before": hush, "after": hush, "children": [
        { "path": "0", "propertyChangeType": "Create", "before": hush, "after": long },
        { "path": "1", "propertyChangeType": "Delete", "before": [long], "after": hush },
        { "path": "2", "propertyChangeType": "NoEffect", "before": hush, "after": 1 },
    ] }]);
    let answer = json!({ "properties": { "hush": "hush", "changes": [
        unchanged("Modify", around),
        unchanged("NoChange", Value::Null),
        unchanged("Ignore", Value::Null),
        unchanged("Deploy", Value::Null),
        { "resourceId": "/new", "changeType": "Create", "before": hush, "after": { "name": long } },
        { "resourceId": "/odd", "changeType": "Create", "before": hush, "after": "hush" },
        { "resourceId": "/old", "changeType": "Delete", "before": { "name": "old" }, "after": hush },
    ] } });
    let what_if = WhatIf::read(answer, &[]);
    let kept = shown(&what_if);
    assert_eq!(rendered(&kept), rendered(&what_if));
    assert!(!format!("{kept:?}").contains("hush"), "{kept:?}");
}

/// Any JSON, with texts around the greatest length that is shown.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\"\\\\\u{1}ü]{0,8}".prop_map(Value::from),
        ("[a-z]", 290_usize..305).prop_map(|(text, count)| text.repeat(count).into()),
        ("[\"\\\\ü]", 140_usize..305).prop_map(|(text, count)| text.repeat(count).into()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_kept_of_a_what_if_is_shown_as_all_of_it(
        kind in "Create|Delete|Modify|Deploy|Odd",
        property in "Create|Delete|Modify|Array|NoEffect|Odd",
        values in prop::collection::vec(value(), 6),
    ) {
        let delta = json!([
            { "path": "a", "propertyChangeType": property, "before": values[0], "after": values[1] },
            { "path": "b", "propertyChangeType": property, "before": values[2], "after": values[3], "children": [
                { "path": "0", "propertyChangeType": property, "before": values[3], "after": values[0] }] },
        ]);
        let change = json!({ "resourceId": "/a", "changeType": kind, "before": values[4], "after": values[5], "delta": delta });
        let answer = json!({ "properties": { "changes": [change], "potentialChanges": [change] } });
        let what_if = WhatIf::read(answer, &[]);
        prop_assert_eq!(rendered(&shown(&what_if)), rendered(&what_if));
    }
}
