//! Error trees → their leaves.

use serde_json::{Map, Value};

use super::{
    Cause, info,
    text::{between, clean, comparable, embedded, is_generic},
};

/// How deep errors may nest, in trees and in strings; real ones go four levels of strings.
const DEEPEST: usize = 32;
/// How much is spent on finding an error's message in the messages within it, in bytes: a tenth of a second.
const WORK: usize = 100_000_000;
/// Fields that hold errors of their own.
const INNER: [&str; 5] = [
    "details",
    "innererror",
    "error",
    "errorEntity",
    "odata.error",
];
/// Fields that hold the message, the best first; the last three are those of other protocols.
const MESSAGES: [&str; 4] = ["message", "error_description", "detail", "title"];

/// The causes in `error` that nothing explains further, in Azure's order.
pub(super) fn leaves(error: &Value) -> Vec<Cause> {
    collect(error, None, DEEPEST)
}

fn collect(error: &Value, resource: Option<&str>, depth: usize) -> Vec<Cause> {
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    match error {
        Value::String(text) => match embedded(text) {
            Some(inner) => collect(&inner, resource, depth),
            None => said(cause("", clean(text), resource)),
        },
        Value::Array(errors) => {
            let collect = |error| collect(error, resource, depth);
            errors.iter().flat_map(collect).collect()
        }
        Value::Object(fields) => of_object(fields, resource, depth),
        _ => Vec::new(),
    }
}

fn of_object(fields: &Map<String, Value>, around: Option<&str>, depth: usize) -> Vec<Cause> {
    let target = field(fields, "target").and_then(Value::as_str);
    let text = |name: &&str| field(fields, name).and_then(in_words);
    let message = MESSAGES.iter().find_map(text).unwrap_or_default();
    let named = between(message, "The resource with id: '", "'");
    let resource = [target, named]
        .into_iter()
        .flatten()
        .find(|id| is_id(id))
        .or(around);
    let inner = embedded(message);
    let known = additional(fields);
    let words = if inner.is_some() { "" } else { message };
    let own = cause(
        &code(fields),
        &info::complete(clean(words), known),
        resource,
    );
    let within = INNER.iter().filter_map(|name| field(fields, name));
    let within = within.filter(is_tree).chain(inner.as_ref());
    combine(
        own,
        within
            .flat_map(|error| collect(error, resource, depth))
            .collect(),
    )
}

/// The error itself, or what explains it.
///
/// An explanation that only repeats it is dropped, those without a code of their own go on telling it, and any other
/// takes its place.
fn combine(mut own: Cause, mut within: Vec<Cause>) -> Vec<Cause> {
    if within.iter().any(Cause::is_telling) {
        within.retain(|cause| cause.is_telling() || cause.resource != own.resource);
    }
    if own.is_telling() {
        let words = comparable(&own.message);
        // More than that is not Azure's, and takes too long to compare.
        if words.len().saturating_mul(within.len()) <= WORK {
            within.retain(|cause| !repeats(cause, &own, &words));
        }
    }
    let around = own.resource.clone();
    let goes_on = |cause: &Cause| cause.code.is_empty() && cause.resource == around;
    if within.iter().all(goes_on) {
        let going_on = within.into_iter().map(|cause| cause.message);
        own.message = tell([own.message].into_iter().chain(going_on).collect());
        return said(own);
    }
    for cause in within.iter_mut().filter(|cause| cause.message.is_empty()) {
        cause.message.clone_from(&own.message);
    }
    within
}

/// One message of several, without those that say nothing, as long as one remains.
fn tell(mut messages: Vec<String>) -> String {
    if messages.iter().any(|message| !is_generic(message)) {
        messages.retain(|message| !is_generic(message));
    }
    messages.join(" ").trim().to_owned()
}

/// Whether `cause` tells no more of the same than the error around it, which says `words`.
fn repeats(cause: &Cause, around: &Cause, words: &str) -> bool {
    cause.resource == around.resource
        && (around.is_specific() || !cause.is_specific())
        && words.contains(&comparable(&cause.message))
}

