//! What stands beside an error's message: `additionalInfo`, and the identifiers of policies.

use std::collections::HashSet;

use serde_json::Value;

use super::policy::{POLICIES, identified, violation};
use crate::http::excerpt;

/// `message` with the names of policies in words instead of JSON, and with what `additional` knows beyond it.
pub(super) fn complete(message: &str, additional: Option<&Value>) -> String {
    let mut parts = Vec::new();
    match message.split_once(POLICIES) {
        Some((before, _)) => {
            parts.push(before.trim_end().to_owned());
            parts.extend(identified(message));
        }
        None => parts.push(message.to_owned()),
    }
    let mut known: HashSet<_> = parts.iter().cloned().collect();
    let items = additional.and_then(Value::as_array).into_iter().flatten();
    parts.extend(
        items
            .flat_map(notes)
            .filter(|note| known.insert(note.clone())),
    );
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// What one item of `additionalInfo` tells.
fn notes(item: &Value) -> Vec<String> {
    let info = &item["info"];
    match item["type"].as_str() {
        Some("PolicyViolation") => violation(info),
        Some("TemplateViolation") => place(info).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Where in the template it is.
fn place(info: &Value) -> Option<String> {
    let number = |name: &str| info[name].as_u64().filter(|&number| number > 0);
    let parts = [
        number("lineNumber").map(|line| format!("line {line}")),
        number("linePosition").map(|column| format!("column {column}")),
        info["path"]
            .as_str()
            .filter(|path| !path.is_empty())
            .map(excerpt),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("(in the template: {})", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn policies_are_named() {
        let identifiers = r#"Resource 'pip' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"No public IPs","id":"/x"},"policyDefinition":{"name":"Deny","id":"/y"}}]'."#;
        let named = "Resource 'pip' was disallowed by policy. (policy assignment 'No public IPs', policy definition 'Deny')";
        assert_eq!(complete(identifiers, None), named);
        let violation = json!([{"type": "PolicyViolation", "info": {"policyAssignmentName": "a1", "policyAssignmentDisplayName": "No public IPs",
            "policyDefinitionDisplayName": "Deny"}}]);
        assert_eq!(complete(identifiers, Some(&violation)), named, "told once");
        assert_eq!(
            complete("Disallowed.", Some(&violation)),
            "Disallowed. (policy assignment 'No public IPs', policy definition 'Deny')"
        );
    }

    #[test]
    fn a_place_in_the_template_is_told() {
        for (info, expected) in [
            (
                json!({"lineNumber": 12, "linePosition": 7, "path": "properties.template.resources[0]"}),
                "Wrong. (in the template: line 12, column 7, properties.template.resources[0])",
            ),
            (
                json!({"lineNumber": 0, "linePosition": 0, "path": ""}),
                "Wrong.",
            ),
        ] {
            let additional = json!([{"type": "TemplateViolation", "info": info}, {"type": "Other", "info": {}}, 7]);
            assert_eq!(complete("Wrong.", Some(&additional)), expected);
        }
    }

    #[test]
    fn broken_identifiers_cost_nothing_else() {
        assert_eq!(
            complete("Disallowed. Policy identifiers: '[{", None),
            "Disallowed."
        );
    }
}
