//! Lists of `name=value` in variables, with commas between them and values percent-encoded.

use percent_encoding::percent_decode_str;

/// The pairs in `text`; `None` if a part of it is no pair, or its value not UTF-8 once it is decoded. Empty parts are
/// passed over.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(pair).collect()
}

fn pair(part: &str) -> Option<(String, String)> {
    let (name, value) = part.split_once('=')?;
    let decoded = |text: &str| {
        let decoded = percent_decode_str(text.trim()).decode_utf8();
        decoded.ok().map(|text| text.into_owned())
    };
    let name = decoded(name).filter(|name| !name.is_empty())?;
    Some((name, decoded(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_anything_else_than_pairs_is_refused() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs(" authorization = Bearer%20a%2Cb== ,x=,"),
            Some(vec![pair("authorization", "Bearer a,b=="), pair("x", "")])
        );
        assert_eq!(pairs(" ,"), Some(vec![]));
        for text in ["a", "a=b,c", "=b", "a=%ff"] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }
}
