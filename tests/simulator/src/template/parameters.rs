//! Parameters: what was supplied, what the template defines, and what it says about their values.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::{
    Result, TemplateError,
    environment::Environment,
    evaluate::{Evaluator, Locals, NoReferences, is_placeholder, placeholder},
    member,
    types::{Kind, expected_names, token_name},
};

/// Most parameters a template may define.
const LIMIT: usize = 256;

/// A parameter with its value.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) value: Value,
}

/// Binds what was supplied to what the template defines, and fills in the defaults.
pub(crate) fn bind(
    environment: &mut Environment,
    supplied: &Map<String, Value>,
) -> Result<Vec<Bound>> {
    let template = Rc::clone(&environment.template);
    let none = Map::new();
    let defined = template["parameters"].as_object().unwrap_or(&none);
    check_count(defined.len())?;
    refuse_unknown(defined, supplied)?;
    let mut defaults = Vec::new();
    for (name, definition) in defined {
        match given(name, definition, supplied, &template)? {
            Given::Value(value) => {
                environment.parameters.insert(name.clone(), value);
            }
            Given::Default(default) => defaults.push((name, default)),
        }
    }
    evaluate_defaults(environment, defaults)?;
    defined
        .iter()
        .map(|(name, definition)| bound(environment, name, definition))
        .collect()
}

fn check_count(count: usize) -> Result<()> {
    if count <= LIMIT {
        return Ok(());
    }
    Err(TemplateError(format!(
        "The number of template parameters limit exceeded. Limit: '{LIMIT}' and actual: '{count}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
    )))
}

enum Given<'a> {
    Value(Value),
    /// A default that is still to be evaluated.
    Default(&'a Value),
}

/// A null counts as left out where there is a default.
fn given<'a>(
    name: &str,
    definition: &'a Value,
    supplied: &Map<String, Value>,
    template: &Value,
) -> Result<Given<'a>> {
    let value = member(supplied, name)
        .map(|given| supplied_value(name, given))
        .transpose()?;
    match (value, definition.get("defaultValue")) {
        (None | Some(Value::Null), Some(default)) => Ok(Given::Default(default)),
        (Some(value), _) => Ok(Given::Value(value)),
        (None, None) if Kind::of(definition, template).nullable => Ok(Given::Value(Value::Null)),
        (None, None) => Err(not_provided(name)),
    }
}

fn bound(environment: &Environment, name: &str, definition: &Value) -> Result<Bound> {
    let kind = Kind::of(definition, &environment.template);
    let value = environment
        .parameters
        .get(name)
        .cloned()
        .unwrap_or(Value::Null);
    if !is_placeholder(&value) {
        check(name, definition, &kind, &value)?;
    }
    Ok(Bound {
        name: name.to_owned(),
        kind,
        value,
    })
}

fn refuse_unknown(defined: &Map<String, Value>, supplied: &Map<String, Value>) -> Result<()> {
    let unknown: Vec<_> = supplied
        .keys()
        .filter(|name| member(defined, name).is_none())
        .map(String::as_str)
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let defined: Vec<_> = defined.keys().map(String::as_str).collect();
    Err(TemplateError(format!(
        "The following parameters were supplied, but do not correspond to any parameters defined in the template: '{}'. The parameters defined in the template are: '{}'. Please see https://aka.ms/arm-pass-parameter-values for usage details.",
        unknown.join(", "),
        defined.join(", ")
    )))
}

/// What stands for a value from a key vault.
pub(crate) fn secret() -> Value {
    placeholder("secret")
}

fn supplied_value(name: &str, given: &Value) -> Result<Value> {
    let value = given.get("value");
    let reference = given
        .get("reference")
        .filter(|reference| !reference.is_null());
    match (value, reference) {
        (Some(value), None) => Ok(value.clone()),
        (None, Some(reference)) if reference["keyVault"]["id"].is_string() => Ok(secret()),
        (None, None) if given.get("expression").is_some() => Ok(placeholder(name)),
        (None, None) => Err(not_provided(name)),
        _ => Err(TemplateError(format!(
            "The template parameter '{name}' is not valid: specify either a value or a Key Vault reference. Please see https://aka.ms/arm-keyvault for usage details."
        ))),
    }
}

