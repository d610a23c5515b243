//! Texts: how they are listed in an input, and how they are shown in a message.

/// Longest part of a value that a message shows, in characters.
const SHOWN: usize = 60;

/// The items of a list: one a line, or separated by commas.
pub(super) fn list(text: &str) -> Vec<String> {
    let items = text.split(['\n', ',']).map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `value` in quotes, short and harmless.
pub(super) fn quote(value: &str) -> String {
    let mut quoted = String::from('"');
    for (index, character) in value.chars().enumerate() {
        if index == SHOWN {
            quoted.push('…');
            break;
        }
        if is_invisible(character) || matches!(character, '"' | '\\') {
            quoted.extend(character.escape_default());
        } else {
            quoted.push(character);
        }
    }
    quoted.push('"');
    quoted
}

/// Whether `character` would change how the text around it looks: controls, and the marks that turn its direction.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
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

    #[test]
    fn quotes_are_short_and_harmless() {
        for (value, quoted) in [
            ("hub", r#""hub""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("a\r\n::error::b", r#""a\r\n::error::b""#),
            ("\u{1b}[31mrød", r#""\u{1b}[31mrød""#),
            ("\u{202e}drow", r#""\u{202e}drow""#),
        ] {
            assert_eq!(quote(value), quoted);
        }
        assert_eq!(quote(&"ø".repeat(60)), format!("\"{}\"", "ø".repeat(60)));
        assert_eq!(quote(&"ø".repeat(61)), format!("\"{}…\"", "ø".repeat(60)));
    }
}
