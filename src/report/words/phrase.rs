//! Helpers for English text: plurals and capitals.

/// `1 outage`, `2 outages`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `text` with its first letter in upper case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_special() {
        assert_eq!(count(0, "outage", "outages"), "0 outages");
        assert_eq!(count(1, "outage", "outages"), "1 outage");
        assert_eq!(count(2, "outage", "outages"), "2 outages");
    }
}
