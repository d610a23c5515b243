//! What stands beside an error's message: `additionalInfo`, and the identifiers of policies.

use std::collections::HashSet;

use serde_json::Value;

use super::text::between;
use crate::http::excerpt;

/// Before the policies in a message, which are JSON.
const POLICIES: &str = "Policy identifiers: '";

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
            .filter_map(note)
            .filter(|note| known.insert(note.clone())),
    );
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// The policies that a message identifies in JSON.
fn identified(message: &str) -> Vec<String> {
    let json = between(message, POLICIES, "]'").map(|list| format!("{list}]"));
    let policies: Option<Vec<Value>> = json.and_then(|json| serde_json::from_str(&json).ok());
    let policies = policies.unwrap_or_default();
    let name = |policy: &Value, kind: &str| policy[kind]["name"].as_str().map(excerpt);
    policies
        .iter()
        .filter_map(|policy| {
            in_words(
                name(policy, "policyAssignment"),
                name(policy, "policyDefinition"),
            )
        })
        .collect()
}

/// What one item of `additionalInfo` tells.
fn note(item: &Value) -> Option<String> {
    let info = &item["info"];
    match item["type"].as_str()? {
        "PolicyViolation" => {
            let name = |kind: &str| {
                let names = [format!("{kind}DisplayName"), format!("{kind}Name")];
                names
                    .iter()
                    .find_map(|name| info[name].as_str().filter(|name| !name.is_empty()))
                    .map(excerpt)
            };
            in_words(name("policyAssignment"), name("policyDefinition"))
        }
        "TemplateViolation" => place(info),
        _ => None,
    }
}

fn in_words(assignment: Option<String>, definition: Option<String>) -> Option<String> {
    let assignment = assignment.map(|name| format!("policy assignment '{name}'"));
    let definition = definition.map(|name| format!("policy definition '{name}'"));
    let names: Vec<String> = [assignment, definition].into_iter().flatten().collect();
    (!names.is_empty()).then(|| format!("({})", names.join(", ")))
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
