//! Which characters a text has.

/// Whether `text` has ASCII letters, digits and `others` only, and at least one of them.
pub(super) fn is_made_of(text: &str, others: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}
