//! Integers that are written as floats, such as `3.0` and `1e3`, as the integers that Azure wants.
//!
//! Azure refuses them where a template declares `int` ("Expected a value of type 'Integer', but received a value of type
//! 'Float'"). JavaScript, and so `azure/bicep-deploy`, knows no difference and sends `3`.

use serde_json::{Number, Value};

use super::declaration::{Declaration, Kind};

/// How deep the types of objects are followed; a type may contain itself.
const DEEPEST: usize = 32;
/// The most digits of an integer that is made of a float; Azure's have 19.
const MOST_DIGITS: usize = 40;

/// Makes integers of integral floats wherever in `value` the type of `declaration` asks for integers.
pub(super) fn fit(value: &mut Value, declaration: &Declaration<'_>) {
    fit_part(value, declaration, 0);
}

fn fit_part(value: &mut Value, declaration: &Declaration<'_>, depth: usize) {
    if depth == DEEPEST {
        return;
    }
    match value {
        Value::Number(number) if declaration.kind() == Some(Kind::Int) => {
            if let Some(integer) = integer(number) {
                *number = integer;
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(part) = declaration.property(name) {
                    fit_part(member, &part, depth + 1);
                }
            }
        }
        Value::Array(items) => {
            if let Some(part) = declaration.items() {
                for item in items {
                    fit_part(item, &part, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// The number without point and exponent; `None` if it has a fraction.
pub(super) fn integer(number: &Number) -> Option<Number> {
    let text = number.as_str();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0').len();
    if digits.bytes().all(|digit| digit == b'0') {
        return Some(0.into());
    }
    let point = i64::try_from(whole.len()).ok()? + exponent.parse::<i64>().ok()?;
    let point = usize::try_from(point).ok()?;
    if point < significant || point > MOST_DIGITS.max(digits.len()) {
        return None;
    }
    let integer = format!("{:0<point$}", &digits[..digits.len().min(point)]);
    let integer = integer.trim_start_matches('0');
    format!("{sign}{integer}").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::template::declaration::Declarations;

    #[test]
    fn integral_floats_are_integers() {
        for (text, expected) in [
            ("3", Some("3")),
            ("3.0", Some("3")),
            ("-3.00", Some("-3")),
            ("1e3", Some("1000")),
            ("1.25E+2", Some("125")),
            ("1200e-2", Some("12")),
            ("-0.0", Some("0")),
            ("0e999999999", Some("0")),
            ("0.5e1", Some("5")),
            ("9007199254740993.0", Some("9007199254740993")),
            (
                "123456789012345678901234567890123456789012345",
                Some("123456789012345678901234567890123456789012345"),
            ),
            ("1.5", None),
            ("1e-1", None),
            ("10e-2", None),
            ("1.25e1", None),
            ("1e999", None),
            ("1e99999999999999999999", None),
        ] {
            let number: Number = text.parse().expect(text);
            let integer = integer(&number).map(|integer| integer.to_string());
            assert_eq!(integer.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn only_where_integers_are_declared_and_at_any_depth() {
        let template = json!({
            "definitions": {"port": {"type": "int"}},
            "parameters": {
                "a": {"type": "int"},
                "b": {"type": "object", "properties": {
                    "port": {"$ref": "#/definitions/port"}, "ratio": {"type": "object"},
                }},
                "c": {"type": "array", "items": {"type": "int"}},
                "d": {"type": "object"},
            },
        });
        let declarations = template
            .as_object()
            .map_or_else(Declarations::default, Declarations::of);
        let values: Map<String, Value> = serde_json::from_str(
            r#"{"a": 3.0, "b": {"port": 1e1, "ratio": 2.0, "other": 2.0}, "c": [1.0, 1.5, "x"], "d": 3.0}"#,
        )
        .expect("JSON");
        let fitted: Map<String, Value> = values
            .into_iter()
            .map(|(name, mut value)| {
                fit(&mut value, declarations.get(&name).expect("declared"));
                (name, value)
            })
            .collect();
        assert_eq!(
            Value::Object(fitted).to_string(),
            r#"{"a":3,"b":{"port":10,"ratio":2.0,"other":2.0},"c":[1,1.5,"x"],"d":3.0}"#
        );
    }
}
