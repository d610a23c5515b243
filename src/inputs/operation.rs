//! What is done, and how a deployment treats what is there.

use serde::{Deserialize, Serialize};

/// What is done with a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Operation {
    /// It is submitted.
    #[default]
    Create,
    /// Azure checks whether it could be submitted.
    Validate,
    /// Azure predicts what it would change.
    WhatIf,
    /// The stack is deleted.
    Delete,
    /// One that another step submitted is followed.
    Wait,
    /// One that another step submitted is cancelled.
    Cancel,
}

impl Operation {
    /// The operation as the input writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Validate => "validate",
            Self::WhatIf => "whatIf",
            Self::Delete => "delete",
            Self::Wait => "wait",
            Self::Cancel => "cancel",
        }
    }

    /// Whether it requires a template; other operations concern existing deployments.
    #[must_use]
    pub(crate) fn needs_template(self) -> bool {
        matches!(self, Self::Create | Self::Validate | Self::WhatIf)
    }

    /// Whether Azure is only asked what would happen.
    #[must_use]
    pub(crate) fn is_preview(self) -> bool {
        matches!(self, Self::Validate | Self::WhatIf)
    }
}

/// What Azure does with resources of a resource group that are not in the template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DeploymentMode {
    /// Leaves them unchanged.
    #[default]
    Incremental,
    /// Deletes them.
    Complete,
}

impl DeploymentMode {
    /// The mode as Azure writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Incremental => "Incremental",
            Self::Complete => "Complete",
        }
    }
}

/// Which deployment Azure redeploys if this one fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rollback {
    /// The last one that succeeded.
    LastSuccessful,
    /// The one of this name.
    To(String),
}
