//! Checks parameters against the template's declarations before anything is sent.
//!
//! Messages never hold a value. Whatever is uncertain is left to Azure.

use serde_json::Value;

use super::{
    declaration::{Declaration, Declarations, Kind},
    parameters::{Given, Parameters},
};
use crate::{host::text::code, inputs::Problems};

/// Maximum number of allowed values or declared names in a message.
const LISTED: usize = 20;

/// Adds a problem for each given parameter that the template does not declare, or whose value it does not allow.
pub(super) fn given(
    parameters: &Parameters,
    declarations: &Declarations<'_>,
    problems: &mut Problems,
) {
    for argument in parameters.iter() {
        let fault = match (declarations.get(&argument.name), &argument.given) {
            (None, _) => Some(undeclared(&argument.name, declarations)),
            (Some(declaration), Given::Value(value)) => fault(declaration, value),
            (Some(_), Given::Reference(_) | Given::Expression(_)) => None,
        };
        if let Some(fault) = fault {
            let (origin, name) = (&argument.origin, code(&argument.name));
            problems.add(origin.input(), format!("{origin}{name} {fault}"));
        }
    }
}

/// Adds a problem that lists the parameters which the template requires and nothing gives.
pub(super) fn missing(
    parameters: &Parameters,
    declarations: &Declarations<'_>,
    problems: &mut Problems,
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
        problems.add(
            "parameters",
            format!("the template requires {missing}: give it here or in parameters-file"),
        );
    }
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
        Kind::Int => value.as_f64().is_some_and(|number| number.fract() == 0.0),
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

