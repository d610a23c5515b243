//! Which policy denies a resource, and what it found beside what it wants.

use serde_json::Value;

use super::text::between;
use crate::http::excerpt;

/// Before the policies in a message, which are JSON.
pub(super) const POLICIES: &str = "Policy identifiers: '";
/// Values of a list that are told; the others are counted.
const VALUES: usize = 10;
/// What is compared, and how that is told.
///
/// Source: the conditions in Azure's documentation of policy definitions. All but the last four have an opposite that
/// begins with `Not`.
const CONDITIONS: [(&str, &str); 11] = [
    ("Equals", ""),
    ("In", "one of "),
    ("Like", "like "),
    ("Match", "of the form "),
    ("MatchInsensitively", "of the form "),
    ("Contains", "something with "),
    ("ContainsKey", "something with the key "),
    ("Less", "less than "),
    ("LessOrEquals", "at most "),
    ("Greater", "more than "),
    ("GreaterOrEquals", "at least "),
];

/// The policies that a message identifies in JSON.
pub(super) fn identified(message: &str) -> Vec<String> {
    let json = between(message, POLICIES, "]'").map(|list| format!("{list}]"));
    let policies: Option<Vec<Value>> = json.and_then(|json| serde_json::from_str(&json).ok());
    let name = |policy: &Value, kind: &str| policy[kind]["name"].as_str().map(excerpt);
    let names = |policy: &Value| {
        let (assignment, definition) = ("policyAssignment", "policyDefinition");
        named(name(policy, assignment), name(policy, definition))
    };
    let policies = policies.unwrap_or_default();
    policies.iter().filter_map(names).collect()
}

/// What the `info` of a `PolicyViolation` tells: the policy, why it denies the resource, and what it asks for.
pub(super) fn violation(info: &Value) -> Vec<String> {
    let name = |kind: &str| {
        let names = [format!("{kind}DisplayName"), format!("{kind}Name")];
        let mut names = names.iter().filter_map(|name| info[name].as_str());
        names.find(|name| !name.is_empty()).map(excerpt)
    };
    let notes = [
        named(name("policyAssignment"), name("policyDefinition")),
        evaluated(&info["evaluationDetails"]),
        external(info),
    ];
    notes.into_iter().flatten().collect()
}

fn named(assignment: Option<String>, definition: Option<String>) -> Option<String> {
    let assignment = assignment.map(|name| format!("policy assignment '{name}'"));
    let definition = definition.map(|name| format!("policy definition '{name}'"));
    let names: Vec<String> = [assignment, definition].into_iter().flatten().collect();
    (!names.is_empty()).then(|| format!("({})", names.join(", ")))
}

/// What was found beside what must be, for each condition of the policy that held.
fn evaluated(details: &Value) -> Option<String> {
    let all = details["evaluatedExpressions"].as_array()?;
    // Which resource type a policy is for is no reason, unless there is none besides.
    let reasons = all.iter().filter(|expression| place(expression) != "type");
    let reasons: Vec<String> = reasons.filter_map(reason).collect();
    let reasons = match reasons.is_empty() {
        true => all.iter().filter_map(reason).collect(),
        false => reasons,
    };
    (!reasons.is_empty()).then(|| format!("({})", reasons.join("; ")))
}

/// `location is 'westus', but must be one of 'westeurope'`.
fn reason(expression: &Value) -> Option<String> {
    let (place, operator) = (place(expression), expression["operator"].as_str()?);
    let (condition, is_negated) = match operator.strip_prefix("Not") {
        Some(condition) => (condition, true),
        None => (operator, false),
    };
    let target = &expression["targetValue"];
    // The policy denies what fulfils its conditions, and what does not where they are within a `not`.
    let holds = !is_false(&expression["result"]);
    if condition == "Exists" {
        let is_wanted = is_false(target) == holds;
        return Some(format!("{place} must {}be set", not(is_wanted)));
    }
    let known = CONDITIONS.iter().find(|(name, _)| *name == condition);
    let wanted = match known {
        Some((_, words)) => format!("{words}{}", shown(target)),
        None => format!("{} {}", excerpt(condition), shown(target)),
    };
    let found = match &expression["expressionValue"] {
        Value::Null => "not set".to_owned(),
        value => shown(value),
    };
    let must = not(is_negated == holds);
    Some(format!("{place} is {found}, but must {must}be {wanted}"))
}

fn not(is_wanted: bool) -> &'static str {
    if is_wanted { "" } else { "not " }
}

/// The property, or the expression where it is none.
fn place(expression: &Value) -> String {
    let names = ["path", "expression"];
    let mut names = names.iter().filter_map(|name| expression[name].as_str());
    names
        .find(|name| !name.is_empty())
        .map(excerpt)
        .unwrap_or_default()
}

