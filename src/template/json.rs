//! JSON as Microsoft's readers take it: with comments, multi-line strings, trailing commas, single quotes and keys that
//! are given twice.
//!
//! Azure itself, Bicep and `azure/bicep-deploy` read templates so, and what is deployed today must go on to be.

mod explain;
mod surrogates;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{Object, Value as Node},
    errors::ParseError,
    parse_to_ast,
};
use serde_json::{Map, Value};

use self::explain::explain;
use super::exact;
use crate::host::text::code;

/// What Microsoft's readers do not take either stays an error.
const TOLERANT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: true,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: true,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

const HALF: &str =
    "half of a character (\\uD800 to \\uDFFF), which is read as \\uFFFD: write the whole character";

/// The most remarks on one text.
const MOST_REMARKS: usize = 10;

/// A JSON text that was read.
#[derive(Debug, PartialEq)]
pub(super) struct Document {
    pub(super) value: Value,
    /// What was read in a way that its author may not have meant, with its place. Never holds a value.
    pub(super) remarks: Vec<String>,
}

/// What is wrong in a JSON text, and where. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub(super) struct JsonError {
    place: Place,
    message: String,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
}

impl Place {
    fn new(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl JsonError {
    fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self {
            place: Place::new(text, offset),
            message: message.into(),
        }
    }

    fn from_parser(text: &str, error: &ParseError) -> Self {
        Self::at(text, error.range().start, explain(error.kind()))
    }
}

/// Reads `text`, which may begin with a byte order mark. Of a key that is given twice the last value counts, as for
/// Microsoft's readers.
///
/// # Errors
/// The first syntax error.
pub(super) fn parse(text: &str) -> Result<Document, JsonError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(value) = exact::parse(text) {
        let remarks = Vec::new();
        return Ok(Document { value, remarks });
    }
    let whole = surrogates::replace(text);
    let mut reader = Reader {
        text: &whole.text,
        remarks: Vec::new(),
        more: 0,
    };
    for offset in whole.replaced {
        reader.remark(offset, || HALF.to_owned());
    }
    let value = reader.read()?;
    let remarks = reader.remarks();
    Ok(Document { value, remarks })
}

/// The member `name` of `object`, case-insensitively unless there is an exact match, as in Azure.
pub(super) fn member<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o Value> {
    object.get(name).or_else(|| {
        let mut others = object.iter();
        others
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// From the parser's syntax tree to values.
struct Reader<'t> {
    text: &'t str,
    remarks: Vec<String>,
    /// Remarks beyond the most.
    more: usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<Value, JsonError> {
        let parsed = parse_to_ast(self.text, &CollectOptions::default(), &TOLERANT)
            .map_err(|error| JsonError::from_parser(self.text, &error))?;
        let nothing = "nothing but white space or comments";
        let node = parsed
            .value
            .ok_or_else(|| JsonError::at(self.text, 0, nothing))?;
        self.value(node)
    }

    fn value(&mut self, node: Node<'_>) -> Result<Value, JsonError> {
        Ok(match node {
            Node::NullKeyword(_) => Value::Null,
            Node::BooleanLit(literal) => Value::Bool(literal.value),
            Node::StringLit(literal) => Value::String(literal.value.into_owned()),
            Node::NumberLit(literal) => Value::Number(literal.value.parse().map_err(|_| {
                let message = "not a number as JSON writes it";
                JsonError::at(self.text, literal.range.start, message)
            })?),
            Node::Array(array) => {
                let elements = array.elements.into_iter();
                let elements = elements.map(|element| self.value(element));
                Value::Array(elements.collect::<Result<_, _>>()?)
            }
            Node::Object(node) => Value::Object(self.object(node)?),
        })
    }

    fn object(&mut self, node: Object<'_>) -> Result<Map<String, Value>, JsonError> {
        let mut map = Map::with_capacity(node.properties.len());
        let mut starts = HashMap::with_capacity(node.properties.len());
        for property in node.properties {
            let start = property.range.start;
            let value = self.value(property.value)?;
            let key = property.name.into_string();
            let earlier = starts.insert(key.clone(), start);
            if let (Some(earlier), Some(before)) = (earlier, map.get(&key))
                && *before != value
            {
                self.remark_twice(&key, earlier, start);
            }
            map.insert(key, value);
        }
        Ok(map)
    }

    /// Notes that a key has another value than before. (Published templates have keys twice with the same value.)
    fn remark_twice(&mut self, key: &str, earlier: usize, start: usize) {
        let text = self.text;
        self.remark(start, || {
            let (key, earlier) = (code(key), Place::new(text, earlier).line);
            format!(
                "the key {key} is given again, after line {earlier}: the last value counts, remove the other"
            )
        });
    }

    /// Adds a remark, unless there are enough: finding a place takes time in a large text.
    fn remark(&mut self, offset: usize, message: impl FnOnce() -> String) {
        if self.remarks.len() == MOST_REMARKS {
            self.more += 1;
            return;
        }
        let place = Place::new(self.text, offset);
        self.remarks.push(format!("{place}: {}", message()));
    }

    fn remarks(mut self) -> Vec<String> {
        if self.more > 0 {
            let more = self.more;
            self.remarks.push(format!("and {more} remarks more"));
        }
        self.remarks
    }
}