/// Whether Azure considers both equal: strings are compared without regard to case.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.to_lowercase() == other.to_lowercase(),
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::parameters::{Argument, Origin};

    fn problems(declared: &Value, values: &Value) -> Vec<String> {
        let template = json!({
            "definitions": {
                "sku": {"type": "string", "allowedValues": ["Basic", "Standard"]},
                "maybe": {"type": "int", "nullable": true, "maxValue": 5},
            },
            "parameters": declared,
        });
        let declarations = Declarations::of(template.as_object().expect("an object"));
        let mut parameters = Parameters::default();
        for (name, value) in values.as_object().expect("an object") {
            let (name, given) = (name.clone(), Given::Value(value.clone()));
            assert!(parameters.add(Argument {
                name,
                given,
                origin: Origin::Inline
            }));
        }
        let mut problems = Problems::default();
        given(&parameters, &declarations, &mut problems);
        missing(&parameters, &declarations, &mut problems);
        problems
            .iter()
            .map(|problem| problem.message.clone())
            .collect()
    }

    #[test]
    fn typing_errors_are_recognised_and_other_names_are_not() {
        let names = ["location", "gatewaySku", "vnetName", "x"];
        for (name, expected) in [
            ("lokation", Some("location")),
            ("gatewaysku", Some("gatewaySku")),
            ("vnetNames", Some("vnetName")),
            ("y", None),
            ("tags", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
        }
        assert_eq!(nearest(&"l".repeat(1_000_000), names.into_iter()), None);
    }

    #[test]
    fn values_that_azure_takes() {
        for (declared, value) in [
            (json!({"type": "string"}), json!("[not an expression here]")),
            (
                json!({"type": "SecureString", "minLength": 3}),
                json!("🚀a"),
            ),
            (
                json!({"type": "string", "allowedValues": ["EastUS"]}),
                json!("eastus"),
            ),
            (json!({"$ref": "#/definitions/sku"}), json!("STANDARD")),
            (
                json!({"$ref": "#/definitions/sku", "allowedValues": ["Premium"]}),
                json!("Premium"),
            ),
            (json!({"$ref": "#/definitions/maybe"}), json!(null)),
            (
                json!({"$ref": "#/definitions/maybe", "maxValue": 9}),
                json!(8),
            ),
            (json!({"$ref": "#/definitions/nowhere"}), json!({"any": 1})),
            (json!({"type": "int", "allowedValues": [1, 2]}), json!(2)),
            (json!({"type": "int"}), json!(3.0)),
            (json!({"type": "int", "defaultValue": 1}), json!(null)),
            (
                json!({"type": "array", "allowedValues": ["a", "b", "c"]}),
                json!(["c", "a"]),
            ),
            (
                json!({"type": "object", "properties": {"a": {"type": "int"}}}),
                json!({"a": "left to Azure"}),
            ),
            (
                json!({"type": "string", "allowedValues": "[parameters('odd')]", "minLength": "odd"}),
                json!(""),
            ),
        ] {
            assert_eq!(
                problems(&json!({"p": declared}), &json!({"P": value})),
                Vec::<String>::new(),
                "{declared}"
            );
        }
    }

    #[test]
    fn values_that_azure_refuses() {
        for (declared, value, expected) in [
            (
                json!({"type": "string"}),
                json!(1.5),
                "must be string, but is a number: put it in quotes",
            ),
            (
                json!({"type": "securestring"}),
                json!(true),
                "must be secureString, but is a boolean: put it in quotes",
            ),
            (
                json!({"type": "int"}),
                json!("3"),
                "must be int, but is a string: remove the quotes",
            ),
            (
                json!({"type": "int"}),
                json!("hunter2"),
                "must be int, but is a string",
            ),
            (
                json!({"type": "int"}),
                json!(1.5),
                "must be int, but is a number with a fraction",
            ),
            (
                json!({"type": "bool"}),
                json!("true"),
                "must be bool, but is a string: remove the quotes",
            ),
            (
                json!({"type": "bool"}),
                json!(0),
                "must be bool, but is a number",
            ),
            (
                json!({"type": "array"}),
                json!({}),
                "must be array, but is an object",
            ),
            (
                json!({"type": "secureObject"}),
                json!([]),
                "must be secureObject, but is an array",
            ),
            (
                json!({"type": "string"}),
                json!(null),
                "is null, and the template requires a value",
            ),
            (
                json!({"$ref": "#/definitions/sku"}),
                json!("hunter2"),
                "must be one of `Basic`, `Standard`",
            ),
            (
                json!({"type": "int", "allowedValues": [1, 2]}),
                json!(3),
                "must be one of `1`, `2`",
            ),
            (
                json!({"type": "secureString", "minLength": 12}),
                json!("hunter2"),
                "must have at least 12 characters",
            ),
            (
                json!({"type": "string", "maxLength": 3}),
                json!("🚀🚀"),
                "must have at most 3 characters",
            ),
            (
                json!({"type": "array", "minLength": 1}),
                json!([]),
                "must have at least 1 elements",
            ),
            (
                json!({"type": "int", "minValue": 2}),
                json!(1),
                "must be at least 2",
            ),
            (
                json!({"$ref": "#/definitions/maybe"}),
                json!(6),
                "must be at most 5",
            ),
        ] {
            let problems = problems(&json!({"p": declared}), &json!({"P": value}));
            assert_eq!(problems, [format!("`P` {expected}")], "{declared}");
        }
    }

    #[test]
    fn what_is_missing_is_one_list() {
        let declared = json!({
            "b": {"type": "securestring"}, "a": {"$ref": "#/definitions/sku"}, "c": {"type": "int", "defaultValue": 1},
            "d": {"type": "object", "nullable": true}, "e": {"$ref": "#/definitions/nowhere"}, "f": {},
        });
        assert_eq!(
            problems(&declared, &json!({})),
            [
                "the template requires `b` (secureString), `a` (string), `f`: give it here or in parameters-file"
            ]
        );
    }

    #[test]
    fn what_is_not_declared_has_a_suggestion() {
        let many: serde_json::Map<_, _> = (0..25)
            .map(|n| {
                (
                    format!("name{n:02}"),
                    json!({"type": "int", "defaultValue": 1}),
                )
            })
            .collect();
        for (declared, name, expected) in [
            (
                json!({"location": {"defaultValue": 1}}),
                "Locatoin",
                "did you mean `location`?",
            ),
            (
                json!({"location": {"defaultValue": 1}}),
                "tags",
                "it declares `location`",
            ),
            (json!({}), "tags", "it declares none"),
            (json!(many), "tags", "`name19`, and 5 more"),
        ] {
            let problems = problems(&declared, &json!({name: "hunter2"}));
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(
                problems[0].starts_with(&format!("`{name}` is not a parameter of the template: "))
            );
            assert!(problems[0].ends_with(expected), "{problems:?}");
        }
    }
}
