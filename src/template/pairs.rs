//! Parameters as words, several on a line or one a line, as `az` and `azure/arm-deploy` take them: `name=value`, or the
//! name of a parameters file.
//!
//! A word ends at white space, unless that is in double quotes, which are taken off wherever they stand (in them `\"` and
//! `\\` stand for themselves), or in single quotes around the whole word, the name or the value. A value that is a JSON
//! object or array, or one as Python writes it, is taken whole. A word that begins with `#` begins a comment.

#[cfg(test)]
mod tests;

/// One word.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `name=value`.
    Pair(Pair),
    /// A parameters file, by its path: a word that begins with `@`, or ends in `.json` or the like.
    File {
        /// The path, without `@`.
        path: String,
        /// The line of the word, from 1.
        line: usize,
    },
}

/// One `name=value`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The part before `=`.
    pub(super) name: String,
    /// The part after it, without quotes.
    pub(super) text: String,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
}

/// Why a word is neither. Never quotes the word, which may be part of a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub(super) struct PairError {
    line: usize,
    fault: &'static str,
}

const NO_PAIR: &str = "a word without `=`: put a value that holds spaces in quotes";
const NO_NAME: &str = "what stands before `=` is not the name of a parameter: put a value that holds spaces in quotes, or \
    give JSON or YAML";
const NO_END: &str = "a quote without its end: put the whole value in quotes, and write a double quote in it as \\\"";
const NO_SPACE: &str = "text right after the closing quote: put the whole value in quotes";

/// Endings of files that may stand among pairs.
const FILES: [&str; 3] = [".json", ".jsonc", ".bicepparam"];

/// The words in `text`, in order. After an error, parsing continues with the next line.
pub(super) fn split(text: &str) -> Vec<Result<Word, PairError>> {
    let mut words = Vec::new();
    let mut rest = skip_comments(text);
    while !rest.is_empty() {
        let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let (word, after) = match word(rest, line) {
            Ok((word, after)) => (Ok(word), after),
            Err(fault) => (Err(PairError { line, fault }), after_line(rest)),
        };
        words.push(word);
        rest = skip_comments(after);
    }
    words
}

/// Whether `line` begins with a word of these, where it is neither `name: value` nor JSON. Its first word may be quoted.
pub(super) fn begins(line: &str) -> bool {
    matches!(word(line, 1), Ok((_, after)) if !after.trim_start().starts_with(':'))
}

/// `text` without leading white space and comments.
pub(super) fn skip_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = after_line(rest).trim_start();
    }
    rest
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, after)| after)
}

/// The word at the beginning of `text`, and what follows it.
fn word(text: &str, line: usize) -> Result<(Word, &str), &'static str> {
    let mut reader = Reader::new(text);
    let name = reader.part(true)?;
    if reader.take('=') {
        return reader.pair(name, line);
    }
    // A quoted word may hold its `=` itself.
    let (name, value) = match name.text.split_once('=').filter(|_| name.is_quoted) {
        Some((name, value)) => (name, value),
        None => return Ok((file(name, line)?, reader.rest)),
    };
    let pair = Pair {
        name: checked(name, true)?,
        text: value.to_owned(),
        line,
    };
    Ok((Word::Pair(pair), reader.rest))
}

fn file(part: Part, line: usize) -> Result<Word, &'static str> {
    let lower = part.text.to_ascii_lowercase();
    let path = match part.text.strip_prefix('@') {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ if FILES.iter().any(|ending| lower.ends_with(ending)) => part.text,
        _ => return Err(NO_PAIR),
    };
    Ok(Word::File { path, line })
}

/// The name, if a parameter can have it. Only names in quotes may hold spaces.
fn checked(name: &str, is_quoted: bool) -> Result<String, &'static str> {
    let is_part = |character: char| {
        character.is_alphanumeric() || "_-.$".contains(character) || is_quoted && character == ' '
    };
    let is_name = !name.trim().is_empty() && name.chars().all(is_part);
    is_name.then(|| name.to_owned()).ok_or(NO_NAME)
}

/// A name or a value.
struct Part {
    text: String,
    is_quoted: bool,
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    fn take(&mut self, character: char) -> bool {
        let after = self.rest.strip_prefix(character);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn pair(mut self, name: Part, line: usize) -> Result<(Word, &'t str), &'static str> {
        let name = checked(&name.text, name.is_quoted)?;
        let text = match bracketed(self.rest) {
            Some(length) => {
                let (text, rest) = self.rest.split_at(length);
                self.rest = rest;
                text.to_owned()
            }
            None => self.part(false)?.text,
        };
        Ok((Word::Pair(Pair { name, text, line }), self.rest))
    }

    /// Text to the next white space outside of quotes, or to `=` if it is a name, without its quotes.
    fn part(&mut self, is_name: bool) -> Result<Part, &'static str> {
        let mut text = String::new();
        let mut is_quoted = false;
        if self.take('\'') {
            let (inside, after) = self.rest.split_once('\'').ok_or(NO_END)?;
            self.rest = after;
            let ends = |character: char| {
                character.is_whitespace() || is_name && matches!(character, '=' | ':')
            };
            return match after.chars().next() {
                Some(next) if !ends(next) => Err(NO_SPACE),
                _ => Ok(Part {
                    text: inside.to_owned(),
                    is_quoted: true,
                }),
            };
        }
        while let Some(next) = self.rest.chars().next() {
            if next.is_whitespace() || is_name && next == '=' || is_quoted && is_name && next == ':'
            {
                break;
            }
            self.rest = &self.rest[next.len_utf8()..];
            if next == '"' {
                is_quoted = true;
                self.quoted(&mut text)?;
            } else {
                text.push(next);
            }
        }
        Ok(Part { text, is_quoted })
    }

    /// Adds the text up to the closing double quote.
    fn quoted(&mut self, text: &mut String) -> Result<(), &'static str> {
        let mut characters = self.rest.char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            if character == '"' {
                self.rest = &self.rest[index + 1..];
                return Ok(());
            }
            let escaped =
                characters.next_if(|(_, next)| character == '\\' && matches!(next, '"' | '\\'));
            text.push(escaped.map_or(character, |(_, next)| next));
        }
        Err(NO_END)
    }
}

/// The length of the object or array at the beginning of `text`, in the brackets of JSON or Python, if it is there with
/// all its brackets and a word ends behind it.
fn bracketed(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if quote.is_some() => is_escaped = true,
            b'"' | b'\'' if quote.is_none() => quote = Some(byte),
            _ if quote == Some(byte) => quote = None,
            b'{' | b'[' if quote.is_none() => depth += 1,
            b'}' | b']' if quote.is_none() => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let after = text.get(index + 1..)?.chars().next();
            let ends = after.is_none_or(char::is_whitespace);
            return (index > 0 && ends).then_some(index + 1);
        }
    }
    None
}