/// The code of an error. Entra's errors have theirs where others have the error itself.
fn code(fields: &Map<String, Value>) -> String {
    let codes = ["code", "error"]
        .iter()
        .filter_map(|name| field(fields, name));
    let mut codes = codes.filter_map(|code| match code {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().contains([' ', '{', '[', '"']) => {
            Some(text.trim().to_owned())
        }
        _ => None,
    });
    codes.next().unwrap_or_default()
}

/// Whether a field holds an error rather than a code.
fn is_tree(error: &&Value) -> bool {
    match error {
        Value::String(text) => text.trim().contains([' ', '{', '[', '"']),
        _ => true,
    }
}

/// A message, which some services wrap together with its language.
fn in_words(message: &Value) -> Option<&str> {
    message.as_str().or_else(|| message.get("value")?.as_str())
}

fn additional(fields: &Map<String, Value>) -> Option<&Value> {
    field(fields, "additionalInfo")
}

/// Whether `text` is a resource id; targets may also be paths of properties.
fn is_id(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["/subscriptions/", "/providers/"]
        .iter()
        .any(|start| text.starts_with(start))
}

fn cause(code: &str, message: &str, resource: Option<&str>) -> Cause {
    Cause {
        code: code.to_owned(),
        message: message.to_owned(),
        resource: resource.map(str::to_owned),
        path: Vec::new(),
    }
}

/// `cause`, if it has anything to say.
fn said(cause: Cause) -> Vec<Cause> {
    if cause.code.is_empty() && cause.message.is_empty() {
        return Vec::new();
    }
    vec![cause]
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

    /// Quadratic work would take minutes.
    #[test]
    fn an_error_of_tens_of_thousands_of_details_is_read() {
        let many = 20_000;
        let details: Vec<_> = (0..many)
            .map(|at| json!({"code": format!("Code{at}"), "message": format!("property {at}: wrong")}))
            .collect();
        let long = "see the details. ".repeat(many);
        let error = json!({"code": "Conflict", "message": long, "details": details});
        let causes = Cause::find(&error);
        assert_eq!(causes.len(), many);
        assert_eq!(causes[many - 1].code, "Code19999");
        let violation =
            |at| json!({"type": "TemplateViolation", "info": {"path": format!("p{at}")}});
        let additional: Vec<_> = (0..many).map(violation).collect();
        let error = json!({"code": "A", "message": "a", "additionalInfo": additional});
        assert!(
            Cause::find(&error)[0]
                .message
                .ends_with("template: p19999)")
        );
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
    fn explanations_add_to_an_error_repeat_it_or_take_its_place() {
        let error = |code: &str, message: &str, details: Value| json!({"code": code, "message": message, "details": details});
        for (details, expected) in [
            (
                json!([{"message": "too small"}]),
                cause("Quota", "Used up. too small", None),
            ),
            (
                json!([{"code": "Conflict", "message": "Used up."}, {"code": "BadRequest"}]),
                cause("Quota", "Used up.", None),
            ),
            (
                json!([{"code": "Other", "message": "used  UP"}]),
                cause("Quota", "Used up.", None),
            ),
            (
                json!([{"code": "Cores", "message": "no cores"}]),
                cause("Cores", "no cores", None),
            ),
        ] {
            assert_eq!(
                Cause::find(&error("Quota", "Used up.", details.clone())),
                [expected],
                "{details}"
            );
        }
        assert_eq!(
            Cause::find(&error(
                "Conflict",
                "Name taken",
                json!([{"code": "NameTaken"}])
            )),
            [cause("NameTaken", "Name taken", None)],
            "a code without words gets those around it"
        );
        assert_eq!(
            Cause::find(
                &json!({"odata.error": {"code": "Taken", "message": {"lang": "en", "value": "is taken"}}})
            ),
            [cause("Taken", "is taken", None)]
        );
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
