//! The settings of a deployment stack.

/// What a stack is told beside its template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackSettings {
    /// What becomes of what leaves the stack.
    pub unmanaged: Unmanaged,
    /// What it protects its resources from.
    pub deny: DenySettings,
    /// Whether to go on although the stack's list of resources may be out of date.
    pub bypass_out_of_sync: bool,
    /// What it is for.
    pub description: Option<String>,
}

/// What becomes of what leaves a stack, by its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unmanaged {
    /// Resources in resource groups.
    pub resources: UnmanagedAction,
    /// Resource groups.
    pub resource_groups: UnmanagedAction,
    /// Management groups.
    pub management_groups: UnmanagedAction,
}

/// What becomes of a resource that leaves its stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnmanagedAction {
    /// It stays in Azure.
    #[default]
    Detach,
    /// It is deleted.
    Delete,
}

/// What a stack protects its resources from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DenySettings {
    /// What is denied.
    pub mode: DenyMode,
    /// Whether it holds below the resources, too.
    pub child_scopes: bool,
    /// Actions that are allowed all the same.
    pub excluded_actions: Vec<String>,
    /// Object ids of those to whom nothing is denied.
    pub excluded_principals: Vec<String>,
}

/// What is denied to everybody but the stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DenyMode {
    /// Nothing.
    #[default]
    None,
    /// To delete its resources.
    DenyDelete,
    /// To change or delete its resources.
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
