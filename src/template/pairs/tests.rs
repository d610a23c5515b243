//! Words as `az` and `azure/arm-deploy` take them, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

fn pairs(text: &str) -> Vec<(String, String)> {
    let words = split(text).into_iter().map(|word| match word.unwrap() {
        Word::Pair(pair) => (pair.name, pair.text),
        Word::File { path, .. } => ("@".to_owned(), path),
    });
    words.collect()
}

#[test]
fn words_and_lines() {
    for (text, expected) in [
        ("a=1 b=2", vec![("a", "1"), ("b", "2")]),
        (
            "a=1\r\n# note=1\r\n\r\n  b=x=y  # c=3\n",
            vec![("a", "1"), ("b", "x=y")],
        ),
        (
            "a=\"x y\" b='it \\' c=",
            vec![("a", "x y"), ("b", "it \\"), ("c", "")],
        ),
        (
            r#"a="say \"hi\" \\ C:\temp" b=C:\temp"#,
            vec![("a", r#"say "hi" \ C:\temp"#), ("b", r"C:\temp")],
        ),
        ("a=\"one\ntwo\"", vec![("a", "one\ntwo")]),
        ("a=it's b=that's", vec![("a", "it's"), ("b", "that's")]),
        ("  ", vec![]),
    ] {
        assert_eq!(pairs(text), owned(&expected), "{text}");
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    let owned = pairs.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    owned.collect()
}

#[test]
fn quotes_around_words_and_parts_of_words() {
    for (text, expected) in [
        (
            "\"name=two words\" count=2",
            vec![("name", "two words"), ("count", "2")],
        ),
        (
            "'name=two words' b=1",
            vec![("name", "two words"), ("b", "1")],
        ),
        (
            "name=pre-\"two words\"-post",
            vec![("name", "pre-two words-post")],
        ),
        ("a=x\"y\" b=\"\"c", vec![("a", "xy"), ("b", "c")]),
        (
            "\"User Access CIDR\"=10.2.0.0/24 'b c'=1",
            vec![("User Access CIDR", "10.2.0.0/24"), ("b c", "1")],
        ),
        ("\"a=b=c\"", vec![("a", "b=c")]),
    ] {
        assert_eq!(pairs(text), owned(&expected), "{text}");
    }
}

#[test]
fn brackets_are_taken_whole() {
    for (text, expected) in [
        (
            r#"a={"x": [1, "} \" {"]} b=[1, 2]"#,
            vec![("a", r#"{"x": [1, "} \" {"]}"#), ("b", "[1, 2]")],
        ),
        (
            "a=['one ] two', \"it's\"] b={'k': 'v w'}",
            vec![("a", "['one ] two', \"it's\"]"), ("b", "{'k': 'v w'}")],
        ),
        ("a={x b={} c=1", vec![("a", "{x"), ("b", "{}"), ("c", "1")]),
        ("a={}x", vec![("a", "{}x")]),
    ] {
        assert_eq!(pairs(text), owned(&expected), "{text}");
    }
}

#[test]
fn files_among_pairs() {
    for (text, expected) in [
        ("p.json a=1", vec![("@", "p.json"), ("a", "1")]),
        ("@p.txt a=1", vec![("@", "p.txt"), ("a", "1")]),
        (
            "a=1 @\"my p.json\" \"other p.JSONC\"",
            vec![("a", "1"), ("@", "my p.json"), ("@", "other p.JSONC")],
        ),
        ("a=@b.pem", vec![("a", "@b.pem")]),
    ] {
        assert_eq!(pairs(text), owned(&expected), "{text}");
    }
}

#[test]
fn faults_have_a_line_and_no_text() {
    let faults = |text: &str| -> Vec<String> {
        let faults = split(text).into_iter().filter_map(Result::err);
        faults.map(|error| error.to_string()).collect()
    };
    assert_eq!(
        faults("a=1\nb=hunter2 hunter3 c\nd=\"hunter2\ne=1"),
        [format!("line 2: {NO_PAIR}"), format!("line 3: {NO_END}")]
    );
    for (text, fault) in [
        ("a='b'c", NO_SPACE),
        ("p@ss=1", NO_NAME),
        ("a b=1", NO_PAIR),
        ("\" \"=1", NO_NAME),
        ("@ a=1", NO_PAIR),
        ("'a=1", NO_END),
        (
            "conn=Server=tcp:sql.example.net,1433;User ID=app;Password=hunter2 crossing",
            NO_PAIR,
        ),
    ] {
        assert_eq!(faults(text), [format!("line 1: {fault}")], "{text}");
    }
}

#[test]
fn yaml_is_not_mistaken_for_words() {
    for (line, expected) in [
        ("\"name=two words\" count=2", true),
        ("\"User Access CIDR\"=10.2.0.0/24", true),
        ("\"a=b\": 1", false),
        ("'a=b' : 1", false),
        ("\"a b\": x=1", false),
        ("\"hunter2", false),
        ("p.json", true),
        ("@p.json a=1", true),
        ("crossing", false),
    ] {
        assert_eq!(begins(line), expected, "{line}");
    }
}

proptest! {
    #[test]
    fn any_text_is_split(text in any::<String>()) {
        split(&text);
    }

    #[test]
    fn any_punctuation_is_split(text in "[a='\"@{}\\[\\]\\\\ \n.#]{0,20}") {
        split(&text);
        begins(&text);
    }

    #[test]
    fn quoted_values_come_back(value in any::<String>()) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        let expected = [("a".to_owned(), value), ("b".to_owned(), "1".to_owned())];
        for text in [format!("a=\"{escaped}\" b=1"), format!("\"a={escaped}\" b=1")] {
            prop_assert_eq!(&pairs(&text), &expected);
        }
    }
}
