//! The settings of a deployment stack.

use serde::{Deserialize, Serialize};

/// Settings of a stack beside its template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StackSettings {
    /// What happens to resources that are no longer in the template.
    pub unmanaged: Unmanaged,
    /// Deny settings for its resources.
    pub deny: DenySettings,
    /// Whether to continue if the stack's list of resources is out of date.
    pub bypass_out_of_sync: bool,
    /// Its description.
    pub description: Option<String>,
}

/// What happens to unmanaged resources, by their kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unmanaged {
    /// Resources in resource groups.
    pub resources: UnmanagedAction,
    /// Resource groups.
    pub resource_groups: UnmanagedAction,
    /// Management groups.
    pub management_groups: UnmanagedAction,
}

/// What happens to a resource that is no longer in the template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UnmanagedAction {
    /// It stays in Azure.
    #[default]
    Detach,
    /// It is deleted.
    Delete,
}

/// Which operations a stack denies on its resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DenySettings {
    /// The denied operations.
    pub mode: DenyMode,
    /// Whether they are also denied on child resources.
    pub child_scopes: bool,
    /// Actions that are exempt.
    pub excluded_actions: Vec<String>,
    /// Object ids of principals that are exempt.
    pub excluded_principals: Vec<String>,
}

/// What is denied to all other callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DenyMode {
    /// Nothing.
    #[default]
    None,
    /// Deletion.
    DenyDelete,
    /// Changes and deletion.
    DenyWriteAndDelete,
}

impl UnmanagedAction {
    /// The action as Azure writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Detach => "detach",
            Self::Delete => "delete",
        }
    }
}

impl DenyMode {
    /// The mode as Azure writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::DenyDelete => "denyDelete",
            Self::DenyWriteAndDelete => "denyWriteAndDelete",
        }
    }
}
