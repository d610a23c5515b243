//! The outer form of a template.

use serde_json::Value;

use super::{Result, TemplateError};
use crate::arm::scope::Scope;

/// Sections that a template may have.
const SECTIONS: [&str; 14] = [
    "$schema",
    "languageVersion",
    "contentVersion",
    "apiProfile",
    "metadata",
    "definitions",
    "parameters",
    "functions",
    "variables",
    "resources",
    "outputs",
    "imports",
    "extensions",
    "asserts",
];

/// Most outputs a template may define.
const OUTPUTS: usize = 64;

/// Checks what Resource Manager checks before it looks at parameters.
pub(crate) fn check(template: &Value, scope: &Scope) -> Result<()> {
    let Some(sections) = template.as_object() else {
        return Err(TemplateError::new("The template is not a JSON object."));
    };
    if let Some(unknown) = sections
        .keys()
        .find(|key| !SECTIONS.contains(&key.as_str()))
    {
        return Err(TemplateError(format!(
            "Could not find member '{unknown}' on object of type 'Template'. Path '{unknown}', line 1, position 1."
        )));
    }
    for required in ["$schema", "contentVersion", "resources"] {
        if !sections.contains_key(required) {
            return Err(TemplateError(format!(
                "Required property '{required}' not found in JSON. Path '', line 1, position 1."
            )));
        }
    }
    check_schema(template, scope)?;
    let outputs = template["outputs"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    if outputs > OUTPUTS {
        return Err(TemplateError(format!(
            "The number of template outputs limit exceeded. Limit: '{OUTPUTS}' and actual: '{outputs}'. Please see https://aka.ms/arm-syntax-outputs for usage details."
        )));
    }
    if !matches!(template["resources"], Value::Array(_) | Value::Object(_)) {
        return Err(TemplateError::new(
            "The template resources are not an array or an object.",
        ));
    }
    Ok(())
}

fn check_schema(template: &Value, scope: &Scope) -> Result<()> {
    let schema = template["$schema"].as_str().unwrap_or_default();
    let file = schema
        .trim_end_matches('#')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    if file.eq_ignore_ascii_case(scope.schema()) {
        return Ok(());
    }
    Err(TemplateError(format!(
        "The template schema '{schema}' is not supported at this scope. Expected: '{}'. Please see https://aka.ms/arm-template for usage details.",
        scope.schema()
    )))
}
