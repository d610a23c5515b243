//! The properties that a stack's what-if changes, which Azure tells apart from what happens to each resource.

use serde_json::Value;

use super::read::{identity, kind_of};

const CHANGES: &str = "/properties/changes/resourceChanges";
const DIAGNOSTICS: &str = "/properties/diagnostics";
/// What Azure tells of a resource only when it is asked for the properties.
const CONFIGURATION: &str = "resourceConfigurationChanges";

/// Completes the `result` of a stack's what-if with the answer to the question for its properties.
///
/// The answer adds to the result and takes nothing away from it, so that no change is hidden by it.
pub(crate) fn complete(result: &mut Value, mut answer: Value) {
    let told = answer.pointer_mut(CHANGES).map(Value::take);
    if let (Some(Value::Array(told)), Some(Value::Array(changes))) =
        (told, result.pointer_mut(CHANGES))
    {
        for change in told {
            add_change(changes, change);
        }
    }
    let remarks = answer.pointer_mut(DIAGNOSTICS).map(Value::take);
    let Some(Value::Array(remarks)) = remarks else {
        return;
    };
    match result.pointer_mut(DIAGNOSTICS) {
        Some(Value::Array(known)) => {
            known.extend(
                remarks
                    .into_iter()
                    .filter(|remark| !known.contains(remark))
                    .collect::<Vec<_>>(),
            );
        }
        _ => result["properties"]["diagnostics"] = remarks.into(),
    }
}

fn add_change(changes: &mut Vec<Value>, mut told: Value) {
    let (id, kind) = (identity(&told), kind_of(&told));
    let is_same =
        |own: &&mut Value| identity(own).eq_ignore_ascii_case(&id) && kind_of(own) == kind;
    match changes.iter_mut().find(is_same) {
        Some(own) if own.is_object() => own[CONFIGURATION] = told[CONFIGURATION].take(),
        _ => changes.push(told),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(changes: Value, diagnostics: Value) -> Value {
        json!({"properties": {"changes": {"resourceChanges": changes}, "diagnostics": diagnostics}})
    }

    fn completed(details: Value) -> Value {
        let changes = json!([
            {"id": "/a", "changeType": "modify"},
            {"id": "/b", "changeType": "delete"},
        ]);
        let mut result = answer(changes, json!([{"code": "Known"}]));
        complete(&mut result, details);
        result["properties"].take()
    }

    #[test]
    fn properties_are_added_to_their_resource() {
        let delta =
            json!({"delta": [{"path": "x", "changeType": "modify", "before": 1, "after": 2}]});
        let told = json!([{"id": "/A", "changeType": "Modify", "changeCertainty": "potential",
            "resourceConfigurationChanges": delta}]);
        let properties = completed(answer(told, json!([{"code": "Known"}, {"code": "New"}])));
        let changes = &properties["changes"]["resourceChanges"];
        assert_eq!(changes.as_array().map(Vec::len), Some(2));
        assert_eq!(changes[0]["resourceConfigurationChanges"], delta);
        assert_eq!(
            properties["diagnostics"],
            json!([{"code": "Known"}, {"code": "New"}])
        );
    }

    #[test]
    fn no_change_is_hidden() {
        let other = json!([{"id": "/a", "changeType": "delete"}, 7]);
        let properties = completed(answer(other, Value::Null));
        let changes = &properties["changes"]["resourceChanges"];
        assert_eq!(changes[1]["changeType"], "delete");
        assert_eq!(changes[2], json!({"id": "/a", "changeType": "delete"}));
        for odd in [
            json!({}),
            json!(null),
            json!({"properties": 7}),
            answer(json!([]), json!(3)),
        ] {
            let properties = completed(odd);
            let changes = &properties["changes"]["resourceChanges"];
            assert_eq!(changes.as_array().map(Vec::len), Some(2));
        }
    }
}
