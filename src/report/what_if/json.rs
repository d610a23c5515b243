//! The what-if as an output of the step.

use serde_json::Value;

use crate::arm::WhatIf;

/// Members to leave out, in this order, until the rest fits.
const STRIP_ORDER: [&[&str]; 2] = [&["before", "after"], &["delta"]];

/// Azure's answer as JSON of at most `limit` bytes, and a warning if `host` made it be shortened.
pub(crate) fn json(what_if: &WhatIf, limit: usize, host: &str) -> (String, Option<String>) {
    let whole = what_if.properties.to_string();
    if whole.len() <= limit {
        return (whole, None);
    }
    let mut properties = what_if.properties.clone();
    for members in STRIP_ORDER {
        for pointer in ["/changes", "/potentialChanges", "/changes/resourceChanges"] {
            let changes = properties
                .pointer_mut(pointer)
                .and_then(Value::as_array_mut);
            for change in changes.into_iter().flatten() {
                strip(change, members);
            }
        }
        let cut = properties.to_string();
        if cut.len() <= limit {
            return (
                cut,
                Some(warning(host, &format!("lacks {}", members.join(" and ")))),
            );
        }
    }
    ("{}".to_owned(), Some(warning(host, "is empty")))
}

fn strip(change: &mut Value, members: &[&str]) {
    for member in members {
        for holder in ["", "/resourceConfigurationChanges"] {
            if let Some(Value::Object(fields)) = change.pointer_mut(holder) {
                fields.shift_remove(*member);
            }
        }
    }
}

fn warning(host: &str, what: &str) -> String {
    format!(
        "the what-if is too large for {host}, so the output `what-if` {what}: \
         exclude changes with what-if-exclude-change-types; the log has all of them"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMIT: usize = 10_000;

    fn with(changes: &Value) -> (usize, Value, Option<String>) {
        let what_if = WhatIf::read(json!({"properties": {"changes": changes}}), &[]);
        let (text, warning) = json(&what_if, LIMIT, "GitHub");
        let read = serde_json::from_str(&text).expect("JSON, however it was cut");
        (text.len(), read, warning)
    }

    #[test]
    fn what_is_too_large_is_cut_and_stays_json() {
        let big = "x".repeat(LIMIT);
        let change = |before: &str, path: &str, id: &str| json!([{"resourceId": id, "changeType": "Modify", "before": before, "delta": [{"path": path}]}]);
        let small = change("b", "p", "/a");
        assert_eq!(with(&small).1["changes"], small);
        assert_eq!(with(&small).2, None);

        let (size, read, warning) = with(&change(&big, "p", "/a"));
        assert!(size < LIMIT && warning.expect("told").contains("lacks before and after"));
        let left = json!([{"resourceId": "/a", "changeType": "Modify", "delta": [{"path": "p"}]}]);
        assert_eq!(read["changes"], left);

        let (_, read, warning) = with(&change("b", &big, "/a"));
        assert!(warning.expect("told").contains("lacks delta"));
        assert_eq!(read["changes"][0]["resourceId"], "/a");

        let (_, read, warning) = with(&change("b", "p", &big));
        assert_eq!(read, json!({}));
        assert!(warning.expect("told").contains("is empty"));
    }
}