/// Defaults may use other parameters in any order: repeat until nothing new can be evaluated.
fn evaluate_defaults(
    environment: &mut Environment,
    mut pending: Vec<(&String, &Value)>,
) -> Result<()> {
    while !pending.is_empty() {
        let before = pending.len();
        let mut failure = None;
        let mut left = Vec::new();
        for (name, default) in pending {
            let evaluator = Evaluator::new(environment, &NoReferences);
            match evaluator.value(default, &Locals::default()) {
                Ok(value) => {
                    environment.parameters.insert(name.clone(), value);
                }
                Err(error) => {
                    failure.get_or_insert(error);
                    left.push((name, default));
                }
            }
        }
        if left.len() == before {
            return failure.map_or(Ok(()), Err);
        }
        pending = left;
    }
    Ok(())
}

fn check(name: &str, definition: &Value, kind: &Kind, value: &Value) -> Result<()> {
    if !kind.accepts(value) {
        return Err(TemplateError(format!(
            "Template parameter JToken type is not valid. Expected '{}'. Actual '{}'. Please see https://aka.ms/arm-create-parameter-file for usage details.",
            expected_names(kind),
            token_name(value)
        )));
    }
    let allowed = definition["allowedValues"].as_array();
    if let Some(allowed) = allowed.filter(|_| !value.is_null())
        && !is_allowed(allowed, value)
    {
        let shown: Vec<_> = allowed
            .iter()
            .map(|each| each.as_str().map_or(each.to_string(), Into::into))
            .collect();
        return Err(TemplateError(format!(
            "The provided value for the template parameter '{name}' is not valid. The value '{}' is not part of the allowed value(s): '{}'.",
            value.as_str().map_or(value.to_string(), Into::into),
            shown.join(",")
        )));
    }
    check_bounds(name, definition, value)
}

/// An array parameter may hold any of the allowed values; everything else must be one of them.
fn is_allowed(allowed: &[Value], value: &Value) -> bool {
    allowed.contains(value)
        || value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| allowed.contains(item)))
}

fn check_bounds(name: &str, definition: &Value, value: &Value) -> Result<()> {
    let length = match value {
        Value::String(text) => i64::try_from(text.chars().count()).ok(),
        Value::Array(items) => i64::try_from(items.len()).ok(),
        _ => None,
    };
    let number = value.as_i64();
    let limit = |rule: &str| definition[rule].as_i64();
    let at_least = |measured: Option<i64>, rule| {
        limit(rule).filter(|limit| measured.is_some_and(|measured| measured < *limit))
    };
    let at_most = |measured: Option<i64>, rule| {
        limit(rule).filter(|limit| measured.is_some_and(|measured| measured > *limit))
    };
    let broken = [
        (
            "length must be greater than or equal to",
            at_least(length, "minLength"),
        ),
        (
            "length must be less than or equal to",
            at_most(length, "maxLength"),
        ),
        (
            "value must be greater than or equal to",
            at_least(number, "minValue"),
        ),
        (
            "value must be less than or equal to",
            at_most(number, "maxValue"),
        ),
    ];
    let broken = broken
        .into_iter()
        .find_map(|(wording, limit)| Some((wording, limit?)));
    broken.map_or(Ok(()), |(wording, limit)| {
        Err(out_of_bounds(name, wording, limit))
    })
}

fn out_of_bounds(name: &str, wording: &str, limit: i64) -> TemplateError {
    TemplateError(format!(
        "The provided value for the template parameter '{name}' is not valid. Its {wording} '{limit}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
    ))
}

fn not_provided(name: &str) -> TemplateError {
    TemplateError(format!(
        "The value for the template parameter '{name}' at line '1' and column '1' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details."
    ))
}
