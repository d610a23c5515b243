//! What is read, as what, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::template::arbitrary;

fn value(text: &str) -> Value {
    parse(text).unwrap().value
}

fn remarks(text: &str) -> Vec<String> {
    parse(text).unwrap().remarks
}

#[test]
fn comments_multi_line_strings_and_marks_are_read() {
    let text = "\u{feff}// head\r\n{ /* a */ \"q\": \"one\r\n\ttwo\\n\\\"three\\\"\", // b\r\n \"n\": [1, 2.5, -3, null, true] }\r\n";
    assert_eq!(
        value(text),
        json!({"q": "one\r\n\ttwo\n\"three\"", "n": [1, 2.5, -3, null, true]})
    );
}

#[test]
fn numbers_arrive_as_written() {
    for literal in [
        "0",
        "100.00",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.30000000000000004",
        "1e+999",
        "9007199254740993",
    ] {
        assert_eq!(value(literal).to_string(), literal);
        assert_eq!(value(&format!("/**/{literal}")).to_string(), literal);
    }
}

#[test]
fn what_microsofts_readers_take_is_taken() {
    for (text, expected) in [
        ("{\"a\": [1, 2,],}", json!({"a": [1, 2]})),
        (r"{'a': 'it\'s'}", json!({"a": "it's"})),
        ("[\"\u{0}\u{c}\"]", json!(["\u{0}\u{c}"])),
        ("{a_1: 1}", json!({"a_1": 1})),
        (
            r#"{"$serde_json::private::Number": "1"}"#,
            json!({"$serde_json::private::Number": "1"}),
        ),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
        assert_eq!(remarks(text), [""; 0], "{text:?}");
    }
}

#[test]
fn the_last_value_of_a_key_counts_and_the_lines_are_told() {
    let text = "{\n \"ä\": 1,\n \"b\": 2, \"ä\": 3\n}";
    assert_eq!(value(text), json!({"ä": 3, "b": 2}));
    assert_eq!(
        remarks(text),
        [
            "line 3, column 10: the key `ä` is given again, after line 2: the last value counts, remove the other"
        ]
    );
    assert_eq!(value(r#"{"a": 1, "\u0061": 2}"#), json!({"a": 2}));
    let same = r#"{"a": {"b": 1}, "a": {"b": 1}}"#;
    assert_eq!(value(same), json!({"a": {"b": 1}}));
    assert_eq!(remarks(same), [""; 0]);
    let many: String = (0..15).map(|n| format!("\"a\": {n}, ")).collect();
    let many = remarks(&format!("{{{many}}}"));
    assert_eq!(many.len(), 11);
    assert_eq!(many[10], "and 4 remarks more");
}

#[test]
fn half_a_character_is_replaced_with_a_remark() {
    let text = "[\n \"a\", \"\\ud800!\"]";
    assert_eq!(value(text), json!(["a", "\u{fffd}!"]));
    assert_eq!(
        remarks(text),
        [
            "line 2, column 8: half of a character (\\uD800 to \\uDFFF), which is read as \\uFFFD: write the whole character"
        ]
    );
}

#[test]
fn surrogate_pairs_are_one_character() {
    assert_eq!(value(r#""\ud83d\ude80""#), json!("🚀"));
}

#[test]
fn faults_have_a_place_and_a_remedy() {
    for (text, expected) in [
        ("", "line 1, column 1: nothing but"),
        (" // only a comment\n", "line 1, column 1: nothing but"),
        (
            "{\"a\": 1 \"b\": 2}",
            "line 1, column 8: a comma is missing",
        ),
        ("{\"a\" 1}", "line 1, column 6: a colon is missing"),
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
        ("[,]", "line 1, column 2: not JSON"),
        (r#"["\u12"]"#, "line 1, column 3: \\u without"),
        (r#"["\x41"]"#, "line 1, column 3: not an escape"),
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
        let plain = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [plain.clone(), pretty, format!("/**/{plain}")] {
            prop_assert_eq!(&parse(&text).unwrap().value, &value);
        }
    }
}
