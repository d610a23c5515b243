//! Parameters as `name=value` words, several on a line or one a line.
//!
//! A value ends at white space, unless it is in quotes (in double ones `\"` and `\\` stand for themselves) or is a JSON
//! object or array. A word that begins with `#` begins a comment.

/// One `name=value`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The part before `=`.
    pub(super) name: String,
    /// The part after it, without quotes.
    pub(super) text: String,
    /// Whether the value was quoted.
    pub(super) is_quoted: bool,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
}

/// Why a word is not a pair. Never quotes the word, which may be part of a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub(super) struct PairError {
    line: usize,
    fault: &'static str,
}

/// The pairs in `text`, in order. After an error, parsing continues with the next line.
pub(super) fn split(text: &str) -> Vec<Result<Pair, PairError>> {
    let mut words = Vec::new();
    let mut rest = skip_comments(text);
    while !rest.is_empty() {
        let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let (word, after) = match pair(rest, line) {
            Ok((pair, after)) => (Ok(pair), after),
            Err(fault) => (Err(PairError { line, fault }), after_line(rest)),
        };
        words.push(word);
        rest = skip_comments(after);
    }
    words
}

/// `text` without leading white space and comments.
pub(super) fn skip_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = after_line(rest).trim_start();
    }
    rest
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, after)| after)
}

/// The pair at the beginning of `text`, and what follows it.
fn pair(text: &str, line: usize) -> Result<(Pair, &str), &'static str> {
    let (name, value) = word(text)
        .split_once('=')
        .map(|(name, _)| (name, &text[name.len() + 1..]))
        .ok_or("a word without `=`: put a value that holds spaces in quotes, and name files in parameters-file")?;
    if !is_name(name) {
        return Err("what stands before `=` is not the name of a parameter");
    }
    let (text, after, is_quoted) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (text, after) = quoted(&value[1..], quote)?;
            (text, after, true)
        }
        _ => {
            let (text, after) = bare(value);
            (text.to_owned(), after, false)
        }
    };
    let name = name.to_owned();
    Ok((
        Pair {
            name,
            text,
            is_quoted,
            line,
        },
        after,
    ))
}

fn is_name(name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || "_-.$".contains(character);
    !name.is_empty() && name.chars().all(is_part)
}

fn word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or("")
}

fn bare(value: &str) -> (&str, &str) {
    let length = json_length(value)
        .filter(|length| {
            value[*length..]
                .chars()
                .next()
                .is_none_or(char::is_whitespace)
        })
        .unwrap_or_else(|| word(value).len());
    value.split_at(length)
}

/// The text up to the closing `quote`, and what follows it.
fn quoted(value: &str, quote: char) -> Result<(String, &str), &'static str> {
    let mut text = String::new();
    let mut characters = value.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        if character == quote {
            let after = &value[index + 1..];
            return if after.chars().next().is_none_or(char::is_whitespace) {
                Ok((text, after))
            } else {
                Err("text right after the closing quote: put the whole value in quotes")
            };
        }
        let escaped = characters
            .next_if(|(_, next)| character == '\\' && quote == '"' && matches!(next, '"' | '\\'));
        text.push(escaped.map_or(character, |(_, next)| next));
    }
    Err("a quote without its end")
}

/// The length of the JSON object or array at the beginning of `text`, if there is one with all its brackets.
fn json_length(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return (index > 0).then_some(index + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let words = split(text).into_iter().map(|word| word.unwrap());
        words.map(|pair| (pair.name, pair.text)).collect()
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
                r#"a="say \"hi\" \\ C:\temp" b=x"y"#,
                vec![("a", r#"say "hi" \ C:\temp"#), ("b", "x\"y")],
            ),
            ("a=\"one\ntwo\"", vec![("a", "one\ntwo")]),
            (
                r#"a={"x": [1, "} \" {"]} b=[1, 2]"#,
                vec![("a", r#"{"x": [1, "} \" {"]}"#), ("b", "[1, 2]")],
            ),
            ("a={x b={} c=1", vec![("a", "{x"), ("b", "{}"), ("c", "1")]),
            ("a={}x", vec![("a", "{}x")]),
            ("  ", vec![]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect();
            assert_eq!(pairs(text), expected, "{text}");
        }
        assert!(split("a='1'")[0].as_ref().unwrap().is_quoted);
    }

    #[test]
    fn faults_have_a_line_and_no_text() {
        let faults: Vec<_> = split("a=1\nb=hunter2 hunter3 c\nd=\"hunter2\ne=1")
            .into_iter()
            .filter_map(Result::err)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(
            faults,
            [
                "line 2: a word without `=`: put a value that holds spaces in quotes, and name files in parameters-file",
                "line 3: a quote without its end"
            ]
        );
        assert!(
            split("a='b'c")[0]
                .as_ref()
                .unwrap_err()
                .fault
                .starts_with("text right after")
        );
        assert!(
            split("p@ss=1")[0]
                .as_ref()
                .unwrap_err()
                .fault
                .starts_with("what stands before")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in any::<String>()) {
            split(&text);
        }

        #[test]
        fn quoted_values_come_back(value in any::<String>()) {
            let text = format!("a=\"{}\" b=1", value.replace('\\', "\\\\").replace('"', "\\\""));
            prop_assert_eq!(pairs(&text), [("a".to_owned(), value), ("b".to_owned(), "1".to_owned())]);
        }
    }
}
