//! The part of a what-if that the log shows.

use serde_json::Value;

use super::diff::{SHOWN, has_parts};
use crate::arm::{Change, ChangeType, PropertyChange, PropertyChangeType, WhatIf};

/// `what_if` without what the log does not show: properties that stay as they are, Azure's own answer, and what is beyond
/// the greatest length of a value.
pub(crate) fn shown(what_if: &WhatIf) -> WhatIf {
    WhatIf {
        changes: what_if.changes.iter().map(change).collect(),
        potential: what_if.potential.iter().map(change).collect(),
        settings: what_if.settings.iter().map(property).collect(),
        diagnostics: what_if.diagnostics.clone(),
        unseen: what_if.unseen.clone(),
        properties: Value::Null,
    }
}

fn change(change: &Change) -> Change {
    let whole = |resource: &Value| has_parts(resource).then(|| value(resource));
    let (before, after) = match change.kind {
        ChangeType::Create => (None, whole(&change.after)),
        ChangeType::Delete => (whole(&change.before), None),
        _ => (None, None),
    };
    Change {
        id: change.id.clone(),
        kind: change.kind.clone(),
        api_version: change.api_version.clone(),
        before: before.unwrap_or_default(),
        after: after.unwrap_or_default(),
        delta: change.delta.iter().map(property).collect(),
        unsupported_reason: change.unsupported_reason.clone(),
    }
}

fn property(property: &PropertyChange) -> PropertyChange {
    let (before, after) = (&property.before, &property.after);
    let (before, after) = match property.kind {
        _ if !property.children.is_empty() => (None, None),
        PropertyChangeType::Create => (None, Some(after)),
        PropertyChangeType::Delete => (Some(before), None),
        PropertyChangeType::NoEffect if after.is_null() => (Some(before), None),
        PropertyChangeType::NoEffect => (None, Some(after)),
        _ => (Some(before), Some(after)),
    };
    PropertyChange {
        path: property.path.clone(),
        kind: property.kind.clone(),
        before: before.map(value).unwrap_or_default(),
        after: after.map(value).unwrap_or_default(),
        children: property.children.iter().map(self::property).collect(),
    }
}

/// A value whose texts are so long that the log still has to cut them.
fn value(value: &Value) -> Value {
    match value {
        Value::String(text) => text.chars().take(SHOWN).collect::<String>().into(),
        Value::Array(items) => items.iter().map(self::value).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), self::value(field)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
