//! Values of properties as lines.

use serde_json::Value;

use super::{diff::DiffLine, symbol::Mark};
use crate::host::text::cut;

/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// Adds `value`, a property to a line: `sku.name: "Standard"`. Arrays open and close around their items.
pub(super) fn spread(
    mark: Mark,
    depth: usize,
    path: &str,
    value: &Value,
    lines: &mut Vec<DiffLine>,
) {
    let mut line = |mark, text: String| lines.push(DiffLine::new(mark, depth, text));
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                let path = join(path, name);
                spread(mark, depth, &path, field, lines);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            line(mark, label(path, "["));
            for (index, item) in items.iter().enumerate() {
                spread(mark, depth + 1, &index.to_string(), item, lines);
            }
            lines.push(DiffLine::new(mark, depth, "]".to_owned()));
        }
        _ => line(mark, label(path, &plain(value))),
    }
}

/// A value that fits on a line, as JSON, cut if it is long.
pub(super) fn plain(value: &Value) -> String {
    cut(&value.to_string(), SHOWN)
}

/// Whether a value has parts with lines of their own.
pub(super) fn has_parts(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// `value` as that of the property `path`; alone if it has no name of its own.
fn label(path: &str, value: &str) -> String {
    if path.is_empty() {
        value.to_owned()
    } else {
        format!("{path}: {value}")
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
