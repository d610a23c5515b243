//! One cause of a failure.

use super::text::is_generic;

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cause {
    /// Azure's code, such as `SkuNotAvailable`.
    pub(crate) code: String,
    /// Azure's message, and what Azure knows besides: the policy's name, the place in the template.
    pub(crate) message: String,
    /// The resource that failed, by its id, where known.
    pub(crate) resource: Option<String>,
    /// Names of the nested deployments around that resource, outermost first.
    pub(crate) path: Vec<String>,
}

impl Cause {
    /// Whether its code says what happened, rather than that something did.
    pub(super) fn is_specific(&self) -> bool {
        let code = self.code.trim_matches(|c: char| c.is_ascii_digit());
        !code.is_empty()
            && !WRAPPERS
                .iter()
                .any(|code| code.eq_ignore_ascii_case(&self.code))
    }

    /// Whether it says anything at all about what happened.
    pub(super) fn is_telling(&self) -> bool {
        self.is_specific() || !is_generic(&self.message)
    }
}
