//! Reports in which anything is other than it was.

use std::fs;

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use crate::{report::fuzzing, testing::hostile};

/// A report with one event of each kind at least.
fn report() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/report/replay/fixtures/every_kind.json"
    );
    let text = fs::read_to_string(path).expect("readable");
    serde_json::from_str(&text).expect("JSON")
}

/// The places of all values within `value`.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// What stands in place of something else.
fn other() -> impl Strategy<Value = Value> {
    let odd = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!(0.5),
        json!([]),
        json!({}),
        json!("heartbeat"),
        json!("9999-12-31T23:59:59.999Z"),
        json!({ "ended": "succeeded" }),
    ];
    prop_oneof![
        prop::sample::select(odd.to_vec()),
        hostile::text().prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_damage_is_a_bug_or_a_command(changes in prop::collection::vec((any::<Index>(), other()), 1..6)) {
        let mut report = report();
        for (place, other) in changes {
            let mut all = Vec::new();
            places(&report["events"], "/events", &mut all);
            if let Some(value) = report.pointer_mut(place.get::<String>(&all)) {
                *value = other;
            }
        }
        fuzzing::check(report.to_string().as_bytes());
    }
}
