//! GitHub Markdown from untrusted text.
//!
//! Markup characters become character references, which Markdown never interprets. GitHub detects mentions and bare
//! links after it has resolved those, so a zero-width space breaks them.
//!
//! Nothing more is escaped than must be: the runner masks the summary before GitHub draws it, and finds a secret only
//! as it is. Within words the characters of passwords, tokens and signatures therefore stay.

use crate::host::text;

const BREAK: &str = "&#8203;";
/// Maximum length of the name of a character reference, in characters.
const LONGEST_REFERENCE: usize = 40;

/// `raw` as plain text on one line, safe in any context.
pub(crate) fn escape(raw: &str) -> String {
    let raw: Vec<char> = text::one_line(raw).chars().collect();
    let mut escaped = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(character) = raw.get(at) {
        let run = raw[at..].iter().take_while(|next| *next == character);
        let around = Around {
            before: &raw[..at],
            length: run.count(),
            after: &raw[at..],
        };
        at += push(&mut escaped, *character, &around);
    }
    escaped
}

/// A run of one character in a line.
struct Around<'r> {
    before: &'r [char],
    length: usize,
    /// The run and what follows it.
    after: &'r [char],
}

impl Around<'_> {
    fn rest(&self) -> &[char] {
        &self.after[self.length..]
    }

    fn is_first(&self) -> bool {
        self.before
            .iter()
            .all(|character| character.is_whitespace())
    }

    fn begins_word(&self) -> bool {
        self.before
            .last()
            .is_none_or(|before| before.is_whitespace())
    }

    fn ends_word(&self) -> bool {
        self.rest()
            .first()
            .is_none_or(|after| after.is_whitespace())
    }

    /// Whether a run of `_` or `~` at the edge of a word could mark the word. Within words such a run stays, as at the
    /// end of a word that does not begin with one.
    fn could_mark(&self) -> bool {
        let mut word = self.before.iter().rev();
        let mut word = word.by_ref().take_while(|before| !before.is_whitespace());
        self.begins_word() || self.ends_word() && matches!(word.by_ref().last(), Some('_' | '~'))
    }

    /// Whether the last `&` of a row could begin a character reference.
    fn is_reference(&self) -> bool {
        let mut name = self.rest().iter().take(LONGEST_REFERENCE);
        let end = name.find(|next| **next != '#' && !next.is_ascii_alphanumeric());
        end.is_none_or(|end| *end == ';')
    }

    /// Whether a colon could begin the name of an emoji.
    fn is_emoji(&self) -> bool {
        let mut name = self.rest().iter();
        let end =
            name.find(|next| !next.is_ascii_alphanumeric() && !matches!(next, '_' | '+' | '-'));
        end == Some(&':')
    }

    fn starts_with(&self, text: &str) -> bool {
        let after = self.after.iter().map(char::to_ascii_lowercase);
        after.take(text.len()).eq(text.chars())
    }
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

