//! The dialect of JSON in which templates are written, as strict JSON; by other means than the program's.

/// Strict JSON of a template: comments and trailing commas left out, line breaks and tabs in strings escaped.
pub fn strict(text: &str) -> String {
    let (mut strict, mut rest) = (String::new(), text);
    while let Some(character) = rest.chars().next() {
        let length = match rest {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            _ if character == '"' => {
                let length = string(rest);
                let escaped = rest[..length].replace('\n', "\\n");
                strict += &escaped.replace('\r', "\\r").replace('\t', "\\t");
                length
            }
            _ => {
                if matches!(character, '}' | ']') && strict.trim_end().ends_with(',') {
                    strict.truncate(strict.trim_end().len() - 1);
                }
                strict.push(character);
                character.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    strict
}

/// The length of the string at the beginning of `text`, with its quotes.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text[1..].find(|character| {
        let closes = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

#[test]
fn templates_become_strict_json() {
    for (text, expected) in [
        ("{\"a\": 1, // b\n}", r#"{"a":1}"#),
        ("[1, /* , */ ]", "[1]"),
        (
            "{\"a\": \"one\n\ttwo \\\" // three,]\",}",
            r#"{"a":"one\n\ttwo \" // three,]"}"#,
        ),
        ("[1.10, 1e3]", "[1.10,1e+3]"),
    ] {
        let read: serde_json::Value = serde_json::from_str(&strict(text)).unwrap();
        assert_eq!(read.to_string(), expected);
    }
}
