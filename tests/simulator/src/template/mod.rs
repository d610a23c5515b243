//! The template language of Resource Manager: expressions, parameters, variables, copies.

pub(crate) mod environment;
pub(crate) mod evaluate;
pub(crate) mod expression;
mod functions;
mod loops;
pub(crate) mod outputs;
pub(crate) mod parameters;
pub(crate) mod schema;
mod types;

use std::fmt;

pub(crate) use self::loops::count as repetitions;

/// Why a template cannot be processed, in Resource Manager's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateError(pub(crate) String);

impl TemplateError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

pub(crate) type Result<T, E = TemplateError> = std::result::Result<T, E>;

/// Looks a name up the way the template language does: without regard to case.
pub(crate) fn member<'a>(
    object: &'a serde_json::Map<String, serde_json::Value>,
    name: &str,
) -> Option<&'a serde_json::Value> {
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}
