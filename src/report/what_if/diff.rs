//! A change as lines of a diff, for log and summary.

use serde_json::Value;

use super::symbol::Mark;
use crate::{
    arm::{Change, ChangeType, PropertyChange, PropertyChangeType},
    host::text::cut,
};

/// Maximum length of a value, in characters.
pub(super) const SHOWN: usize = 300;

/// A line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DiffLine {
    pub(super) mark: Mark,
    /// How deep it is nested in arrays and other properties.
    pub(super) depth: usize,
    pub(super) text: String,
    /// The value before and after, if `text` names a property that has both.
    pub(super) values: Option<(String, String)>,
}

impl DiffLine {
    pub(super) fn new(mark: Mark, depth: usize, text: String) -> Self {
        Self {
            mark,
            depth,
            text,
            values: None,
        }
    }
}

/// The diff of a resource: all properties if it is created or deleted, else those that change.
pub(super) fn body(change: &Change) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    if let Some(reason) = &change.unsupported_reason {
        lines.push(DiffLine::new(Mark::Void, 0, format!("because: {reason}")));
    }
    match change.kind {
        ChangeType::Create => whole(Mark::Create, &change.after, &mut lines),
        ChangeType::Delete => whole(Mark::Delete, &change.before, &mut lines),
        _ => {}
    }
    for property in &change.delta {
        add(property, 0, &mut lines);
    }
    lines
}

/// The diff of one property.
pub(super) fn of_property(property: &PropertyChange) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    add(property, 0, &mut lines);
    lines
}

fn whole(mark: Mark, resource: &Value, lines: &mut Vec<DiffLine>) {
    if has_parts(resource) {
        push_value(mark, 0, "", resource, lines);
    }
}

fn add(property: &PropertyChange, depth: usize, lines: &mut Vec<DiffLine>) {
    let PropertyChange {
        path,
        kind,
        before,
        after,
        children,
    } = property;
    let mark = Mark::from(kind);
    if !children.is_empty() {
        return add_children(property, mark, depth, lines);
    }
    match kind {
        PropertyChangeType::Create => push_value(mark, depth, path, after, lines),
        PropertyChangeType::Delete => push_value(mark, depth, path, before, lines),
        PropertyChangeType::NoEffect if after.is_null() => {
            push_value(mark, depth, path, before, lines);
        }
        PropertyChangeType::NoEffect => push_value(mark, depth, path, after, lines),
        _ if has_parts(before) || has_parts(after) => {
            lines.push(DiffLine::new(mark, depth, format!("{path}:")));
            push_value(Mark::Delete, depth + 1, "", before, lines);
            push_value(Mark::Create, depth + 1, "", after, lines);
        }
        _ => lines.push(DiffLine {
            values: Some((plain(before), plain(after))),
            ..DiffLine::new(mark, depth, path.clone())
        }),
    }
}

fn add_children(property: &PropertyChange, mark: Mark, depth: usize, lines: &mut Vec<DiffLine>) {
    let is_array = property.kind == PropertyChangeType::Array;
    let opening = if is_array { ": [" } else { ":" };
    lines.push(DiffLine::new(
        mark,
        depth,
        format!("{}{opening}", property.path),
    ));
    for child in &property.children {
        add(child, depth + 1, lines);
    }
    if is_array {
        lines.push(DiffLine::new(Mark::None, depth, "]".to_owned()));
    }
}

/// Adds `value` with one line for each property: `sku.name: "Standard"`. Arrays have lines for their brackets.
fn push_value(mark: Mark, depth: usize, path: &str, value: &Value, lines: &mut Vec<DiffLine>) {
    let mut line = |mark, text: String| lines.push(DiffLine::new(mark, depth, text));
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                let path = join(path, name);
                push_value(mark, depth, &path, field, lines);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            line(mark, label(path, "["));
            for (index, item) in items.iter().enumerate() {
                push_value(mark, depth + 1, &index.to_string(), item, lines);
            }
            lines.push(DiffLine::new(mark, depth, "]".to_owned()));
        }
        _ => line(mark, label(path, &plain(value))),
    }
}

/// A value that fits on a line, as JSON, cut if it is long.
fn plain(value: &Value) -> String {
    cut(&value.to_string(), SHOWN)
}

/// Whether a value has several lines.
pub(super) fn has_parts(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// `path: value`, or `value` alone if there is no path.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arm::WhatIf;

    fn shown(change: Value) -> String {
        let what_if = WhatIf::read(json!({"properties": {"changes": [change]}}), &[]);
        let lines = body(&what_if.changes[0]).into_iter().map(|line| {
            let values = line
                .values
                .map(|(before, after)| format!(": {before} => {after}"));
            let indent = "  ".repeat(line.depth);
            format!(
                "{indent}{} {}{}",
                line.mark.sign(),
                line.text,
                values.unwrap_or_default()
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_kind_of_property_change() {
        let shown = shown(
            json!({"resourceId": "/a", "changeType": "Modify", "delta": [
                {"path": "tags.owner", "propertyChangeType": "Create", "after": "me"},
                {"path": "sku", "propertyChangeType": "Delete", "before": {"name": "Basic", "zones": [1, {"a": {}}]}},
                {"path": "size", "propertyChangeType": "Modify", "before": 1, "after": null},
                {"path": "rules", "propertyChangeType": "Modify", "before": [], "after": ["x"]},
                {"path": "subnets", "propertyChangeType": "Array", "children": [
                    {"path": "0", "propertyChangeType": "Modify", "children": [
                        {"path": "prefix", "propertyChangeType": "Modify", "before": "10.0.0.0/24", "after": "10.0.1.0/24"},
                        {"path": "names", "propertyChangeType": "Array", "children": [
                            {"path": "1", "propertyChangeType": "Delete", "before": "b"}]}]},
                    {"path": "2", "propertyChangeType": "Create", "after": {"name": "s2"}}]},
                {"path": "etag", "propertyChangeType": "NoEffect", "after": "W/1"},
                {"path": "old", "propertyChangeType": "NoEffect", "before": 7},
                {"path": "odd", "propertyChangeType": "Teleport", "before": 1, "after": 2}
            ]}),
        );
        insta::assert_snapshot!(shown, @r#"
        + tags.owner: "me"
        - sku.name: "Basic"
        - sku.zones: [
          - 0: 1
          - 1.a: {}
        - ]
        ~ size: 1 => null
        ~ rules:
          - []
          + [
            + 0: "x"
          + ]
        ~ subnets: [
          ~ 0:
            ~ prefix: "10.0.0.0/24" => "10.0.1.0/24"
            ~ names: [
              - 1: "b"
              ]
          + 2.name: "s2"
          ]
        x etag: "W/1"
        x old: 7
        ? odd: 1 => 2
        "#);
    }

    #[test]
    fn what_comes_or_goes_is_shown_whole_and_what_stays_is_not() {
        let resource = json!({"name": "a", "properties": {"on": true, "list": []}});
        let change = |kind: &str| json!({"resourceId": "/a", "changeType": kind, "before": resource, "after": resource});
        let created = "+ name: \"a\"\n+ properties.on: true\n+ properties.list: []";
        assert_eq!(shown(change("Create")), created);
        assert_eq!(shown(change("Delete")), created.replace('+', "-"));
        for kind in ["NoChange", "Ignore", "Deploy", "Detach"] {
            assert_eq!(shown(change(kind)), "", "{kind}");
        }
        let unsupported = json!({"resourceId": "/a", "changeType": "Unsupported", "unsupportedReason": "too deep"});
        assert_eq!(shown(unsupported), "x because: too deep");
    }
}