/// Azure writes truth as a text.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => !truth,
        Value::String(text) => text.eq_ignore_ascii_case("false"),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", excerpt(text)),
        Value::Array(values) => {
            let mut texts: Vec<String> = values.iter().take(VALUES).map(shown).collect();
            if values.len() > VALUES {
                texts.push(format!("and {} more", values.len() - VALUES));
            }
            texts.join(", ")
        }
        other => excerpt(&other.to_string()),
    }
}

/// The evaluation outside of Azure that the policy asks for. Where the details of it stand differs.
fn external(info: &Value) -> Option<String> {
    let places = [&info["evaluationDetails"], info];
    let details = places.map(|place| &place["missingPolicyTokenDetails"]);
    let details = details.into_iter().find(|details| details.is_object())?;
    let kind = details["endpointKind"].as_str().map(excerpt);
    let kind = kind.map_or_else(String::new, |kind| format!(" by '{kind}'"));
    let reference = match details["isChangeReferenceRequired"].as_bool() {
        Some(true) => " and the reference of a change",
        _ => "",
    };
    Some(format!(
        "(the policy needs an external evaluation{kind}{reference})"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(expressions: &Value) -> String {
        let info = json!({"evaluationDetails": {"evaluatedExpressions": expressions}});
        violation(&info).join(" ")
    }

    fn expression(path: &str, value: Value, operator: &str, target: Value) -> Value {
        json!({"result": "True", "expressionKind": "Field", "expression": path, "path": path,
            "expressionValue": value, "targetValue": target, "operator": operator})
    }

    #[test]
    fn what_was_found_is_told_beside_what_must_be() {
        let location = |operator, target| expression("location", json!("westus"), operator, target);
        let regions = json!(["westeurope", "northeurope"]);
        let jobs = json!({"result": "True", "expressionKind": "Value", "expression": "[length(field('runOn'))]",
            "expressionValue": 0, "targetValue": 1, "operator": "Less"});
        let within_not = json!({"result": "False", "path": "location", "expressionValue": "westus",
            "targetValue": regions, "operator": "In"});
        let unset = |target| json!({"result": "True", "path": "properties.addon.enabled", "targetValue": target, "operator": "Exists"});
        let kind = expression(
            "type",
            json!("Microsoft.Web/sites"),
            "Equals",
            json!("Microsoft.Web/sites"),
        );
        for (expressions, expected) in [
            (
                json!([
                    location("NotIn", regions.clone()),
                    location("NotEquals", json!(["global"]))
                ]),
                "(location is 'westus', but must be one of 'westeurope', 'northeurope'; location is 'westus', but must be 'global')",
            ),
            (
                json!([within_not]),
                "(location is 'westus', but must be one of 'westeurope', 'northeurope')",
            ),
            (
                json!([location("Equals", json!("westus"))]),
                "(location is 'westus', but must not be 'westus')",
            ),
            (
                json!([kind, jobs]),
                "([length(field('runOn'))] is 0, but must not be less than 1)",
            ),
            (
                json!([kind, unset(json!("False"))]),
                "(properties.addon.enabled must be set)",
            ),
            (
                json!([unset(json!("true"))]),
                "(properties.addon.enabled must not be set)",
            ),
            (
                json!([kind]),
                "(type is 'Microsoft.Web/sites', but must not be 'Microsoft.Web/sites')",
            ),
            (
                json!([expression(
                    "tags.env",
                    Value::Null,
                    "NotEquals",
                    json!("prod")
                )]),
                "(tags.env is not set, but must be 'prod')",
            ),
            (
                json!([location("NotSoundsLike", json!("x"))]),
                "(location is 'westus', but must be SoundsLike 'x')",
            ),
            (json!([{}, 7, {"operator": 7}]), ""),
        ] {
            assert_eq!(told(&expressions), expected);
        }
        let many: Vec<_> = (0..30).collect();
        assert!(told(&json!([location("NotIn", json!(many))])).ends_with("8, 9, and 20 more)"));
    }

    #[test]
    fn an_external_evaluation_is_named() {
        let details = json!({"shouldDeny": true, "isChangeReferenceRequired": true, "endpointKind": "CoinFlip"});
        let expected = [
            "(the policy needs an external evaluation by 'CoinFlip' and the reference of a change)",
        ];
        for info in [
            json!({"evaluationDetails": {"missingPolicyTokenDetails": details}}),
            json!({"missingPolicyTokenDetails": details}),
        ] {
            assert_eq!(violation(&info), expected);
        }
    }
}
