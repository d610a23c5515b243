//! Text on a line: tags, links, references of characters, and what GitHub makes of plain text.

const TAGS: [&str; 7] = [
    "<code>",
    "</code>",
    "<br>",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
];
/// Where our links lead.
const LINKS: [&str; 2] = ["https://portal.azure.com/", "https://github.com/org/"];
/// Character references that we write, and what they stand for.
const NAMED: [(&str, char); 5] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("nbsp", '\u{a0}'),
];

/// How text is written where a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Markdown,
    /// In a block of HTML, where nothing is Markdown until the next blank line.
    Html,
}

/// Text on a line, as it is drawn.
#[derive(Debug, Default)]
struct Drawn {
    /// All of it but code spans: GitHub looks for addresses in it.
    text: String,
    /// What is not in `<code>`: GitHub looks for mentions in it.
    outside_code: String,
    /// Tags that are open.
    open: Vec<&'static str>,
}

impl Drawn {
    fn push(&mut self, character: char) {
        self.text.push(character);
        let shown = if self.open.contains(&"<code>") {
            ' '
        } else {
            character
        };
        self.outside_code.push(shown);
    }
}

/// Checks text on a line.
///
/// # Errors
/// What is not ours.
pub(super) fn inline(text: &str, mode: Mode) -> Result<(), String> {
    let mut drawn = Drawn::default();
    draw(text, mode, &mut drawn)?;
    if !drawn.open.is_empty() {
        return Err(format!("open tags: {:?}", drawn.open));
    }
    if is_mention(&drawn.outside_code) {
        return Err("a mention".to_owned());
    }
    if let Some(address) = address(&drawn.text) {
        return Err(format!("an address that GitHub links: {address}"));
    }
    Ok(())
}

fn draw(text: &str, mode: Mode, drawn: &mut Drawn) -> Result<(), String> {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '&' => reference(after, drawn)?,
            '<' => tag(rest, drawn)?,
            '\\' if mode == Mode::Markdown => escaped(after, drawn),
            '`' if mode == Mode::Markdown => code_span(rest, drawn),
            '!' if mode == Mode::Markdown && after.starts_with('[') => {
                return Err("an image".to_owned());
            }
            '[' if mode == Mode::Markdown => bracket(after, drawn)?,
            _ => {
                drawn.push(character);
                after
            }
        };
    }
    Ok(())
}

/// A character reference after its `&`; one that is not ours could be anything.
fn reference<'t>(after: &'t str, drawn: &mut Drawn) -> Result<&'t str, String> {
    let Some((name, rest)) = after.split_once(';') else {
        drawn.push('&');
        return Ok(after);
    };
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
    let code = match name.strip_prefix('#') {
        Some(hex) if hex.starts_with(['x', 'X']) => number(&hex[1..], 16),
        Some(digits) => number(digits, 10),
        None => {
            let named = NAMED.iter().find(|(known, _)| *known == name);
            named.map(|(_, character)| u32::from(*character))
        }
    };
    let could_be = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#') && !name.is_empty();
    match code.and_then(char::from_u32) {
        Some(character) => {
            drawn.push(character);
            Ok(rest)
        }
        None if could_be => Err(format!("the foreign reference &{name};")),
        None => {
            drawn.push('&');
            Ok(after)
        }
    }
}

fn tag<'t>(rest: &'t str, drawn: &mut Drawn) -> Result<&'t str, String> {
    let Some(tag) = TAGS.into_iter().find(|tag| rest.starts_with(tag)) else {
        let next = rest[1..].chars().next();
        return if next.is_some_and(|c| c.is_alphabetic() || "/!?".contains(c)) {
            Err("a foreign tag".to_owned())
        } else {
            drawn.push('<');
            Ok(&rest[1..])
        };
    };
    drawn.push(' ');
    if let Some(name) = tag.strip_prefix("</") {
        let open = drawn.open.pop();
        if open.is_none_or(|open| &open[1..] != name) {
            return Err(format!("{tag} ends nothing"));
        }
    } else if tag != "<br>" {
        drawn.open.push(tag);
    }
    Ok(&rest[tag.len()..])
}

