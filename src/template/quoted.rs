//! Names from the user's files in messages.

use std::fmt::{self, Write};

/// The longest part of a name that is shown, in characters.
const SHOWN: usize = 64;

/// `name` between backticks, fit for one line of a log.
pub(super) fn quoted(name: &str) -> Quoted<'_> {
    Quoted(name)
}

/// A name that displays between backticks.
pub(super) struct Quoted<'n>(&'n str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('`')?;
        for character in self.0.chars().take(SHOWN) {
            f.write_char(if character.is_control() {
                '\u{fffd}'
            } else {
                character
            })?;
        }
        f.write_str(if self.0.chars().nth(SHOWN).is_some() {
            "…`"
        } else {
            "`"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_one_line_and_short() {
        assert_eq!(
            quoted("a\nb\u{1b}[0m").to_string(),
            "`a\u{fffd}b\u{fffd}[0m`"
        );
        assert_eq!(
            quoted(&"x".repeat(64)).to_string(),
            format!("`{}`", "x".repeat(64))
        );
        assert_eq!(
            quoted(&"x".repeat(65)).to_string(),
            format!("`{}…`", "x".repeat(64))
        );
    }
}
