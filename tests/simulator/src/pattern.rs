//! Names and types in options, with `*` for any part.

/// Whether a text matches a pattern, in any case.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(position) = left.find(part) else {
            return false;
        };
        left = &left[position + part.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_part() {
        for (pattern, text, expected) in [
            ("gw", "GW", true),
            ("gw", "gw2", false),
            ("gw*", "gw-abc", true),
            (
                "*/virtualNetworks",
                "Microsoft.Network/virtualNetworks",
                true,
            ),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*b", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
