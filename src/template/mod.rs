//! What is deployed: the template, its parameters, and the fingerprint of both.

use serde_json::{Map, Value};

/// A template and its parameters, read and checked, ready to be sent.
#[derive(Clone, Debug)]
pub struct Template {
    /// The ARM template.
    pub body: Value,
    /// Parameters as Azure takes them: name → `{"value": …}` or `{"reference": …}`. Values may be secret.
    pub parameters: Map<String, Value>,
    /// The template file's name without its extension, for the deployment's default name.
    pub stem: String,
}
