//! Escapes of half a character, which no text of ours can hold.
//!
//! JavaScript and .NET keep them in strings; .NET writes `\ufffd` for them when it encodes the string.

use std::borrow::Cow;

/// Length of `\u` and its four digits.
const ESCAPE: usize = 6;

/// A text without escapes of half a character.
pub(super) struct Whole<'t> {
    /// The text, of the same length.
    pub(super) text: Cow<'t, str>,
    /// Where an escape was replaced.
    pub(super) replaced: Vec<usize>,
}

/// `text` with `\ufffd` in place of each high or low surrogate (`\ud800` to `\udfff`) without its other half.
pub(super) fn replace(text: &str) -> Whole<'_> {
    let replaced = lone(text);
    if replaced.is_empty() {
        return Whole {
            text: text.into(),
            replaced,
        };
    }
    let mut whole = text.to_owned();
    for at in &replaced {
        whole.replace_range(*at..at + ESCAPE, "\\ufffd");
    }
    Whole {
        text: whole.into(),
        replaced,
    }
}

fn lone(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(backslash) = text[at..].find('\\') {
        at += backslash;
        match (unit(text, at), unit(text, at + ESCAPE)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                found.push(at);
                at += ESCAPE;
            }
            // The character after the backslash may be another backslash.
            _ => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    found
}

/// The UTF-16 code unit of the escape `\uXXXX` at `at`, if there is one.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hexadecimal
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_replaced_and_pairs_are_not() {
        for (text, expected) in [
            (r#""\ud83d\ude80""#, r#""\ud83d\ude80""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\uDE80\ud83d x""#, r#""\ufffd\ufffd x""#),
            (r#""\ud83d\ud83d\ude80""#, r#""\ufffd\ud83d\ude80""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\u00e9 \ud83""#, r#""\u00e9 \ud83""#),
            ("\\", "\\"),
            ("\\ä\\", "\\ä\\"),
        ] {
            assert_eq!(replace(text).text, expected);
        }
        assert_eq!(replace(r#"["\ud83d", "\ude80"]"#).replaced, [2, 12]);
    }
}
