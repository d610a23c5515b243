//! What a run is about: a deployment or a deployment stack.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DeploymentId, Portal, StackId};

/// A deployment or a deployment stack, by its resource id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Target {
    /// A deployment.
    Deployment(DeploymentId),
    /// A deployment stack.
    Stack(StackId),
}

impl Target {
    /// The target of this resource id, which [`Self::as_str`] gave.
    #[must_use]
    pub(crate) fn from_id(id: &str) -> Self {
        match StackId::parse(id) {
            Some(stack) => Self::Stack(stack),
            None => Self::Deployment(DeploymentId::from_target(id)),
        }
    }

    /// The resource id as text, beginning with a slash.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Deployment(id) => id.as_str(),
            Self::Stack(id) => id.as_str(),
        }
    }

    /// The name: the id's last segment.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Deployment(id) => id.name(),
            Self::Stack(id) => id.name(),
        }
    }

    /// What it is called in messages.
    #[must_use]
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Deployment(_) => "deployment",
            Self::Stack(_) => "stack",
        }
    }

    /// The page that shows it in the portal.
    #[must_use]
    pub(crate) fn portal_url(&self, portal: &Portal) -> String {
        match self {
            Self::Deployment(id) => portal.deployment_url(id),
            Self::Stack(id) => portal.resource_url(id.as_str()),
        }
    }
}

impl fmt::Display for Target {
    /// For people: `deployment hub`, `stack hub`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.noun(), self.name())
    }
}
