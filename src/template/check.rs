//! Checks parameters against the template's declarations before anything is sent.
//!
//! Messages never hold a value. Whatever is uncertain is left to Azure.

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{
    declaration::{Declaration, Declarations, Kind},
    findings::Findings,
    fit::integer,
    parameters::{Argument, Given, Parameters},
};
use crate::host::text::code;

/// Maximum number of allowed values or declared names in a message.
const LISTED: usize = 20;

/// Adds a problem for each given parameter that the template does not declare, or whose value it does not allow.
pub(super) fn given(
    parameters: &Parameters,
    declarations: &Declarations<'_>,
    findings: &mut Findings,
) {
    for argument in parameters.iter() {
        let fault = match (declarations.get(&argument.name), &argument.given) {
            (None, _) => Some(undeclared(&argument.name, declarations)),
            (Some(declaration), Given::Value(value)) => fault(declaration, value),
            (Some(_), Given::Reference(_) | Given::Expression(_)) => None,
        };
        let (origin, name) = (&argument.origin, code(&argument.name));
        if let Some(fault) = fault {
            findings.add(origin.input(), format!("{origin}{name} {fault}"));
        } else if let Some(doubt) = doubt(argument, declarations) {
            findings.warn(origin.input(), format!("{origin}{name} {doubt}"));
        }
    }
}

/// Adds a problem that lists the parameters which the template requires and nothing gives.
pub(super) fn missing(
    parameters: &Parameters,
    declarations: &Declarations<'_>,
    findings: &mut Findings,
) {
    let missing: Vec<_> = declarations
        .iter()
        .filter(|declaration| {
            !declaration.is_optional() && parameters.get(declaration.name).is_none()
        })
        .map(|declaration| match declaration.kind() {
            Some(kind) => format!("{} ({kind})", code(declaration.name)),
            None => code(declaration.name),
        })
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        findings.add(
            "parameters",
            format!("the template requires {missing}: give it here or in parameters-file"),
        );
    }
}

/// Why Azure may refuse a value that is not refused here.
fn doubt(argument: &Argument, declarations: &Declarations<'_>) -> Option<String> {
    let declaration = declarations.get(&argument.name)?;
    let Given::Value(Value::String(value)) = &argument.given else {
        return None;
    };
    let allowed = declaration.rule("allowedValues")?.as_array()?;
    let mut allowed = allowed.iter().filter_map(Value::as_str);
    if declaration.is_secure() || allowed.clone().any(|other| other == value) {
        return None;
    }
    let spelled = allowed.find(|other| is_same_text(value, other))?;
    let spelled = code(spelled);
    Some(format!(
        "is {spelled} in other letters, as the template allows it: write it so, as Azure may compare with regard to case"
    ))
}

fn undeclared(name: &str, declarations: &Declarations<'_>) -> String {
    let names = declarations.iter().map(|declaration| declaration.name);
    let remedy = match nearest(name, names.clone()) {
        Some(near) => format!("did you mean {}?", code(near)),
        None => match listed(names.map(code)) {
            none if none.is_empty() => "it declares none".to_owned(),
            names => format!("it declares {names}"),
        },
    };
    format!("is not a parameter of the template: {remedy}")
}

/// The most similar of `names`, if at most a third of its letters differ from `name`.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let near = names.filter_map(|candidate| {
        let letters = candidate.to_lowercase();
        let other = letters.chars().count();
        let limit = length.max(other) / 3;
        // The distance is not computed for a name that may be megabytes long.
        if length.abs_diff(other) > limit {
            return None;
        }
        let distance = strsim::levenshtein(&wanted, &letters);
        (distance <= limit).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn fault(declaration: &Declaration<'_>, value: &Value) -> Option<String> {
    if value.is_null() {
        return (!declaration.is_optional())
            .then(|| "is null, and the template requires a value".to_owned());
    }
    let kind = declaration.kind()?;
    if !has_kind(value, kind) {
        return Some(format!("must be {kind}, but is {}", described(value, kind)));
    }
    not_allowed(declaration, value)
        .or_else(|| out_of_length(declaration, value))
        .or_else(|| out_of_range(declaration, value))
}

fn has_kind(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::String | Kind::SecureString => value.is_string(),
        Kind::Int => value
            .as_number()
            .is_some_and(|number| integer(number).is_some()),
        Kind::Bool => value.is_boolean(),
        Kind::Object | Kind::SecureObject => value.is_object(),
        Kind::Array => value.is_array(),
    }
}

/// The type of `value`, with a hint if only quotes are missing or superfluous.
fn described(value: &Value, kind: Kind) -> &'static str {
    match value {
        Value::String(text) if kind == Kind::Int && text.parse::<i64>().is_ok() => {
            "a string: remove the quotes"
        }
        Value::String(text) if kind == Kind::Bool && matches!(&**text, "true" | "false") => {
            "a string: remove the quotes"
        }
        Value::String(_) => "a string",
        Value::Bool(_) if kind.is_string() => "a boolean: put it in quotes",
        Value::Bool(_) => "a boolean",
        Value::Number(_) if kind.is_string() => "a number: put it in quotes",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::Null => "null",
    }
}

/// Scalars only: for an array, Azure accepts any subset of the allowed values.
fn not_allowed(declaration: &Declaration<'_>, value: &Value) -> Option<String> {
    let allowed = declaration.rule("allowedValues")?.as_array()?;
    let is_scalar = !value.is_array() && !value.is_object();
    if !is_scalar || allowed.iter().any(|other| is_same(value, other)) {
        return None;
    }
    let allowed = listed(allowed.iter().map(|value| match value {
        Value::String(text) => code(text),
        other => code(&other.to_string()),
    }));
    Some(format!("must be one of {allowed}"))
}

/// Whether Azure may consider both equal. The engine in Bicep compares strings with regard to case; whether Resource
/// Manager itself does is not known.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => is_same_text(one, other),
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
}

fn is_same_text(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn out_of_length(declaration: &Declaration<'_>, value: &Value) -> Option<String> {
    let (length, unit) = match value {
        Value::String(text) => (text.encode_utf16().count(), "characters"),
        Value::Array(elements) => (elements.len(), "elements"),
        _ => return None,
    };
    let limit = |keyword| declaration.rule(keyword).and_then(Value::as_u64);
    let length = length as u64;
    if let Some(least) = limit("minLength").filter(|least| length < *least) {
        return Some(format!("must have at least {least} {unit}"));
    }
    let most = limit("maxLength").filter(|most| length > *most)?;
    Some(format!("must have at most {most} {unit}"))
}

fn out_of_range(declaration: &Declaration<'_>, value: &Value) -> Option<String> {
    let number = value.as_i64()?;
    let limit = |keyword| declaration.rule(keyword).and_then(Value::as_i64);
    if let Some(least) = limit("minValue").filter(|least| number < *least) {
        return Some(format!("must be at least {least}"));
    }
    let most = limit("maxValue").filter(|most| number > *most)?;
    Some(format!("must be at most {most}"))
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<_> = items.collect();
    let more = items.len().saturating_sub(LISTED);
    items.truncate(LISTED);
    if more > 0 {
        items.push(format!("and {more} more"));
    }
    items.join(", ")
}
