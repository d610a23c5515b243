//! Fuzz entry points for files of the user, the input `parameters` and the compiler's messages.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    bicep, check,
    declaration::Declarations,
    file::{self, ReadFile},
    findings::Findings,
    inline, limits,
    parameters::{Origin, Parameters},
    parameters_file, schema,
};
use crate::arm::Scope;

/// A template file.
///
/// # Panics
/// When what was read is not the same after writing and reading it again.
pub fn template(data: &[u8]) {
    let Ok(ReadFile {
        object: template, ..
    }) = file::object(data.to_vec())
    else {
        return;
    };
    let _ = schema::faults(&template, &Scope::Tenant);
    let _ = limits::faults(&template, &Map::new());
    let mut findings = Findings::default();
    let declarations = Declarations::of(&template);
    check::missing(&Parameters::default(), &declarations, &mut findings);
    let written = Value::Object(template.clone()).to_string();
    let again = file::object(written.into_bytes());
    assert!(again.is_ok_and(|again| again.object == template));
}

/// A parameters file; a template that it is for may follow after a line `---`.
pub fn parameters_file(data: &[u8]) {
    let (parameters, template) = halves(data);
    let (Ok(given), Ok(template)) = (file::object(parameters), file::object(template)) else {
        return;
    };
    let mut findings = Findings::default();
    let origin = Origin::File("main.parameters.json".into());
    let parameters = parameters_file::parameters(&given.object, &origin, &mut findings);
    checked(parameters, &template.object, &mut findings);
}

/// The input `parameters`; a template that it is for may follow after a line `---`.
pub fn pairs(data: &[u8]) {
    let (text, template) = halves(data);
    let (Ok(text), Ok(template)) = (String::from_utf8(text), file::object(template)) else {
        return;
    };
    let mut findings = Findings::default();
    let declarations = Declarations::of(&template.object);
    let context = inline::Context {
        declarations: &declarations,
        types: inline::Types::Declared,
        folder: Path::new("/nowhere"),
    };
    let parameters = inline::parameters(&text, &context, &mut findings);
    checked(parameters, &template.object, &mut findings);
}

/// What the compiler wrote to standard error.
pub fn sarif(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = bicep::read_messages(&text, Path::new("/workspace"));
}

/// What is before and after the first line `---`; without one a template with parameters of all types follows.
fn halves(data: &[u8]) -> (Vec<u8>, Vec<u8>) {
    const TEMPLATE: &str = r#"{"parameters": {
        "s": {"type": "string", "minLength": 1, "maxLength": 9}, "i": {"type": "int", "minValue": 0},
        "b": {"type": "bool"}, "a": {"type": "array", "minLength": 1}, "o": {"type": "object"},
        "e": {"type": "string", "allowedValues": ["x", "y"]}, "secret": {"type": "secureString"}
    }, "resources": []}"#;
    const BETWEEN: &[u8] = b"\n---\n";
    let windows = data.windows(BETWEEN.len());
    match windows.into_iter().position(|window| window == BETWEEN) {
        Some(at) => (data[..at].to_vec(), data[at + BETWEEN.len()..].to_vec()),
        None => (data.to_vec(), TEMPLATE.as_bytes().to_vec()),
    }
}

fn checked(parameters: Parameters, template: &Map<String, Value>, findings: &mut Findings) {
    let declarations = Declarations::of(template);
    check::given(&parameters, &declarations, findings);
    check::missing(&parameters, &declarations, findings);
    let _ = limits::faults(template, &parameters.into_json(&declarations));
}
