//! Signatures of URLs, such as those of Azure Storage, which give access to what the URL names.

use std::borrow::Cow;

/// What stands in a text for a secret.
pub(super) const HIDDEN: &str = "***";
const NAME: &[u8] = b"sig";
/// An equals sign, as it is and as encodings write it.
const EQUALS: [&str; 4] = ["=", "%3d", "%253d", "\\u003d"];
/// Encoded separators that end in a letter or a digit.
const SEPARATORS: [&str; 8] = [
    "%26", "%2526", "\\u0026", "\\x26", "%3f", "%253f", "\\u003f", "&#38",
];
/// Escapes of JSON that end a value: of `&`, `"`, `'`, `<` and `>`.
const ENDS: [&str; 5] = ["\\u0026", "\\u0022", "\\u0027", "\\u003c", "\\u003e"];

/// The values of all query parameters `sig` in `text`.
pub(super) fn signatures(text: &str) -> impl Iterator<Item = &str> {
    let places = 0..text.len().saturating_sub(NAME.len());
    let values = places.filter_map(|at| value(text.as_bytes(), at));
    values.map(|(start, end)| &text[start..end])
}

/// `text` with `***` in place of the value of each query parameter `sig`.
pub(super) fn without_signatures(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut clean = String::new();
    let (mut copied, mut at) = (0, 0);
    while at + NAME.len() < bytes.len() {
        match value(bytes, at) {
            Some((start, end)) => {
                clean.extend([&text[copied..start], HIDDEN]);
                (copied, at) = (end, end);
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[copied..]);
    Cow::Owned(clean)
}

/// From where to where the value of a parameter `sig` extends whose name stands at `at`. Never empty, and not what is
/// hidden already.
fn value(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &text[at..];
    if !starts_with(rest, NAME) || !is_parted(&text[..at]) {
        return None;
    }
    let rest = &rest[NAME.len()..];
    let equals = EQUALS
        .iter()
        .find(|equals| starts_with(rest, equals.as_bytes()))?;
    let start = at + NAME.len() + equals.len();
    let mut end = start;
    while let Some(step) = step(&text[end..]) {
        end += step;
    }
    let is_hidden = &text[start..end] == HIDDEN.as_bytes();
    (end > start && !is_hidden).then_some((start, end))
}

/// Whether what follows `before` is a name of its own.
fn is_parted(before: &[u8]) -> bool {
    !before.last().is_some_and(u8::is_ascii_alphanumeric)
        || SEPARATORS.iter().any(|separator| {
            let tail = before.len().checked_sub(separator.len());
            tail.is_some_and(|tail| starts_with(&before[tail..], separator.as_bytes()))
        })
}

/// How many bytes at the start of `rest` belong to a value of base64, encoded in any way.
fn step(rest: &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    match first {
        b'\\' if starts_with(rest, b"\\/") => Some(2),
        b'\\'
            if starts_with(rest, b"\\u00")
                && !ENDS.iter().any(|end| starts_with(rest, end.as_bytes())) =>
        {
            Some(b"\\u00".len())
        }
        b'%' | b'+' | b'/' | b'=' | b'-' | b'_' | b'.' | b'~' | b'*' => Some(1),
        _ => first.is_ascii_alphanumeric().then_some(1),
    }
}

fn starts_with(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len())
        .is_some_and(|begun| begun.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_go_in_any_form_and_place() {
        for (text, clean) in [
            ("https://a/b?sig=x%2By%3D&se=1", "https://a/b?sig=***&se=1"),
            ("https://a/b?se=1&sig=x+y/z==", "https://a/b?se=1&sig=***"),
            ("(?se=1&SIG=x) and ?sig=y.", "(?se=1&SIG=***) and ?sig=***"),
            (
                r#""?se=1\u0026sig=x\u002By\u0026a=b""#,
                r#""?se=1\u0026sig=***\u0026a=b""#,
            ),
            ("?se=1&amp;sig=x&amp;sv=2", "?se=1&amp;sig=***&amp;sv=2"),
            ("se%3D1%26sig%3Dx%252By", "se%3D1%26sig%3D***"),
            ("'sig=ab***cd'", "'sig=***'"),
        ] {
            assert_eq!(without_signatures(text), clean);
            assert_eq!(without_signatures(clean), clean);
        }
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "config=x",
            "sig",
            "sig=",
            "sig: x",
            "design=1&sigma=2",
            "sig=***",
        ] {
            assert!(
                matches!(without_signatures(text), Cow::Borrowed(_)),
                "{text}"
            );
        }
    }
}
