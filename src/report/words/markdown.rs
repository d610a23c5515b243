//! GitHub Markdown from untrusted text.
//!
//! Markup characters become character references, which Markdown never interprets. GitHub detects mentions and bare
//! links after it has resolved those, so a zero-width space breaks them.

use crate::host::text;

const BREAK: &str = "&#8203;";

/// `raw` as plain text on one line, safe in any context.
pub(crate) fn escape(raw: &str) -> String {
    let raw = text::one_line(raw);
    let mut escaped = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    while let Some(character) = rest.chars().next() {
        if let Some(tail) = rest.strip_prefix("://") {
            escaped.extend(["&#58;", BREAK, "//"]);
            rest = tail;
            continue;
        }
        if rest.len() >= 4 && rest.as_bytes()[..4].eq_ignore_ascii_case(b"www.") {
            escaped.extend([&rest[..3], BREAK, "."]);
            rest = &rest[4..];
            continue;
        }
        push(&mut escaped, character);
        rest = &rest[character.len_utf8()..];
    }
    escaped
}

/// `raw` as code on one line; empty if `raw` is blank.
pub(crate) fn code(raw: &str) -> String {
    if raw.trim().is_empty() {
        return String::new();
    }
    format!("<code>{}</code>", escape(raw))
}

/// `raw` as plain text with `<br>` for its line ends.
pub(crate) fn paragraph(raw: &str) -> String {
    let lines: Vec<String> = text::lines(raw.trim()).map(|line| escape(&line)).collect();
    lines.join("<br>")
}

/// A link named `label`; the label alone if `url` is not a web address.
pub(crate) fn link(label: &str, url: &str) -> String {
    let is_unsafe = |c: char| !c.is_ascii_graphic() || "()<>\"\\|`".contains(c);
    if !url.starts_with("https://") || url.contains(is_unsafe) {
        return code(label);
    }
    format!("[{}]({url})", code(label))
}

/// A table of cells that are Markdown already.
pub(crate) fn table<const N: usize>(cells: [&str; N], rows: &[[String; N]]) -> String {
    let rows = rows.iter().map(|cells| row(cells));
    head(cells) + &rows.collect::<String>()
}

/// The head of a table, which rows follow.
pub(crate) fn head<const N: usize>(cells: [&str; N]) -> String {
    row(&cells) + &row(&["---"; N])
}

/// A row of a table, of cells that are Markdown already.
pub(crate) fn row(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn push(escaped: &mut String, character: char) {
    match character {
        '@' => escaped.extend(["&#64;", BREAK]),
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        ' ' | '-' | '.' | ',' | '/' | '(' | ')' | ';' | '%' | '?' | '\'' => escaped.push(character),
        _ if character.is_ascii_punctuation() => {
            escaped.push_str(&format!("&#{};", u32::from(character)));
        }
        _ => escaped.push(character),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_mentions_and_links_are_plain_text() {
        for (raw, escaped) in [
            ("afw-hub (1.2)", "afw-hub (1.2)"),
            ("a|b", "a&#124;b"),
            ("<script>&amp;", "&lt;script&gt;&amp;amp;"),
            ("*a* _b_ `c`", "&#42;a&#42; &#95;b&#95; &#96;c&#96;"),
            ("[x](y) ![z](y)", "&#91;x&#93;(y) &#33;&#91;z&#93;(y)"),
            (
                "ask @octocat about #7",
                "ask &#64;&#8203;octocat about &#35;7",
            ),
            ("see https://aka.ms/x", "see https&#58;&#8203;//aka.ms/x"),
            ("WWW.x.com", "WWW&#8203;.x.com"),
            ("one\r\n## two", "one &#35;&#35; two"),
            ("Zürich 東京", "Zürich 東京"),
        ] {
            assert_eq!(escape(raw), escaped);
        }
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(
            link("hub", "https://portal.azure.com/#x"),
            "[<code>hub</code>](https://portal.azure.com/#x)"
        );
        for url in [
            "javascript:alert(1)",
            "https://x/) [y](z",
            "https://x/ y",
            "",
        ] {
            assert_eq!(link("hub", url), "<code>hub</code>");
        }
    }

    #[test]
    fn a_table_has_a_row_each() {
        let rows = [["1".to_owned(), code("x|y")], ["2".to_owned(), code("")]];
        assert_eq!(
            table(["a", "b"], &rows),
            "| a | b |\n| --- | --- |\n| 1 | <code>x&#124;y</code> |\n| 2 |  |\n"
        );
    }

    proptest! {
        #[test]
        fn nothing_that_could_be_markup_remains(raw in any::<String>()) {
            let escaped = escape(&raw);
            prop_assert!(!escaped.contains(['<', '>', '|', '`', '*', '_', '[', ']', '\\', '@', '\n', '\r', '~', '!']));
            prop_assert!(!escaped.contains("://"));
        }
    }
}
