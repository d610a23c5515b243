//! What Azure remarks on a template that it does not refuse.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::host::Severity;

/// One remark. Text from Azure: not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagnostic {
    /// How serious it is; a level that is not known is a warning.
    pub(crate) severity: Severity,
    /// Azure's code, such as `NestedDeploymentShortCircuited`.
    pub(crate) code: String,
    /// Azure's message.
    pub(crate) message: String,
    /// The resource it is about, by its id; empty if unknown.
    pub(crate) target: String,
}

impl Diagnostic {
    /// The `diagnostics` among the properties of a validation or a what-if.
    #[must_use]
    pub(crate) fn all(properties: &Value) -> Vec<Self> {
        let diagnostics = properties["diagnostics"].as_array();
        diagnostics.into_iter().flatten().map(Self::read).collect()
    }

    fn read(raw: &Value) -> Self {
        let text = |name: &str| raw[name].as_str().unwrap_or_default().to_owned();
        Self {
            severity: match text("level").to_ascii_lowercase().as_str() {
                "error" => Severity::Error,
                "info" => Severity::Notice,
                _ => Severity::Warning,
            },
            code: text("code"),
            message: text("message"),
            target: text("target"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn levels_in_any_case() {
        let levels = ["Error", "warning", "INFO", "Off"].map(|level| json!({"level": level}));
        let read = Diagnostic::all(&json!({"diagnostics": levels}));
        let severities: Vec<_> = read.iter().map(|diagnostic| diagnostic.severity).collect();
        let expected = [
            Severity::Error,
            Severity::Warning,
            Severity::Notice,
            Severity::Warning,
        ];
        assert_eq!(severities, expected);
        assert_eq!(Diagnostic::all(&json!({"diagnostics": null})), []);
    }
}
