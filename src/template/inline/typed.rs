//! The text of a pair as a value of the type that the template declares.

use std::{borrow::Cow, path::Path};

use serde_json::Value;

use super::super::{
    declaration::{Declaration, Declarations, Kind},
    file::{self, FileError},
    findings::Findings,
    fit::integer,
    json::{self, Document, JsonError},
    pairs::Pair,
    workspace,
};
use crate::host::text::code;

/// What the values of the input may depend on.
#[derive(Clone, Copy)]
pub(in crate::template) struct Context<'c> {
    /// The parameters of the template, as far as they are known.
    pub(in crate::template) declarations: &'c Declarations<'c>,
    /// Whether they are.
    pub(in crate::template) types: Types,
    /// The workspace, to which paths of files are relative.
    pub(in crate::template) folder: &'c Path,
}

/// Who knows the types of the template's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Types {
    /// The template was read.
    Declared,
    /// Azure fetches the template.
    Azures,
    /// Nobody, as the template cannot be read, which is told elsewhere.
    Missing,
}

/// Why a pair has no value.
#[derive(Debug)]
pub(super) enum Untyped {
    /// What is wrong, to follow the name of the parameter.
    Fault(String),
    /// It looks like no text, and its type is not known.
    Unknown,
}

impl<S: Into<String>> From<S> for Untyped {
    fn from(fault: S) -> Self {
        Self::Fault(fault.into())
    }
}

/// The value of the pair: of its text, or of the file that the text names after `@`.
pub(super) fn value(
    pair: &Pair,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Result<Value, Untyped> {
    let file = pair.text.strip_prefix('@').filter(|path| !path.is_empty());
    let text = match file {
        Some(path) => content(path, context)?.into(),
        None => Cow::Borrowed(pair.text.as_str()),
    };
    let declaration = context.declarations.get(&pair.name);
    let Some(kind) = declaration.and_then(Declaration::kind) else {
        let is_certain = declaration.is_none() && context.types != Types::Azures;
        return if is_certain || is_text(&text) {
            Ok(text.into_owned().into())
        } else {
            Err(Untyped::Unknown)
        };
    };
    if kind.is_string() {
        return Ok(text.into_owned().into());
    }
    let is_null = matches!(text.trim(), "null" | "None");
    if is_null && declaration.is_some_and(Declaration::is_nullable) {
        return Ok(Value::Null);
    }
    let document = typed(text.trim(), kind)?;
    if let Some(path) = file {
        for remark in document.remarks {
            findings.warn("parameters", format!("{} {remark}", code(path)));
        }
    }
    Ok(document.value)
}

/// The text of a file of the workspace, as `az` reads it: line ends are `\n`, and those at the end are left out.
fn content(path: &str, context: &Context<'_>) -> Result<String, String> {
    let read = workspace::locate(context.folder, path).and_then(|found| file::text(&found));
    let text = read.map_err(|error| match error {
        // The text may be a password.
        FileError::Missing | FileError::Outside => {
            "begins with @, but what follows is not the path of a file in the workspace: check it, or give text that \
             begins with @ as JSON or YAML"
                .to_owned()
        }
        error => format!("is to be read from {}, which {error}", code(path)),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.replace("\r\n", "\n").trim_end_matches('\n').to_owned())
}

/// The value of a type that is not a string.
fn typed(text: &str, kind: Kind) -> Result<Document, String> {
    let value = match kind {
        Kind::Int => {
            let number = text.parse().ok().and_then(|number| integer(&number));
            number.map(Value::Number).ok_or("must be a whole number")
        }
        Kind::Bool => {
            let boolean = text.to_ascii_lowercase().parse();
            boolean
                .map(Value::Bool)
                .map_err(|_| "must be true or false")
        }
        _ => {
            let document = json_or_python(text);
            return document.map_err(|error| format!("must be a JSON {kind}: in it, {error}"));
        }
    };
    let remarks = Vec::new();
    Ok(Document {
        value: value?,
        remarks,
    })
}

/// JSON, or lists and dictionaries as Python writes them; our JSON takes their quotes already.
fn json_or_python(text: &str) -> Result<Document, JsonError> {
    json::parse(text).or_else(|error| json::parse(&without_python_words(text)).map_err(|_| error))
}

/// The text with `true`, `false` and `null` in place of `True`, `False` and `None`, outside of quotes.
fn without_python_words(text: &str) -> String {
    let (mut json, mut quote, mut rest) = (String::new(), None, text);
    while let Some(next) = rest.chars().next() {
        let is_letter = |character: char| character.is_alphanumeric() || character == '_';
        let length = match (quote, next) {
            (Some(_), '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (None, _) if is_letter(next) => rest.find(|c| !is_letter(c)).unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        json.push_str(match (quote, word) {
            (None, "True") => "true",
            (None, "False") => "false",
            (None, "None") => "null",
            _ => word,
        });
        quote = match (quote, next) {
            (None, '"' | '\'') => Some(next),
            (Some(open), _) if open == next => None,
            _ => quote,
        };
        rest = after;
    }
    json
}

/// Whether a text without a type can only be meant as a text.
fn is_text(text: &str) -> bool {
    let text = text.trim();
    let is_word = ["true", "false", "null", "none"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    let digits = text.replace(['_', ','], "");
    let is_number = text.contains(|character: char| character.is_ascii_digit())
        && (digits.parse::<f64>().is_ok() || digits.to_ascii_lowercase().starts_with("0x"));
    !is_word && !is_number && !text.starts_with(['{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_python_outside_of_quotes() {
        for (text, expected) in [
            (
                r#"{'a': True, "b": [None, False]}"#,
                r#"{'a': true, "b": [null, false]}"#,
            ),
            (r"['True', 'it\'s None']", r"['True', 'it\'s None']"),
            ("[Truely, _None]", "[Truely, _None]"),
            ("['\\", "['\\"),
        ] {
            assert_eq!(without_python_words(text), expected);
        }
    }

    #[test]
    fn only_what_can_be_nothing_else_is_text() {
        for text in [
            "westeurope",
            "",
            "10.0.0.0/24",
            "1.2.3",
            "a1",
            "-",
            "inf",
            "2024-01-01",
        ] {
            assert!(is_text(text), "{text}");
        }
        for text in [
            "3", "007", "-3.5", "1e3", "+1", ".5", "0x1F", "1_000", " true", "False", "null",
            "None", "[1]", "{}", "{x",
        ] {
            assert!(!is_text(text), "{text}");
        }
    }
}