/// Appends `character`, or the run of it; returns how many characters that were.
fn push(escaped: &mut String, character: char, around: &Around<'_>) -> usize {
    // An address, whatever is before its colon: GitHub makes it a link.
    if character == ':' && around.rest().starts_with(&['/', '/']) {
        escaped.push_str(&"&#58;".repeat(around.length));
        escaped.push_str(BREAK);
        return around.length;
    }
    if around.starts_with("www.") {
        escaped.extend(&around.after[.."www".len()]);
        escaped.extend([BREAK, "."]);
        return "www.".len();
    }
    let is_digit = |next: &char| next.is_ascii_digit();
    let is_plain = match character {
        ' ' | '-' | '.' | ',' | '/' | '(' | ')' | ';' | '%' | '?' | '\'' | '"' | '{' | '}' => true,
        // A list, or an underline.
        '+' | '=' => !around.is_first(),
        '_' | '~' => !around.could_mark(),
        // A heading, or an issue.
        '#' => !around.begins_word() && !around.rest().first().is_some_and(is_digit),
        ':' => !around.is_emoji(),
        '&' => !around.is_reference(),
        _ => !character.is_ascii_punctuation(),
    };
    for _ in 0..around.length {
        match character {
            _ if is_plain => escaped.push(character),
            '@' => escaped.extend(["&#64;", BREAK]),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            _ => escaped.push_str(&format!("&#{};", u32::from(character))),
        }
    }
    around.length
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
            ("a && b&&amp;", "a && b&amp;&amp;amp;"),
            ("*a* _b_ `c`", "&#42;a&#42; &#95;b&#95; &#96;c&#96;"),
            ("[x](y) ![z](y)", "&#91;x&#93;(y) &#33;&#91;z&#93;(y)"),
            (
                "ask @octocat about #7",
                "ask &#64;&#8203;octocat about &#35;7",
            ),
            ("see https://aka.ms/x", "see https&#58;&#8203;//aka.ms/x"),
            ("https:://aka.ms/x", "https&#58;&#58;&#8203;//aka.ms/x"),
            ("WWW.x.com", "WWW&#8203;.x.com"),
            ("one\r\n## two", "one &#35;&#35; two"),
            ("Zürich 東京", "Zürich 東京"),
        ] {
            assert_eq!(escape(raw), escaped);
        }
    }

    #[test]
    fn within_words_little_is_escaped() {
        for (raw, escaped) in [
            ("abc8Q~d_e-f.g~", "abc8Q~d_e-f.g~"),
            ("key a+b/c==", "key a+b/c=="),
            ("sv=1&se=2&sig=a%2B", "sv=1&se=2&sig=a%2B"),
            ("~a~ __b__, x_", "&#126;a&#126; &#95;&#95;b__, x_"),
            ("===", "&#61;&#61;&#61;"),
            ("+ a + b", "&#43; a + b"),
            ("a #b#c d#7 ##", "a &#35;b#c d&#35;7 &#35;&#35;"),
            (":smile: 1:2 a&b; c&d e", "&#58;smile: 1:2 a&amp;b; c&d e"),
            ("&copy", "&amp;copy"),
            ("{\"a\": \"b\"}", "{\"a\": \"b\"}"),
        ] {
            assert_eq!(escape(raw), escaped, "{raw}");
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

    /// What the runner may have to mask: Entra ID's client secrets, tokens, keys, signed queries and passwords.
    fn secret() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-Za-z0-9]{3}8Q~[A-Za-z0-9._~-]{31}",
            "eyJ[A-Za-z0-9_-]{9,40}\\.[A-Za-z0-9_-]{9,40}\\.[A-Za-z0-9_-]{20,60}",
            "[A-Za-z0-9+/]{20,86}={0,2}",
            "sv=2[0-9-]{8}&se=2026-01-05T02%3A00%3A00Z&sr=b&sp=r&sig=[A-Za-z0-9%]{40,50}%3D",
            "[A-Za-z0-9][A-Za-z0-9_~+=%?/.,;{}\"'()-]{6,40}",
            "[A-Za-z0-9][A-Za-z_#=]{6,40}",
        ]
    }

    proptest! {
        #[test]
        fn nothing_that_could_be_markup_remains(raw in any::<String>()) {
            let escaped = escape(&raw);
            prop_assert!(!escaped.contains(['<', '>', '|', '`', '*', '[', ']', '\\', '@', '\n', '\r', '!', '$']));
            prop_assert!(!escaped.contains("://"));
        }

        #[test]
        fn no_word_is_marked(raw in "[_~ab.,#+=: ]{0,40}") {
            let escaped = escape(&raw);
            for word in escaped.split_whitespace() {
                prop_assert!(!word.starts_with(['_', '~', '#']), "{word:?} in {escaped:?}");
            }
            prop_assert!(!escaped.trim_start().starts_with(['+', '=']), "{escaped:?}");
        }

        #[test]
        fn a_secret_stays_as_it_is(
            secret in secret(),
            before in prop::sample::select(vec!["is ", "'", "\"", "(", "key=", "&", "a: "]),
            after in prop::sample::select(vec!["", " ", "'", "\"", ")", ".", "&a=b", "…"]),
        ) {
            prop_assume!(!secret.to_ascii_lowercase().contains("www."));
            let escaped = escape(&format!("{before}{secret}{after}"));
            prop_assert!(escaped.contains(&secret), "{secret} in {escaped}");
            let escaped = code(&format!("{before}{secret}{after}"));
            prop_assert!(escaped.contains(&secret), "{secret} in {escaped}");
        }
    }
}
