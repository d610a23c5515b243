//! One cause of a failure.

use serde::{Deserialize, Serialize};

use super::text::{is_generic, is_vague};

/// Codes that only say that something inside them failed, or how HTTP calls it.
const WRAPPERS: [&str; 17] = [
    "DeploymentFailed",
    "ResourceDeploymentFailure",
    "InvalidTemplateDeployment",
    "PreflightValidationCheckFailed",
    "ValidationForResourceFailed",
    "MultipleErrorsOccurred",
    "DeploymentStackDeploymentFailed",
    "DeploymentStackDeleteResourcesFailed",
    "DeploymentStackValidationFailed",
    "DeploymentStackOperationFailed",
    "OperationFailed",
    "Failed",
    "Conflict",
    "BadRequest",
    "NotFound",
    "Forbidden",
    "InternalServerError",
];

/// Codes that say that nothing failed, which some services put beside the failures.
const SUCCESSES: [&str; 7] = [
    "OK",
    "Created",
    "Accepted",
    "NoContent",
    "Succeeded",
    "Success",
    "None",
];

/// Whether `code` says that nothing failed.
pub(super) fn is_success(code: &str) -> bool {
    SUCCESSES
        .iter()
        .any(|success| success.eq_ignore_ascii_case(code))
}

/// One cause of a failure, with the wrappers around it removed. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

    /// Whether it says less than an error around it that has a code and a sentence of its own.
    pub(super) fn is_vague(&self) -> bool {
        !self.is_specific() || is_vague(&self.message)
    }

    /// Gives it the HTTP status that goes with it as its code, if it has none.
    pub(crate) fn complete_code(&mut self, status: &str) {
        if self.code.is_empty() && !is_success(status) {
            self.code = status.to_owned();
        }
    }

    /// Whether it says anything at all about what happened.
    pub(super) fn is_telling(&self) -> bool {
        self.is_specific() || !is_generic(&self.message)
    }
}
