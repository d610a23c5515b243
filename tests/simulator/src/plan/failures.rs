//! Failures as resources report them.

use serde_json::{Value, json};

use super::{Failure, durations::Subject};
use crate::{
    options::{Options, ResourceFailure},
    pattern,
};

/// The failure that the options hold for a resource, if any.
pub(crate) fn chosen<'a>(
    subject: &Subject<'_>,
    options: &'a Options,
) -> Option<&'a ResourceFailure> {
    options.failures.iter().find(|failure| {
        [subject.name, subject.kind, subject.id]
            .iter()
            .any(|text| pattern::matches(&failure.resource, text))
    })
}

/// The status message of a failure: what a provider refuses at once comes plain, what fails
/// later comes wrapped.
pub(crate) fn failure(chosen: &ResourceFailure, id: &str) -> Failure {
    let cause = json!({"code": chosen.code, "message": chosen.message});
    let message = match (&chosen.status_message, chosen.status_code.as_str()) {
        (Some(message), _) => message.clone(),
        (None, "Conflict") => wrapped("Failed", id, vec![cause]),
        (None, _) => json!({"error": cause}),
    };
    Failure {
        status_code: chosen.status_code.clone(),
        message,
    }
}

/// A failure found without asking a provider.
pub(crate) fn refused(status_code: &str, code: &str, message: &str) -> Failure {
    Failure {
        status_code: status_code.to_owned(),
        message: json!({"error": {"code": code, "message": message}}),
    }
}

/// The wrapper around the end of a long operation.
pub(crate) fn wrapped(state: &str, id: &str, details: Vec<Value>) -> Value {
    let message = format!(
        "The resource write operation failed to complete successfully, because it reached terminal provisioning state '{state}'."
    );
    let mut error = json!({"code": "ResourceDeploymentFailure", "target": id, "message": message});
    if !details.is_empty() {
        error["details"] = details.into();
    }
    json!({"status": state, "error": error})
}
