//! JSON as Azure reads templates: strict, except for comments and multi-line strings.

use jsonc_parser::{
    CollectOptions, ParseOptions, ParseStringErrorKind,
    ast::{Object, Value as Node},
    errors::{ParseError, ParseErrorKind},
    parse_to_ast,
};
use serde_json::{Map, Number, Value, map::Entry};

use super::exact;
use crate::host::text::code;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// What is wrong in a JSON text, and where. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub(super) struct JsonError {
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    message: String,
}

impl JsonError {
    fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            message: message.into(),
        }
    }

    fn from_parser(text: &str, error: &ParseError) -> Self {
        Self::at(text, error.range().start, explain(error.kind()))
    }
}

/// Reads `text`, which may begin with a byte order mark.
///
/// # Errors
/// The first syntax error, a number that cannot be represented exactly, or a duplicate key with different values.
/// (Published templates contain duplicate keys with the same value, which are harmless.)
pub(super) fn parse(text: &str) -> Result<Value, JsonError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(value) = exact::parse(text) {
        return Ok(value);
    }
    if let Some(offset) = text.bytes().position(is_stray_control) {
        let message = "a control character: remove it, or write it as \\u and four digits";
        return Err(JsonError::at(text, offset, message));
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| JsonError::from_parser(text, &error))?;
    match parsed.value {
        Some(node) => value(text, node),
        None => Err(JsonError::at(
            text,
            0,
            "nothing but white space or comments",
        )),
    }
}