fn escaped<'t>(after: &'t str, drawn: &mut Drawn) -> &'t str {
    match after.chars().next() {
        Some(character) if character.is_ascii_punctuation() => {
            drawn.push(character);
            &after[1..]
        }
        _ => {
            drawn.push('\\');
            after
        }
    }
}

/// Skips a code span; back-ticks that none follows are text.
fn code_span<'t>(rest: &'t str, drawn: &mut Drawn) -> &'t str {
    let length = rest.len() - rest.trim_start_matches('`').len();
    let inside = &rest[length..];
    let mut from = 0;
    while let Some(at) = inside[from..].find('`').map(|at| from + at) {
        let run = inside[at..].len() - inside[at..].trim_start_matches('`').len();
        if run == length {
            drawn.push(' ');
            return &inside[at + run..];
        }
        from = at + run;
    }
    drawn.push('`');
    inside
}

/// What follows a `[`: the label and the address of a link, or text.
fn bracket<'t>(after: &'t str, drawn: &mut Drawn) -> Result<&'t str, String> {
    let Some(end) = label_end(after) else {
        drawn.push('[');
        return Ok(after);
    };
    let (label, rest) = (&after[..end], &after[end + 1..]);
    if let Some(target) = rest.strip_prefix('(') {
        let (url, rest) = target.split_once(')').ok_or("a link without its end")?;
        let is_ours = LINKS.iter().any(|link| url.starts_with(link));
        if !is_ours || url.contains(|c: char| c.is_whitespace() || "<>\\`|\"".contains(c)) {
            return Err(format!("a foreign link to {url}"));
        }
        draw(label, Mode::Markdown, drawn)?;
        return Ok(rest);
    }
    drawn.push('[');
    Ok(after)
}

/// Where the `]` is that ends a label.
fn label_end(text: &str) -> Option<usize> {
    let (mut depth, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => {}
            '[' => depth += 1,
            ']' if depth == 0 => return Some(at),
            ']' => depth -= 1,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

fn is_mention(text: &str) -> bool {
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let begins = before.is_none_or(|c: char| !c.is_alphanumeric() && c != '_' && c != '`');
        let next = characters.peek();
        if character == '@' && begins && next.is_some_and(char::is_ascii_alphanumeric) {
            return true;
        }
        before = Some(character);
    }
    false
}

/// An address that GitHub makes a link without being asked to.
fn address(text: &str) -> Option<&str> {
    let after_letter = |before: &str| before.ends_with(|c: char| c.is_ascii_alphabetic());
    let within_text =
        |before: &str| !before.is_empty() && !before.ends_with([' ', '*', '_', '~', '(']);
    let schemes = ["http://", "https://", "ftp://"].map(|scheme| find(text, scheme, after_letter));
    let mail = text.match_indices('@').map(|(at, _)| at);
    let mail = mail
        .filter(|at| is_mail(&text[..*at], &text[at + 1..]))
        .min();
    let found = schemes
        .into_iter()
        .chain([find(text, "www.", within_text), mail]);
    found.flatten().min().map(|at| &text[at..])
}

/// Where `start` is, in any case, before a name and after what `prevents` no link.
fn find(text: &str, start: &str, prevents: impl Fn(&str) -> bool) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let mut places = lower.match_indices(start).map(|(at, _)| at);
    places.find(|at| {
        let rest = &text[at + start.len()..];
        rest.starts_with(char::is_alphanumeric) && !prevents(&text[..*at])
    })
}

/// Whether an `@` between these is that of a mail address.
fn is_mail(before: &str, after: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let domain = after.split(|c: char| !is_part(c) && c != '.').next();
    let labels = domain
        .unwrap_or_default()
        .split('.')
        .filter(|label| !label.is_empty());
    before.ends_with(|c| is_part(c) || "+.".contains(c)) && labels.count() > 1
}
