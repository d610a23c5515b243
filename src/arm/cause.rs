//! The true causes of a failure, found in Azure's error trees.

use serde_json::{Map, Value};

/// How deep JSON may nest in JSON in a message; real ones go four levels.
const DEEPEST: usize = 32;

/// Codes that only say that something inside them failed.
const WRAPPERS: [&str; 10] = [
    "DeploymentFailed",
    "ResourceDeploymentFailure",
    "InvalidTemplateDeployment",
    "PreflightValidationCheckFailed",
    "MultipleErrorsOccurred",
    "Conflict",
    "BadRequest",
    "NotFound",
    "Forbidden",
    "InternalServerError",
];

/// One cause of a failure, with the wrappers around it removed. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// Azure's code, such as `SkuNotAvailable`.
    pub code: String,
    /// Azure's message.
    pub message: String,
    /// The resource it befell, by its id, where known.
    pub resource: Option<String>,
    /// Names of the nested deployments around that resource, outermost first.
    pub path: Vec<String>,
}

impl Cause {
    /// The causes in an error of either of Azure's generations: a tree of details, JSON in strings, plain text.
    ///
    /// A wrapper is named only if nothing is inside it. Causes that say the same appear once.
    #[must_use]
    pub fn find(error: &Value) -> Vec<Self> {
        let mut causes = Vec::new();
        collect(error, None, DEEPEST, &mut causes);
        causes
    }

    /// Whether it says no more than that something failed.
    #[must_use]
    pub fn is_wrapper(&self) -> bool {
        WRAPPERS
            .iter()
            .any(|code| code.eq_ignore_ascii_case(&self.code))
    }
}

/// Adds the causes found in `error` to `causes`.
fn collect(error: &Value, resource: Option<&str>, depth: usize, causes: &mut Vec<Cause>) {
    if depth == 0 {
        return;
    }
    match error {
        Value::String(text) => match embedded(text) {
            Some(inner) => collect(&inner, resource, depth - 1, causes),
            None => add(causes, "", text, resource),
        },
        Value::Array(errors) => {
            for error in errors {
                collect(error, resource, depth - 1, causes);
            }
        }
        Value::Object(fields) => collect_object(fields, resource, depth, causes),
        _ => {}
    }
}

fn collect_object(
    fields: &Map<String, Value>,
    resource: Option<&str>,
    depth: usize,
    causes: &mut Vec<Cause>,
) {
    if let Some(inner) = field(fields, "error").or_else(|| field(fields, "errorEntity")) {
        return collect(inner, resource, depth - 1, causes);
    }
    let target = field(fields, "target").and_then(Value::as_str);
    let resource = target.filter(|target| target.starts_with('/')).or(resource);
    let before = causes.len();
    let mut known = false;
    for inner in ["details", "innererror"]
        .iter()
        .filter_map(|name| field(fields, name))
    {
        let found = found_in(inner, resource, depth);
        known |= !found.is_empty();
        append(causes, found);
    }
    let message = field(fields, "message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Some(inner) = embedded(message) {
        let found = found_in(&inner, resource, depth);
        known |= !found.is_empty();
        append(causes, found);
    }
    if !known && causes.len() == before {
        let code = field(fields, "code")
            .and_then(Value::as_str)
            .unwrap_or_default();
        add(causes, code, message, resource);
    }
}

fn found_in(inner: &Value, resource: Option<&str>, depth: usize) -> Vec<Cause> {
    let mut found = Vec::new();
    collect(inner, resource, depth - 1, &mut found);
    found
}

fn append(causes: &mut Vec<Cause>, found: Vec<Cause>) {
    for cause in found {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
}

fn add(causes: &mut Vec<Cause>, code: &str, message: &str, resource: Option<&str>) {
    let (code, message) = (code.trim(), message.trim());
    if !code.is_empty() || !message.is_empty() {
        let cause = Cause {
            code: code.to_owned(),
            message: message.to_owned(),
            resource: resource.map(str::to_owned),
            path: Vec::new(),
        };
        append(causes, vec![cause]);
    }
}

/// The JSON that a message holds, which the older generation of errors nests in strings.
fn embedded(text: &str) -> Option<Value> {
    let text = text.trim();
    let json = text
        .starts_with(['{', '[', '"'])
        .then(|| serde_json::from_str(text).ok())??;
    matches!(json, Value::Object(_) | Value::Array(_) | Value::String(_)).then_some(json)
}

/// A field of any capitalisation: some services write `Code` and `Message`.
fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields
        .iter()
        .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn cause(code: &str, message: &str, resource: Option<&str>) -> Cause {
        Cause {
            code: code.to_owned(),
            message: message.to_owned(),
            resource: resource.map(str::to_owned),
            path: Vec::new(),
        }
    }

    #[test]
    fn wrappers_are_looked_through() {
        let leaf = json!({"code": "SkuNotAvailable", "message": "no such size here"});
        let in_text = json!({"code": "Conflict", "message": json!({"status": "Failed", "error": leaf}).to_string()});
        let capitalised = json!({"Code": "Conflict", "Message": "", "Details": [{"ErrorEntity":
            {"Code": "SkuNotAvailable", "Message": "no such size here"}}]});
        for error in [
            leaf.clone(),
            json!({"error": leaf}),
            json!({"status": "Failed", "error": {"code": "DeploymentFailed", "message": "see details", "details": [leaf]}}),
            json!({"code": "DeploymentFailed", "message": "see details", "details": [in_text]}),
            json!(json!({"error": in_text}).to_string()),
            capitalised,
        ] {
            assert_eq!(
                Cause::find(&error),
                [cause("SkuNotAvailable", "no such size here", None)],
                "{error}"
            );
        }
    }

    #[test]
    fn a_target_names_the_resource() {
        let error = json!({"code": "ResourceDeploymentFailure", "target": "/subscriptions/s/x", "message": "failed",
            "details": [{"code": "A", "message": "a"}, {"code": "B", "message": "b", "target": "/subscriptions/s/y"},
                        {"code": "C", "message": "c", "target": "properties.size"}]});
        assert_eq!(
            Cause::find(&error),
            [
                cause("A", "a", Some("/subscriptions/s/x")),
                cause("B", "b", Some("/subscriptions/s/y")),
                cause("C", "c", Some("/subscriptions/s/x")),
            ]
        );
    }

    #[test]
    fn what_is_not_a_tree_stays_readable() {
        assert_eq!(
            Cause::find(&json!("plain words")),
            [cause("", "plain words", None)]
        );
        assert_eq!(
            Cause::find(&json!("{not json")),
            [cause("", "{not json", None)]
        );
        assert_eq!(
            Cause::find(&json!({"code": "Conflict", "message": "no details"})),
            [cause("Conflict", "no details", None)]
        );
        for nothing in [Value::Null, json!({}), json!([]), json!(""), json!(7)] {
            assert_eq!(Cause::find(&nothing), [], "{nothing}");
        }
    }

    #[test]
    fn the_same_cause_appears_once() {
        let leaf = json!({"code": "A", "message": "a"});
        assert_eq!(
            Cause::find(&json!([leaf, {"details": [leaf, leaf]}])).len(),
            1
        );
    }

    proptest! {
        #[test]
        fn any_nesting_ends(levels in 0_usize..80, code in "[A-Z]{1,3}") {
            let mut error = json!({"code": code, "message": "leaf"});
            for level in 0..levels {
                error = match level % 3 {
                    0 => json!({"error": error}),
                    1 => json!({"code": "Conflict", "details": [error]}),
                    _ => json!([error]),
                };
            }
            prop_assert!(Cause::find(&error).len() <= 1);
        }
    }
}
