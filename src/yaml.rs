//! YAML 1.2 for inline parameters and tags: `no` is a string, a duplicate key is an error.

use serde_json::Value;
use serde_saphyr::{Error, MergeKeyPolicy, Options, from_str_with_options};

/// Smallest float that may be an integer of more than 64 bits which has lost digits.
const INEXACT: f64 = 9_223_372_036_854_775_808.0;

/// A YAML error. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum YamlError {
    #[error("line {line}, column {column}: {message}")]
    At {
        line: u64,
        column: u64,
        message: &'static str,
    },
    #[error("{0}")]
    Whole(&'static str),
}

/// Parses `text`. Numbers with leading zeros or underscores are strings, as they are usually names.
///
/// # Errors
/// The first syntax error, or a number that cannot be represented exactly.
pub(crate) fn parse(text: &str) -> Result<Value, YamlError> {
    let value = from_str_with_options(text, options()).map_err(|error| explain(&error))?;
    if is_inexact(&value) {
        return Err(YamlError::Whole(
            "a number does not fit 64 bits: put it in quotes",
        ));
    }
    Ok(value)
}

fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        leading_zero_numbers_as_strings: true,
        reject_unsupported_tags: true,
        merge_keys: MergeKeyPolicy::Merge,
        with_snippet: false,
    }
}

fn is_inexact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64() && number.as_f64().is_some_and(|float| float.abs() >= INEXACT)
        }
        Value::Array(elements) => elements.iter().any(is_inexact),
        Value::Object(object) => object.values().any(is_inexact),
        _ => false,
    }
}

fn explain(error: &Error) -> YamlError {
    let message = match error {
        Error::DuplicateMappingKey { .. } => "a key is given twice: remove one",
        Error::MultipleDocuments { .. } => "a second document (---): give one",
        Error::NonFiniteFloat { .. } => "infinity and NaN have no JSON: give a number or a string",
        Error::UnknownAnchor { .. } => {
            "an alias (*) without its anchor (&): put text that begins with * in quotes"
        }
        _ => "not YAML: check the indentation, and put text with special characters in quotes",
    };
    match error.location() {
        Some(location) if location.line() > 0 => YamlError::At {
            line: location.line(),
            column: location.column(),
            message,
        },
        _ => YamlError::Whole(message),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_those_of_yaml_1_2() {
        let text = "{a: no, b: on, c: True, d: 007, e: 1_000, f: 0x1F, g: 1.50, h: ~, i: 2024-01-01, j: '3', k: 18446744073709551615, l: -9223372036854775808, m: 12:30, 'n': }";
        assert_eq!(
            parse(text).unwrap(),
            json!({"a": "no", "b": "on", "c": true, "d": "007", "e": "1_000", "f": 31, "g": 1.5, "h": null, "i": "2024-01-01",
                "j": "3", "k": u64::MAX, "l": i64::MIN, "m": "12:30", "n": null})
        );
    }

    #[test]
    fn faults_have_a_place_and_no_value() {
        for (text, expected) in [
            (
                "a: 1\nb: 2\na: hunter2",
                "line 3, column 1: a key is given twice",
            ),
            ("a: 1\n---\nb: hunter2", "a second document"),
            ("a: .inf", "line 1, column 4: infinity"),
            ("a: *hunter2", "an alias"),
            ("a: [hunter2", "not YAML"),
            ("a: 12345678901234567890123", "a number does not fit"),
            ("a: !hunter2 1", "not YAML"),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn deep_nesting_and_alias_bombs_are_refused() {
        let lists: String = (1..20)
            .map(|n| format!("l{n}: &l{n} [{}]\n", format!("*l{}, ", n - 1).repeat(10)))
            .collect();
        for text in [
            "[".repeat(100_000),
            "- ".repeat(10_000),
            format!("l0: &l0 x\n{lists}"),
        ] {
            assert!(parse(&text).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z\"'{}\\[\\],:&*!|>#?%@`~ \n-]){0,40}") {
            let _ = parse(&text);
        }
    }
}
