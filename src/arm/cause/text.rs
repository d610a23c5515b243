//! What Azure writes in messages: sentences that say nothing, boilerplate, JSON.

use std::{borrow::Cow, iter};

use serde_json::Value;

use crate::http::{excerpt, page_text};

/// How messages begin that only say that something inside failed, in lower case.
const GENERIC: [&str; 12] = [
    "at least one resource deployment operation failed",
    "the resource operation completed with terminal provisioning state",
    "the resource write operation failed to complete successfully",
    "the resource delete operation failed to complete successfully",
    "please list deployment operations",
    "preflight validation failed",
    "the template deployment failed with multiple errors",
    "the template deployment failed because of policy violation",
    "validation failed for a resource",
    "multiple errors occurred",
    "multiple error occurred",
    "one or more resources could not be",
];
/// Messages that say no more than that something failed, in lower case, without their full stop.
const EMPTY: [&str; 6] = [
    "failed",
    "error",
    "ok",
    "bad request",
    "conflict",
    "not found",
];
/// Messages that say how something ended, but not what, in lower case, without their full stop.
const VAGUE: [&str; 16] = [
    "the operation was canceled",
    "the operation was cancelled",
    "operation was canceled",
    "a task was canceled",
    "the request was canceled",
    "the operation has timed out",
    "the operation failed",
    "operation failed",
    "the request failed",
    "internal server error",
    "an internal server error occurred",
    "an internal error occurred",
    "an unexpected error occurred",
    "an unknown error occurred",
    "an error occurred",
    "an error has occurred",
];
/// Advice at the end of messages that leads to a page about deployments in general.
const ADVICE: (&str, &str) = ("Please see https://aka.ms/", "for usage details.");
/// How web pages begin.
const PAGES: [&str; 4] = ["<!doctype", "<html", "<head", "<body"];
/// Where most of the JSON in messages begins.
const OPENING: [char; 2] = ['{', '['];

/// Whether `message` says no more than that something failed.
pub(super) fn is_generic(message: &str) -> bool {
    let message = message.trim().to_lowercase();
    let unsaid = message.is_empty()
        || (message.starts_with("the template deployment '")
            && message.contains("is not valid according to the validation procedure"));
    unsaid
        || EMPTY.contains(&message.trim_end_matches('.'))
        || GENERIC.iter().any(|generic| message.starts_with(generic))
}

/// Whether `message` says how something ended, but not what did.
pub(super) fn is_vague(message: &str) -> bool {
    let message = message.trim().to_lowercase();
    is_generic(&message) || VAGUE.contains(&message.trim_end_matches('.'))
}

/// `message` without the advice at its end, as long as something remains.
pub(super) fn clean(message: &str) -> &str {
    let message = message.trim();
    let (begin, end) = ADVICE;
    if !message.ends_with(end) {
        return message;
    }
    match message.rfind(begin).map(|at| message[..at].trim_end()) {
        Some(rest) if !rest.is_empty() => rest,
        _ => message,
    }
}

/// A message as text: some services hand on a web page.
pub(super) fn readable(message: &str) -> Cow<'_, str> {
    let begins = |tag: &str| {
        let begin = message.trim_start().get(..tag.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
    };
    match PAGES.iter().any(|tag| begins(tag)) {
        true => Cow::Owned(excerpt(&page_text(message))),
        false => Cow::Borrowed(message),
    }
}

/// The JSON that a message is, which the older generation of errors nests in strings, or ends with.
pub(super) fn embedded(message: &str) -> Option<Value> {
    let message = message.trim();
    whole(message).or_else(|| tail(message))
}

fn whole(text: &str) -> Option<Value> {
    let json = text
        .starts_with(['{', '[', '"'])
        .then(|| serde_json::from_str(text).ok())??;
    matches!(json, Value::Object(_) | Value::Array(_) | Value::String(_)).then_some(json)
}

/// An error in JSON after some words, as in `Status Message: {"error": …}`.
fn tail(text: &str) -> Option<Value> {
    let start = text.find(OPENING)?;
    let json = text[start..].trim_end_matches(['.', '\'', '"', ' ']);
    whole(json).filter(is_error)
}

fn is_error(json: &Value) -> bool {
    let fields = match json {
        Value::Array(errors) => errors.first().and_then(Value::as_object),
        _ => json.as_object(),
    };
    fields.is_some_and(|fields| {
        fields.keys().any(|key| {
            ["error", "message"]
                .iter()
                .any(|name| key.eq_ignore_ascii_case(name))
        })
    })
}

/// What stands between `before` and `after` for the first time.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// `message` in a form in which it can be compared: ids differ in their case, lines in their ends.
pub(super) fn comparable(message: &str) -> String {
    let words = message.split_whitespace();
    let spaced = words.flat_map(|word| iter::once(word).chain(iter::once(" ")));
    spaced.collect::<String>().trim_end().to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sentences_that_say_nothing_are_known() {
        for (message, generic) in [
            ("", true),
            (
                "At least one resource deployment operation failed. Please list deployment operations for details.",
                true,
            ),
            (
                "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.",
                true,
            ),
            (
                "The template deployment 'hub' is not valid according to the validation procedure. See inner errors for details.",
                true,
            ),
            (
                "The template deployment failed with error: 'no such size'.",
                false,
            ),
            ("no such size", false),
        ] {
            assert_eq!(is_generic(message), generic, "{message}");
        }
    }

    #[test]
    fn advice_goes_unless_it_is_all() {
        for (message, cleaned) in [
            (
                " Taken. Please see https://aka.ms/arm-deploy for usage details. ",
                "Taken.",
            ),
            (
                "Please see https://aka.ms/arm-deploy for usage details.",
                "Please see https://aka.ms/arm-deploy for usage details.",
            ),
            (
                "Taken. For more details please go to https://aka.ms/x",
                "Taken. For more details please go to https://aka.ms/x",
            ),
        ] {
            assert_eq!(clean(message), cleaned);
        }
    }

    #[test]
    fn json_is_found_whole_or_at_the_end() {
        let error = json!({"error": {"code": "A"}});
        assert_eq!(embedded(&format!(" {error} ")), Some(error.clone()));
        assert_eq!(
            embedded(&format!("it failed: '{error}'.")),
            Some(error.clone())
        );
        for plain in [
            "plain",
            "{not json",
            "see [1]",
            r#"policies: '[{"policyAssignment":{"name":"x"}}]'."#,
            "7",
        ] {
            assert_eq!(embedded(plain), None, "{plain}");
        }
    }
}
