//! What a what-if found, and what it did not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kinds::{ChangeType, PropertyChangeType};
use crate::arm::Diagnostic;

/// What would become of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    /// The resource's id, or what identifies it where there is none.
    pub(crate) id: String,
    /// What happens to it.
    pub(crate) kind: ChangeType,
    /// The API version it is deployed with; empty if unknown.
    pub(crate) api_version: String,
    /// The resource as it is; `null` if unknown or not there.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) before: Value,
    /// The resource as it will be; `null` if unknown or not there.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) after: Value,
    /// What changes in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) delta: Vec<PropertyChange>,
    /// Why Azure cannot tell more.
    pub(crate) unsupported_reason: Option<String>,
}

/// What would become of one property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PropertyChange {
    /// The property's path within what is around it; an index within an array.
    pub(crate) path: String,
    /// What happens to it.
    pub(crate) kind: PropertyChangeType,
    /// Its value as it is.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) before: Value,
    /// Its value as it will be.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) after: Value,
    /// What changes within it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) children: Vec<PropertyChange>,
}

/// What a what-if could not predict: a change that is missing in it, or that is uncertain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unseen {
    /// The nested deployment or the resource, by its id; empty if Azure names none.
    pub(crate) id: String,
    /// Azure's code, or the type of change.
    pub(crate) code: String,
    /// Why it was not predicted.
    pub(crate) reason: String,
}

/// What a deployment or a stack would change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhatIf {
    /// What will certainly happen.
    pub(crate) changes: Vec<Change>,
    /// What may happen.
    pub(crate) potential: Vec<Change>,
    /// What becomes of a stack's own settings.
    pub(crate) settings: Vec<PropertyChange>,
    /// What Azure remarks, other than that it did not predict something.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What it could not predict, excluded changes among it.
    pub(crate) unseen: Vec<Unseen>,
    /// The answer's properties as Azure wrote them, without what is excluded.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) properties: Value,
}

impl Change {
    /// Whether the resource is not the same afterwards. An unsupported one counts only if a change of it is named.
    #[must_use]
    pub(crate) fn has_effect(&self) -> bool {
        match self.kind {
            ChangeType::NoChange | ChangeType::Ignore | ChangeType::Unsupported => {
                self.delta.iter().any(PropertyChange::has_effect)
            }
            _ => true,
        }
    }
}

impl PropertyChange {
    /// Whether the property is not the same afterwards.
    #[must_use]
    pub(crate) fn has_effect(&self) -> bool {
        match self.kind {
            PropertyChangeType::NoEffect => false,
            _ if self.children.is_empty() => true,
            _ => self.children.iter().any(Self::has_effect),
        }
    }
}

impl WhatIf {
    /// How many resources there are of each type, those that may change among them.
    #[must_use]
    pub(crate) fn counts(&self) -> Vec<(ChangeType, usize)> {
        let mut counts = BTreeMap::new();
        for change in self.all() {
            *counts.entry(change.kind.clone()).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }

    /// Whether anything may be other than it is afterwards: a change was found, or something could not be predicted.
    #[must_use]
    pub(crate) fn has_changes(&self) -> bool {
        self.finds_changes() || !self.unseen.is_empty()
    }

    /// Whether a change was found, though perhaps an uncertain one.
    #[must_use]
    pub(crate) fn finds_changes(&self) -> bool {
        self.all().any(Change::has_effect) || self.settings.iter().any(PropertyChange::has_effect)
    }

    /// All changes, the certain ones first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().chain(&self.potential)
    }
}
