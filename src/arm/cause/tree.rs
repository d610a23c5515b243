//! Error trees → their leaves.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::{
    Cause, info,
    model::is_success,
    text::{between, clean, comparable, embedded, is_generic, readable},
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
            None => said(cause("", clean(&readable(text)), resource)),
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
        .or(target.and_then(symbolic_name))
        .or(around);
    let inner = embedded(message);
    let known = additional(fields);
    let words = if inner.is_some() { "" } else { message };
    let own = cause(
        &code(fields),
        &info::complete(clean(&readable(words)), known),
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
/// An explanation that only repeats it is dropped, those that say less than it does go on telling it, and any other
/// takes its place.
fn combine(mut own: Cause, mut within: Vec<Cause>) -> Vec<Cause> {
    if within.iter().any(Cause::is_telling) {
        within.retain(|cause| cause.is_telling() || cause.resource != own.resource);
    }
    let words = comparable(&own.message);
    // More than that is not Azure's, and takes too long to compare and to repeat.
    let is_small = words.len().saturating_mul(within.len()) <= WORK;
    if own.is_telling() && is_small {
        within.retain(|cause| !repeats(cause, &own, &words));
    }
    let says_more = own.is_specific() && !is_generic(&own.message) && is_small;
    let goes_on = |cause: &Cause| cause.code.is_empty() || says_more && cause.is_vague();
    let is_here = |cause: &Cause| cause.resource == own.resource;
    if within.iter().all(|cause| goes_on(cause) && is_here(cause)) {
        let going_on = within.into_iter().map(|cause| cause.message);
        own.message = tell([own.message].into_iter().chain(going_on).collect());
        return said(own);
    }
    if says_more {
        let vague = within.iter_mut().filter(|cause| cause.is_vague());
        vague.for_each(|cause| {
            cause.message = tell(vec![
                own.message.clone(),
                std::mem::take(&mut cause.message),
            ]);
            cause.code.clone_from(&own.code);
        });
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
    codes.find(|code| !is_success(code)).unwrap_or_default()
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

/// What the template calls the resource at which a target points: `/resources/app`.
fn symbolic_name(target: &str) -> Option<&str> {
    let name = target.strip_prefix("/resources/")?.split('/').next();
    name.filter(|name| !name.is_empty())
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
