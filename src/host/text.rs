//! Sanitises untrusted text: for a log that a host parses, and for quoting in messages.
//!
//! GitHub's runner looks for its commands with comparisons that ignore invisible characters, so those are removed first,
//! and a command is broken with a visible space: a zero-width one would be ignored too.

/// Longest part of a text that is shown in quotes, in characters.
const LONGEST_QUOTE: usize = 64;

/// `text` as one line: line ends and tabs become spaces, control and invisible characters are removed.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\r' && characters.peek() == Some(&'\n') {
            continue;
        }
        if is_break(character) {
            line.push(' ');
        } else if !is_invisible(character) {
            line.push(character);
        }
    }
    line
}

/// The lines of `text`, each as [`one_line`] makes it.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split("\r\n")
        .flat_map(|part| part.split(['\r', '\n']))
        .map(one_line)
}

/// `line` without anything that a host would take for a command: `::` at its beginning, and `##[` or `##vso[` anywhere,
/// whatever letters are before the bracket.
///
/// The sections of GitLab need none of this: they have control characters, which [`one_line`] removes.
pub(crate) fn disarm(line: &str) -> String {
    let broken = break_marks(line);
    let rest = broken.trim_start();
    match rest.strip_prefix("::") {
        Some(tail) => format!("{}: :{tail}", &broken[..broken.len() - rest.len()]),
        None => broken,
    }
}

/// `line` with a space after each `##` that letters or none, and then a bracket follow.
fn break_marks(line: &str) -> String {
    let mut broken = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("##") {
        let (before, after) = rest.split_at(at + "##".len());
        let name = after.trim_start_matches(char::is_alphabetic);
        if name.starts_with('[') {
            broken.extend([before, " "]);
            rest = after;
        } else {
            // The second of the two may be the first of others.
            broken.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    broken + rest
}

/// The first `limit` characters of `text`, the last one an ellipsis if it was cut.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// `value` in double quotes, cut, with line ends and invisible characters escaped.
pub(crate) fn quote(value: &str) -> String {
    let quoted = escape(value, |character| matches!(character, '"' | '\\'));
    format!("\"{quoted}\"")
}

/// `name` in backticks, as messages show names, cut and escaped like [`quote`].
pub(crate) fn code(name: &str) -> String {
    format!("`{}`", escape(name, |_| false))
}

/// The beginning of `text` with everything escaped that cannot be seen, or that `is_special`.
fn escape(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == LONGEST_QUOTE {
            escaped.push('…');
            break;
        }
        if is_break(character) || is_invisible(character) || is_special(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn is_break(character: char) -> bool {
    matches!(character, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters, and those that Unicode lets programs ignore (`Default_Ignorable_Code_Point`), among them the
/// marks that reorder text.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invisible_characters_vanish_and_line_ends_become_spaces() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a\r\nb\nc\rd", "a b c d"),
            ("a\tb\u{b}c\u{2028}d", "a b c d"),
            ("\u{1b}[31mred", "[31mred"),
            ("\u{feff}:\u{200b}:", "::"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("Zürich 東京 🚀", "Zürich 東京 🚀"),
        ] {
            assert_eq!(one_line(text), expected);
        }
    }

    #[test]
    fn commands_are_broken() {
        for (line, expected) in [
            ("::error::x", ": :error::x"),
            (" \u{a0}::error::x", " \u{a0}: :error::x"),
            ("a ::error::x", "a ::error::x"),
            ("a ##[error]x", "a ## [error]x"),
            ("###[a]", "### [a]"),
            ("##[##[", "## [## ["),
            ("a ##vso[task.complete]", "a ## vso[task.complete]"),
            ("###VsO[x]##vso [y]", "### VsO[x]##vso [y]"),
            ("##v\u{17f}o[x]", "## v\u{17f}o[x]"),
            ("## C# [1]", "## C# [1]"),
            ("##", "##"),
        ] {
            assert_eq!(disarm(line), expected);
        }
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }

    #[test]
    fn quotes_are_short_and_harmless() {
        for (value, quoted) in [
            ("hub", r#""hub""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("a\r\n::error::b", r#""a\r\n::error::b""#),
            ("\u{1b}[31mrød", r#""\u{1b}[31mrød""#),
            (
                "\u{202e}drow\u{2028}\u{ad}",
                r#""\u{202e}drow\u{2028}\u{ad}""#,
            ),
        ] {
            assert_eq!(quote(value), quoted);
        }
        let longest = "ø".repeat(LONGEST_QUOTE);
        assert_eq!(quote(&longest), format!("\"{longest}\""));
        assert_eq!(quote(&format!("{longest}ø")), format!("\"{longest}…\""));
    }

    #[test]
    fn names_keep_their_quotes_and_slashes() {
        assert_eq!(code(r#"a\b "c""#), r#"`a\b "c"`"#);
        assert_eq!(code("a\nb\u{1b}[0m"), r"`a\nb\u{1b}[0m`");
        let longest = "x".repeat(LONGEST_QUOTE);
        assert_eq!(code(&longest), format!("`{longest}`"));
        assert_eq!(code(&format!("{longest}x")), format!("`{longest}…`"));
    }

    proptest! {
        #[test]
        fn no_line_of_any_text_is_a_command(text in r"([ \t\r\n:#\[\]a\u{200b}\u{feff}\u{1b}]|##vso|\x1b\[0Ksection_start:1:a\r\x1b\[0K){0,40}") {
            for line in lines(&text) {
                let line = disarm(&line);
                prop_assert!(!line.trim_start().starts_with("::"), "{line:?}");
                prop_assert!(!line.contains("##["), "{line:?}");
                prop_assert!(!line.contains("##vso["), "{line:?}");
                prop_assert!(!line.contains("\u{1b}[0K"), "GitLab would take it for a section: {line:?}");
                prop_assert!(!line.chars().any(|c| is_break(c) || is_invisible(c)), "{line:?}");
            }
        }
    }
}
