//! The types of changes that a what-if tells.

use serde::{Deserialize, Serialize};

/// Length of an unknown type's name, in characters.
const LONGEST_NAME: usize = 40;

/// What a deployment would do to a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ChangeType {
    /// It is deleted.
    Delete,
    /// It leaves its stack and stays in Azure.
    Detach,
    /// It is created.
    Create,
    /// It is deployed; whether that changes it was not looked into.
    Deploy,
    /// Some of its properties change.
    Modify,
    /// Azure cannot tell.
    Unsupported,
    /// It is deployed and stays as it is.
    NoChange,
    /// It is there, the template does not name it, and it stays as it is.
    Ignore,
    /// A type that this program does not know, as Azure wrote it, but cut.
    Other(String),
}

/// What becomes of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PropertyChangeType {
    /// It is set.
    Create,
    /// It is taken away.
    Delete,
    /// Its value changes.
    Modify,
    /// Items of it change.
    Array,
    /// The template sets it, and Azure ignores that.
    NoEffect,
    /// A type that this program does not know, as Azure wrote it, but cut.
    Other(String),
}

impl ChangeType {
    /// The types that Azure documents, in the order in which they are shown.
    pub(crate) const KNOWN: [Self; 8] = [
        Self::Delete,
        Self::Detach,
        Self::Create,
        Self::Deploy,
        Self::Modify,
        Self::Unsupported,
        Self::NoChange,
        Self::Ignore,
    ];

    /// The type of this name, in any case.
    #[must_use]
    pub(crate) fn new(name: &str) -> Self {
        let mut known = Self::KNOWN.into_iter();
        let known = known.find(|kind| kind.as_str().eq_ignore_ascii_case(name));
        known.unwrap_or_else(|| Self::Other(cut(name)))
    }

    /// The type's name, as deployments write it.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Delete => "Delete",
            Self::Detach => "Detach",
            Self::Create => "Create",
            Self::Deploy => "Deploy",
            Self::Modify => "Modify",
            Self::Unsupported => "Unsupported",
            Self::NoChange => "NoChange",
            Self::Ignore => "Ignore",
            Self::Other(name) => name,
        }
    }
}

/// The name of an unknown type, cut where it is longer than any name.
fn cut(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

impl PropertyChangeType {
    pub(super) fn new(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "create" => Self::Create,
            "delete" => Self::Delete,
            "modify" => Self::Modify,
            "array" => Self::Array,
            "noeffect" => Self::NoEffect,
            _ => Self::Other(cut(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_types_are_cut() {
        assert_eq!(ChangeType::new("Teleport").as_str(), "Teleport");
        let long = "ä".repeat(1_000_000);
        let expected = format!("{}…", "ä".repeat(LONGEST_NAME));
        assert_eq!(ChangeType::new(&long).as_str(), expected);
        let of_property = PropertyChangeType::new(&long);
        assert_eq!(of_property, PropertyChangeType::Other(expected));
    }
}
