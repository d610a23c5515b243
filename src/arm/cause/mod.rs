//! The true causes of a failure, found in Azure's error trees.

mod info;
mod merge;
#[cfg(test)]
mod recordings;
mod text;
mod tree;

use serde_json::Value;

/// Codes that only say that something inside them failed, or how HTTP calls it.
const WRAPPERS: [&str; 16] = [
    "DeploymentFailed",
    "ResourceDeploymentFailure",
    "InvalidTemplateDeployment",
    "PreflightValidationCheckFailed",
    "ValidationForResourceFailed",
    "MultipleErrorsOccurred",
    "DeploymentStackDeploymentFailed",
    "DeploymentStackDeleteResourcesFailed",
    "DeploymentStackValidationFailed",
    "OperationFailed",
    "Failed",
    "Conflict",
    "BadRequest",
    "NotFound",
    "Forbidden",
    "InternalServerError",
];

/// One cause of a failure, with the wrappers around it removed. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cause {
    /// Azure's code, such as `SkuNotAvailable`.
    pub(crate) code: String,
    /// Azure's message, and what Azure knows besides: the policy's name, the place in the template.
    pub(crate) message: String,
    /// The resource it befell, by its id, where known.
    pub(crate) resource: Option<String>,
    /// Names of the nested deployments around that resource, outermost first.
    pub(crate) path: Vec<String>,
}

impl Cause {
    /// The causes in an error of either of Azure's generations: a tree of details, JSON in strings, plain text.
    ///
    /// A wrapper is named only if nothing is inside it. Causes that say the same appear once.
    #[must_use]
    pub(crate) fn find(error: &Value) -> Vec<Self> {
        merge::merge(tree::leaves(error))
    }

    /// Causes found on several ways, each told once: a failure is seen through the operations of a deployment, through
    /// those of the deployments around it, and in the error of the whole.
    #[must_use]
    pub(crate) fn merge(causes: Vec<Self>) -> Vec<Self> {
        merge::merge(causes)
    }

    /// Whether its code says what happened, rather than that something did.
    fn is_specific(&self) -> bool {
        let code = self.code.trim_matches(|c: char| c.is_ascii_digit());
        !code.is_empty()
            && !WRAPPERS
                .iter()
                .any(|code| code.eq_ignore_ascii_case(&self.code))
    }

    /// Whether it says anything at all about what happened.
    fn is_telling(&self) -> bool {
        self.is_specific() || !text::is_generic(&self.message)
    }
}
