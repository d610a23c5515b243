//! Helpers for texts: optional values, lists, names.

/// `text` unless it is empty.
pub(super) fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The items of a list: one a line, or separated by commas.
pub(in crate::inputs) fn list(text: &str) -> Vec<String> {
    let items = text.split(['\n', ',']).map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Checks a name by the rules that are common to deployments and resource groups.
///
/// # Errors
/// What is wrong with it and what to give instead.
pub(super) fn check_name(name: &str, longest: usize) -> Result<(), String> {
    let is_allowed = |character: char| {
        character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '(' | ')')
    };
    if !name.chars().all(is_allowed) {
        return Err(
            "has a character that Azure does not allow: use letters, digits and - _ . ( )"
                .to_owned(),
        );
    }
    if name.chars().count() > longest {
        return Err(format!("is too long: use at most {longest} characters"));
    }
    if name.ends_with('.') {
        return Err("ends with a period: remove it".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_by_lines_and_commas() {
        for (text, items) in [
            ("", &[][..]),
            ("one", &["one"]),
            ("one, two,three", &["one", "two", "three"]),
            ("one\r\n two\n\nthree,", &["one", "two", "three"]),
            (" , \n", &[]),
        ] {
            assert_eq!(list(text), items, "{text:?}");
        }
    }
}