/// The member `name` of `object`, case-insensitively unless there is an exact match, as in Azure.
pub(super) fn member<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o Value> {
    object.get(name).or_else(|| {
        let mut others = object.iter();
        others
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

fn is_stray_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn value(text: &str, node: Node<'_>) -> Result<Value, JsonError> {
    Ok(match node {
        Node::NullKeyword(_) => Value::Null,
        Node::BooleanLit(literal) => Value::Bool(literal.value),
        Node::StringLit(literal) => Value::String(literal.value.into_owned()),
        Node::NumberLit(literal) => Value::Number(number(literal.value).ok_or_else(|| {
            let message = "a number that does not fit 64 bits: give it as a string";
            JsonError::at(text, literal.range.start, message)
        })?),
        Node::Array(array) => Value::Array(
            array
                .elements
                .into_iter()
                .map(|element| value(text, element))
                .collect::<Result<_, _>>()?,
        ),
        Node::Object(node) => Value::Object(object(text, node)?),
    })
}

fn object(text: &str, node: Object<'_>) -> Result<Map<String, Value>, JsonError> {
    let mut map = Map::with_capacity(node.properties.len());
    for property in node.properties {
        let start = property.range.start;
        let value = value(text, property.value)?;
        match map.entry(property.name.into_string()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(entry) if *entry.get() == value => {}
            Entry::Occupied(entry) => {
                let key = code(entry.key());
                let message =
                    format!("the key {key} is given twice, with different values: remove one");
                return Err(JsonError::at(text, start, message));
            }
        }
    }
    Ok(map)
}

/// The number; `None` for an integer of more than 64 bits or a float out of range.
fn number(literal: &str) -> Option<Number> {
    if literal.contains(['.', 'e', 'E']) {
        return Number::from_f64(literal.parse().ok()?);
    }
    let signed = literal.parse::<i64>().map(Number::from);
    signed
        .or_else(|_| literal.parse::<u64>().map(Number::from))
        .ok()
}

fn explain(kind: &ParseErrorKind) -> &'static str {
    use ParseErrorKind as Kind;
    match kind {
        Kind::TrailingCommasNotAllowed => "a comma after the last element: remove it",
        Kind::ExpectedComma => "a comma is missing here",
        Kind::ExpectedColonAfterObjectKey => "a colon is missing after the key",
        Kind::ExpectedStringObjectProperty => "a key without double quotes: put it in \"…\"",
        Kind::SingleQuotedStringsNotAllowed => "single quotes: JSON strings take double quotes",
        Kind::UnterminatedObject => "an object without its closing brace",
        Kind::UnterminatedArray => "an array without its closing bracket",
        Kind::UnterminatedCommentBlock => "a comment without its closing */",
        Kind::MultipleRootJsonValues => "something follows the end of the document: remove it",
        Kind::NestingDepthExceeded => "nested too deeply: no more than 256 levels are read",
        Kind::ExpectedObjectValue => "a value is missing after the colon",
        Kind::String(string) => explain_string(string),
        Kind::HexadecimalNumbersNotAllowed
        | Kind::UnaryPlusNumbersNotAllowed
        | Kind::BareDecimalPointNumbersNotAllowed
        | Kind::NonFiniteNumbersNotAllowed
        | Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral => "not a number as JSON writes it",
        Kind::UnexpectedWord | Kind::UnexpectedToken => {
            "not JSON: expected a string in double quotes, a number, true, false, null, { or ["
        }
        _ => "not JSON: a comma, colon, brace or bracket is out of place",
    }
}

fn explain_string(kind: &ParseStringErrorKind) -> &'static str {
    match kind {
        ParseStringErrorKind::UnterminatedStringLiteral => "a string without its closing quote",
        ParseStringErrorKind::ExpectedFourHexDigits
        | ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => {
            "\\u without the four hexadecimal digits of a character"
        }
        _ => "not an escape of JSON: a backslash itself is written \\\\",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::template::arbitrary;

    #[test]
    fn comments_multi_line_strings_and_marks_are_read() {
        let text = "\u{feff}// head\r\n{ /* a */ \"q\": \"one\r\n\ttwo\\n\\\"three\\\"\", // b\r\n \"n\": [1, 2.50, -3, null, true] }\r\n";
        assert_eq!(
            parse(text).unwrap(),
            json!({"q": "one\r\n\ttwo\n\"three\"", "n": [1, 2.5, -3, null, true]})
        );
    }

    #[test]
    fn numbers_arrive_as_written() {
        for literal in [
            "0",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615",
            "0.1",
            "1.7976931348623157e308",
            "5e-324",
            "9007199254740993",
        ] {
            let number = parse(literal).unwrap();
            assert_eq!(number.to_string().replace("e+", "e"), literal);
        }
        for literal in ["18446744073709551616", "-9223372036854775809", "1e999"] {
            assert!(
                parse(literal).unwrap_err().message.contains("64 bits"),
                "{literal}"
            );
        }
    }

    #[test]
    fn a_key_may_be_repeated_with_its_own_value() {
        assert_eq!(
            parse(r#"{"a": {"b": 1}, "a": {"b": 1}}"#).unwrap(),
            json!({"a": {"b": 1}})
        );
    }

    #[test]
    fn surrogate_pairs_are_one_character() {
        assert_eq!(parse(r#""\ud83d\ude80""#).unwrap(), json!("🚀"));
    }

    #[test]
    fn faults_have_a_place_and_a_remedy() {
        for (text, expected) in [
            ("", "line 1, column 1: nothing but"),
            (" // only a comment\n", "line 1, column 1: nothing but"),
            (
                "{\n  \"a\": 1,\n}",
                "line 2, column 9: a comma after the last",
            ),
            ("[1, 2,]", "line 1, column 6: a comma after the last"),
            (
                "{\"a\": 1 \"b\": 2}",
                "line 1, column 8: a comma is missing",
            ),
            ("{\"a\" 1}", "line 1, column 6: a colon is missing"),
            ("{a: 1}", "line 1, column 2: a key without"),
            ("{'a': 1}", "line 1, column 2: single quotes"),
            ("{\"a\": }", "line 1, column 7: not JSON"),
            ("{\"a\":", "line 1, column 6: a value is missing"),
            ("{\"a\": 1", "line 1, column 1: an object without"),
            ("[1", "line 1, column 1: an array without"),
            ("[\"a", "line 1, column 2: a string without"),
            ("{} {}", "line 1, column 4: something follows"),
            ("/* {}", "line 1, column 1: a comment without"),
            ("[01]", "line 1, column 3: a comma is missing"),
            ("[+1]", "line 1, column 2: not a number"),
            ("[0x1F]", "line 1, column 2: not a number"),
            ("[.5]", "line 1, column 2: not a number"),
            ("[NaN]", "line 1, column 2: not JSON"),
            ("[True]", "line 1, column 2: not JSON"),
            (r#"["\x41"]"#, "line 1, column 3: not an escape"),
            (r#"["\ud800"]"#, "line 1, column 3: \\u without"),
            ("[\u{c}1]", "line 1, column 2: a control character"),
            ("[\"\u{0}\"]", "line 1, column 3: a control character"),
            (
                "{\n \"ä\": 1, \"ä\": 2}",
                "line 2, column 10: the key `ä` is given twice",
            ),
            (
                "{\"a\": 1, \"\\u0061\": 2}",
                "line 1, column 10: the key `a` is given twice",
            ),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text:?}: {message}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert!(parse(&deep(250)).is_ok());
            assert!(
                parse(&deep(100_000))
                    .unwrap_err()
                    .message
                    .contains("too deeply")
            );
            assert!(parse(&open.repeat(100_000)).is_err());
        }
    }

    #[test]
    fn members_are_found_in_any_case() {
        let object = json!({"ContentVersion": 1, "a": 2, "A": 3});
        let object = object.as_object().unwrap();
        assert_eq!(member(object, "contentVersion"), Some(&json!(1)));
        assert_eq!(member(object, "A"), Some(&json!(3)));
        assert_eq!(member(object, "b"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn anything_like_json_is_read_or_refused(
            text in r#"([{}\[\],:"'\\/*\r\n \t.eE+0-9-]|true|nul|ä|\\u[dD]?[0-9a-f]{2,4}|"[a-z]"){0,40}"#
        ) {
            let _ = parse(&text);
        }

        #[test]
        fn what_serde_writes_is_read_back(value in arbitrary::json()) {
            prop_assert_eq!(&parse(&value.to_string()).unwrap(), &value);
            prop_assert_eq!(parse(&serde_json::to_string_pretty(&value).unwrap()).unwrap(), value);
        }
    }
}
