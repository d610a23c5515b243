//! The input `parameters`: a JSON object, a YAML mapping, or words: `name=value` and parameters files.

#[cfg(test)]
mod tests;
mod typed;
mod words;
mod wrapper;

use serde_json::Value;

pub(super) use self::typed::{Context, Types};
use self::wrapper::{is_wrapped, unwrapped};
use super::{
    declaration::{Declaration, Declarations},
    findings::Findings,
    json, pairs,
    parameters::{Argument, Given, Origin, Parameters},
};
use crate::{host::text::code, yaml};

const UNKNOWN_FORM: &str = "is neither a JSON object, a YAML mapping (name: value), name=value nor the path of a parameters \
    file (.json)";

/// How the input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Yaml,
    Words,
}

/// Whether the values in `text` get their types from the template's declarations.
pub(super) fn needs_types(text: &str) -> bool {
    form(text) == Some(Form::Words)
}

/// The parameters in `text`; values of pairs get the types that the template declares.
pub(super) fn parameters(text: &str, context: &Context<'_>, findings: &mut Findings) -> Parameters {
    let document = match form(text) {
        Some(Form::Words) => return words::parameters(text, context, findings),
        Some(Form::Json) => json(text, findings),
        Some(Form::Yaml) => yaml::parse(text).map_err(|error| error.to_string()),
        None => Err(UNKNOWN_FORM.to_owned()),
    };
    let mut parameters = Parameters::default();
    for (name, given) in from_value(document, context.declarations, findings) {
        let twice = format!("{} is given twice: remove one", code(&name));
        let origin = Origin::Inline;
        if !parameters.add(Argument {
            name,
            given,
            origin,
        }) {
            findings.add("parameters", twice);
        }
    }
    parameters
}

fn json(text: &str, findings: &mut Findings) -> Result<Value, String> {
    let document = json::parse(text).map_err(|error| error.to_string())?;
    for remark in document.remarks {
        findings.warn("parameters", remark);
    }
    Ok(document.value)
}

/// Detects the form by the first line that is not a comment.
fn form(text: &str) -> Option<Form> {
    let rest = pairs::skip_comments(text);
    let line = rest.lines().next()?.trim_end();
    if let Some(inside) = rest.strip_prefix('{') {
        let is_bare_key = |first: char| first.is_alphanumeric() || "_'$".contains(first);
        let has_comment = rest.len() < text.trim_start().len();
        let is_yaml = has_comment || inside.trim_start().starts_with(is_bare_key);
        return Some(if is_yaml { Form::Yaml } else { Form::Json });
    }
    if line.starts_with('[') || line.starts_with("//") || line.starts_with("/*") {
        return Some(Form::Json);
    }
    if line.starts_with(['"', '\'']) {
        let is_word = pairs::begins(rest);
        return Some(if is_word { Form::Words } else { Form::Yaml });
    }
    if line.starts_with(['%', '?']) || line.starts_with("---") || line.starts_with("- ") {
        return Some(Form::Yaml);
    }
    let colon = line
        .find(": ")
        .or_else(|| line.ends_with(':').then(|| line.len() - 1));
    match (line.find('='), colon) {
        (Some(equals), Some(colon)) if colon < equals => Some(Form::Yaml),
        (Some(_), _) => Some(Form::Words),
        (None, Some(_)) => Some(Form::Yaml),
        (None, None) => pairs::begins(rest).then_some(Form::Words),
    }
}

fn from_value(
    document: Result<Value, String>,
    declarations: &Declarations<'_>,
    findings: &mut Findings,
) -> Vec<(String, Given)> {
    let object = match document {
        Ok(Value::Object(object)) => object,
        Ok(_) => {
            findings.add("parameters", "is not an object: give names and values");
            return Vec::new();
        }
        Err(fault) => {
            findings.add("parameters", fault);
            return Vec::new();
        }
    };
    if object.contains_key("$schema") && object.contains_key("parameters") {
        let remedy = "give what is inside its `parameters`, or the file as parameters-file";
        let message = format!("is a whole parameters file: {remedy}");
        findings.add("parameters", message);
        return Vec::new();
    }
    let is_wrapped = is_wrapped(&object, declarations);
    let given = |(name, value): (String, Value)| {
        let kind = declarations.get(&name).and_then(Declaration::kind);
        (name, unwrapped(value, kind, is_wrapped))
    };
    object.into_iter().map(given).collect()
}
