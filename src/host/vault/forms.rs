//! The forms in which a secret appears in texts.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::SecretString;

/// What `encodeURIComponent` and its like encode.
const COMPONENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Minimum length of a secret that is looked for in base64, in bytes.
const SHORTEST_IN_BASE64: usize = 8;

/// All forms of `secret`: itself, its lines of at least `shortest` characters, and what encodings make of it.
pub(super) fn forms(secret: &str, shortest: usize) -> Vec<String> {
    let mut texts = vec![secret.to_owned(), words(secret)];
    texts.extend(lines(secret, shortest).map(str::to_owned));
    if let Ok(decoded) = percent_decode_str(secret).decode_utf8() {
        texts.push(decoded.replace('+', " "));
        texts.push(decoded.into_owned());
    }
    let encoded: Vec<_> = texts.iter().flat_map(|text| encoded(text)).collect();
    texts.extend(encoded);
    texts
}

/// What the runner shall mask: each line, and the secret and its lines as JSON writes them.
pub(super) fn masks(secret: &str, shortest: usize) -> Vec<SecretString> {
    let mut masks: Vec<String> = lines(secret, shortest).map(str::to_owned).collect();
    let written: Vec<_> = masks.iter().map(|line| json(line)).collect();
    masks.extend(written);
    masks.push(json(secret));
    let mut known = std::collections::HashSet::new();
    masks.retain(|mask| known.insert(mask.clone()));
    masks.into_iter().map(SecretString::from).collect()
}

/// The whole of a secret of one line, or the lines that are long enough.
fn lines(secret: &str, shortest: usize) -> impl Iterator<Item = &str> {
    let lines = secret.split(['\r', '\n']).map(str::trim);
    lines.filter(move |line| *line == secret || line.chars().count() >= shortest)
}

/// `secret` as excerpts of foreign texts show it: with single spaces.
fn words(secret: &str) -> String {
    secret.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn encoded(text: &str) -> Vec<String> {
    let percent = utf8_percent_encode(text, &COMPONENT).to_string();
    let json_once = json(text);
    let mut all = vec![
        json(&json_once),
        dotnet_json(&json_once),
        markup(text),
        percent.replace("%20", "+"),
        lower_case_escapes(&percent),
        json_once,
        percent,
    ];
    if text.len() >= SHORTEST_IN_BASE64 {
        all.extend((0..3).map(|before| base64(&STANDARD_NO_PAD, text, before)));
        all.extend((0..3).map(|before| base64(&URL_SAFE_NO_PAD, text, before)));
    }
    all
}

/// `text` within a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// JSON as .NET writes it by default: quotes, and what HTML or URLs could take for markup, by their numbers.
fn dotnet_json(json: &str) -> String {
    let mut written = json.replace("\\\"", "\\u0022");
    for character in ['&', '\'', '+', '<', '>', '`'] {
        let escape = format!("\\u{:04X}", u32::from(character));
        written = written.replace(character, &escape);
    }
    written
}

fn markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn lower_case_escapes(percent: &str) -> String {
    let mut parts = percent.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escape, rest) = part.split_at(2.min(part.len()));
        lower.extend(["%", &escape.to_ascii_lowercase(), rest]);
    }
    lower
}

/// The characters that stand for `text` alone in the base64 of a longer text, where `before` bytes, or three more, or
/// six more, precede it.
fn base64(engine: &impl Engine, text: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(text.as_bytes());
    let mut encoded = engine.encode(&bytes);
    if !bytes.len().is_multiple_of(3) {
        encoded.pop();
    }
    encoded.split_off((before * 8).div_ceil(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_found_at_any_offset() {
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "y", "yz"] {
                let text = format!("{before}p~ssw?rd>{after}");
                let whole = URL_SAFE_NO_PAD.encode(&text);
                let part = base64(&URL_SAFE_NO_PAD, "p~ssw?rd>", before.len() % 3);
                assert!(whole.contains(&part), "{part} in {whole}");
            }
        }
    }

    #[test]
    fn short_lines_are_no_secrets_of_their_own() {
        let forms = forms("line of text\nfi", 8);
        assert!(forms.contains(&"line of text".to_owned()), "{forms:?}");
        assert!(!forms.contains(&"fi".to_owned()), "{forms:?}");
    }
}
