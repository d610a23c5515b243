//! A source file as words and marks, without comments, the content of literals, and tests.

/// A word, `::` or a single mark, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token<'a> {
    pub text: &'a str,
    /// From 1.
    pub line: usize,
}

impl Token<'_> {
    pub fn is_word(&self) -> bool {
        self.text.starts_with(is_word_part)
    }
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `text` without comments; of literals only quotes are left, as many as they have characters.
pub fn blank(text: &str) -> String {
    let mut rest = text;
    let mut blanked = String::with_capacity(text.len());
    while let Some(first) = rest.chars().next() {
        let after_word = blanked.ends_with(is_word_part);
        let (length, filler) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), ' ')
        } else if rest.starts_with("/*") {
            (comment(rest), ' ')
        } else if let Some(length) = literal(rest, after_word) {
            (length, '"')
        } else {
            blanked.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        let (cut, left) = rest.split_at(length);
        blanked.extend(cut.chars().map(|c| if c == '\n' { c } else { filler }));
        rest = left;
    }
    blanked
}

/// The length of the block comment, which may hold others, at the start of `text`.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the text or character literal at the start of `text`, if one is there.
fn literal(text: &str, after_word: bool) -> Option<usize> {
    if text.starts_with('"') {
        return Some(quoted(text, '"'));
    }
    if let Some(rest) = text.strip_prefix('\'') {
        let mut characters = rest.chars();
        let first = characters.next()?;
        // Otherwise a lifetime.
        return (first == '\\' || characters.next() == Some('\'')).then(|| quoted(text, '\''));
    }
    let raw = ["r", "br"]
        .iter()
        .find_map(|start| text.strip_prefix(start));
    let raw = raw.filter(|_| !after_word)?;
    let content = raw.trim_start_matches('#');
    let end = format!("\"{}", &raw[..raw.len() - content.len()]);
    let content = content.strip_prefix('"')?;
    let left = content.split_once(&end).map_or("", |(_, left)| left);
    Some(text.len() - left.len())
}

/// The length of the literal between two of `quote` at the start of `text`.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == '\\' {
            characters.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// The tokens of what [`blank`] left.
pub fn tokens(blanked: &str) -> Vec<Token<'_>> {
    let lines = blanked.lines().zip(1..);
    lines
        .flat_map(|(text, line)| tokens_of_line(text, line))
        .collect()
}

fn tokens_of_line(text: &str, line: usize) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if is_word_part(first) => rest.find(|c| !is_word_part(c)).unwrap_or(rest.len()),
            _ if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        let (text, left) = rest.split_at(length);
        tokens.push(Token { text, line });
        rest = left.trim_start();
    }
    tokens
}

/// Words that begin an item, whose commas do not end it.
const ITEMS: [&str; 11] = [
    "const", "enum", "fn", "impl", "let", "mod", "static", "struct", "trait", "type", "use",
];

/// A file without its tests.
#[derive(Debug, Default)]
pub struct Split<'a> {
    pub code: Vec<Token<'a>>,
    /// The modules that it declares for tests only.
    pub test_modules: Vec<&'a str>,
}

/// Leaves out what is built for tests only.
pub fn without_tests<'a>(tokens: &[Token<'a>]) -> Split<'a> {
    let mut split = Split::default();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        let Some(item) = after_prefix(rest, &["#", "[", "cfg", "(", "test", ")", "]"]) else {
            split.code.push(*first);
            rest = after;
            continue;
        };
        let (item, left) = item.split_at(item_length(item));
        let names = item
            .windows(3)
            .filter(|window| window[0].text == "mod" && window[2].text == ";");
        split
            .test_modules
            .extend(names.map(|window| window[1].text));
        rest = left;
    }
    split
}

fn after_prefix<'t, 'a>(tokens: &'t [Token<'a>], prefix: &[&str]) -> Option<&'t [Token<'a>]> {
    let (start, rest) = tokens.split_at_checked(prefix.len())?;
    let same = start
        .iter()
        .map(|token| token.text)
        .eq(prefix.iter().copied());
    same.then_some(rest)
}

/// How many tokens the item, field, variant or match arm at the start of `tokens` has.
fn item_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    let mut is_item = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return at,
            "}" if depth == 1 => return at + 1,
            ")" | "]" | "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            "," if depth == 0 && is_item != Some(true) => return at + 1,
            "pub" | "async" | "unsafe" => {}
            word if depth == 0 && token.is_word() && is_item.is_none() => {
                is_item = Some(ITEMS.contains(&word));
            }
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(text: &str) -> String {
        let blanked = blank(text);
        let split = without_tests(&tokens(&blanked));
        let texts: Vec<_> = split.code.iter().map(|token| token.text).collect();
        texts.join(" ")
    }

    #[test]
    fn comments_and_literals_are_blank() {
        let text = "a /* /* b */ \" */ 'c' '\\'' // d\ne::<'f> b\"\\\"g\nh\" r#\"i\"j\"# k";
        let blanked = blank(text);
        assert_eq!(blanked.lines().count(), text.lines().count());
        let words: Vec<_> = tokens(&blanked)
            .into_iter()
            .filter(Token::is_word)
            .map(|token| (token.text, token.line))
            .collect();
        assert_eq!(words, [("a", 1), ("e", 2), ("f", 2), ("b", 2), ("k", 3)]);
    }

    #[test]
    fn what_is_for_tests_is_left_out() {
        let test = "#[cfg(test)]";
        assert_eq!(
            code_of(&format!(
                "a; {test} mod tests {{ fn b() {{}} }} c; {test} use d::{{e, f}}; g;"
            )),
            "a ; c ; ; g ;"
        );
        assert_eq!(
            code_of(&format!(
                "{test} #[a(b, c)] pub(crate) fn d<E, F>(g: H) {{}} i"
            )),
            "i"
        );
        assert_eq!(
            code_of(&format!("enum A {{ {test} B(C, D), E }}")),
            "enum A { E }"
        );
        assert_eq!(
            code_of(&format!("match a {{ {test} B(c) => {{ d }} E => f }}")),
            "match a { E = > f }"
        );
        assert_eq!(
            code_of("#[cfg(unix)] fn a() {}"),
            "# [ cfg ( unix ) ] fn a ( ) { }"
        );
    }

    #[test]
    fn modules_for_tests_are_named() {
        let blanked = blank("mod a; #[cfg(test)] pub(crate) mod b; #[cfg(test)] mod c { }");
        assert_eq!(without_tests(&tokens(&blanked)).test_modules, ["b"]);
    }
}
