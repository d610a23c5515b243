//! What is deployed: the template, its parameters, and the fingerprint of both.
//!
//! Files and the input `parameters` are read (`json`, `yaml`, `pairs`), put together, and checked against what the
//! template declares, so that one run shows everything that is wrong before anything is sent.

#[cfg(test)]
mod arbitrary;
mod check;
mod declaration;
mod file;
mod fingerprint;
mod inline;
mod json;
mod limits;
pub mod name;
mod nearest;
mod pairs;
mod parameters;
mod parameters_file;
mod quoted;
#[cfg(test)]
mod real_templates;
mod schema;
pub(crate) mod yaml;

use std::{fmt, path::Path};

use serde_json::{Map, Value};

pub use fingerprint::Fingerprint;

use self::{
    declaration::Declarations,
    parameters::{Origin, Parameters},
};
use crate::{
    arm::Scope,
    inputs::{Problems, TemplateInputs},
};

/// A template and its parameters, read and checked, ready to be sent.
#[derive(Clone)]
pub struct Template {
    /// The ARM template.
    pub body: Value,
    /// Parameters as Azure takes them: name → `{"value": …}`, `{"reference": …}` or `{"expression": …}`. Values may be
    /// secret.
    pub parameters: Map<String, Value>,
    /// The template file's name without its extension, for the deployment's default name.
    pub stem: String,
}

impl fmt::Debug for Template {
    /// Without the parameters' values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.keys().collect();
        f.debug_struct("Template")
            .field("stem", &self.stem)
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

/// Reads the template and its parameters for a deployment to `scope`. Paths are relative to `folder`.
///
/// # Errors
/// Everything that is wrong with them, as far as it can be known without Azure.
pub fn load(inputs: &TemplateInputs, scope: &Scope, folder: &Path) -> Result<Template, Problems> {
    let mut problems = Problems::default();
    let body = read("template-file", &inputs.file, folder, &mut problems);
    let declarations = body.as_ref().map(Declarations::of).unwrap_or_default();
    let parameters = given(inputs, &declarations, folder, &mut problems);
    let all_read = problems.is_empty();
    if body.is_some() {
        check::given(&parameters, &declarations, &mut problems);
    }
    if all_read {
        check::missing(&parameters, &declarations, &mut problems);
    }
    let parameters = parameters.into_json(&declarations);
    if let Some(body) = &body {
        let faults = schema::faults(body, scope)
            .into_iter()
            .chain(limits::faults(body, &parameters));
        for fault in faults {
            problems.add(
                "template-file",
                format!("`{}` {fault}", inputs.file.display()),
            );
        }
    }
    let stem = inputs
        .file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    problems.or(body.map(|body| Template {
        body: Value::Object(body),
        parameters,
        stem,
    }))
}

/// The JSON object in the file `path`, which `input` names.
fn read(
    input: &'static str,
    path: &Path,
    folder: &Path,
    problems: &mut Problems,
) -> Option<Map<String, Value>> {
    file::read(&folder.join(path))
        .map_err(|error| problems.add(input, format!("`{}` {error}", path.display())))
        .ok()
}

/// What the parameters files and the input `parameters` give, later ones winning.
fn given(
    inputs: &TemplateInputs,
    declarations: &Declarations<'_>,
    folder: &Path,
    problems: &mut Problems,
) -> Parameters {
    let mut all = Parameters::default();
    for path in &inputs.parameters_files {
        if let Some(file) = read("parameters-file", path, folder, problems) {
            let origin = Origin::File(path.display().to_string().into());
            all = all.merge(parameters_file::parameters(&file, &origin, problems));
        }
    }
    match inputs.parameters.as_deref().map(str::trim_end) {
        None | Some("") => all,
        Some(text) => all.merge(inline::parameters(text, declarations, problems)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{fs, path::PathBuf};

    use serde_json::json;

    use super::*;

    const SCHEMA: &str =
        "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#";

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with(files: &[(&str, &Value)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, content) in files {
                fs::write(folder.path().join(name), content.to_string()).unwrap();
            }
            Self(folder)
        }

        fn load(&self, files: &[&str], parameters: Option<&str>) -> Result<Template, Problems> {
            let inputs = TemplateInputs {
                file: "main.json".into(),
                parameters_files: files.iter().map(PathBuf::from).collect(),
                parameters: parameters.map(str::to_owned),
            };
            load(&inputs, &Scope::Tenant, self.0.path())
        }
    }

    fn template(parameters: &Value) -> Value {
        json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "resources": []})
    }

    fn messages(problems: &Problems) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_then_inline_parameters_win() {
        let declared = json!({"location": {"type": "string"}, "size": {"type": "int"}, "secret": {"type": "secureString"}, "zone": {"type": "int", "defaultValue": 1}});
        let reference = json!({"reference": {"keyVault": {"id": "/…"}, "secretName": "s"}});
        let folder = Folder::with(&[
            ("main.json", &template(&declared)),
            (
                "base.json",
                &json!({"parameters": {"LOCATION": {"value": "westus"}, "size": {"value": 1}, "secret": reference}}),
            ),
            (
                "dev.json",
                &json!({"parameters": {"size": {"value": 2}, "location": {"value": "eastus"}}}),
            ),
        ]);
        let template = folder
            .load(&["base.json", "dev.json"], Some("size=3\n"))
            .unwrap();
        assert_eq!(template.stem, "main");
        assert_eq!(template.body["parameters"], declared);
        assert_eq!(
            Value::Object(template.parameters.clone()),
            json!({"location": {"value": "eastus"}, "size": {"value": 3}, "secret": reference})
        );
        assert_eq!(
            format!("{template:?}"),
            r#"Template { stem: "main", parameters: ["location", "secret", "size"], .. }"#
        );
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let folder = Folder::with(&[
            (
                "main.json",
                &json!({"$schema": SCHEMA, "resources": [], "parameters": {"size": {"type": "int"}, "location": {"type": "string"}}}),
            ),
            (
                "dev.json",
                &json!({"parameters": {"size": {"value": "hunter2"}, "lokation": {"value": "x"}}}),
            ),
        ]);
        let problems = folder
            .load(&["dev.json"], Some("{\"seize\": 1}"))
            .unwrap_err();
        assert_eq!(
            messages(&problems),
            [
                "parameters-file: `dev.json`: `lokation` is not a parameter of the template: did you mean `location`?",
                "parameters: `seize` is not a parameter of the template: did you mean `size`?",
                "parameters-file: `dev.json`: `size` must be int, but is a string",
                "parameters: the template requires `location` (string): give it here or in parameters-file",
                "template-file: `main.json` has no contentVersion: add \"contentVersion\": \"1.0.0.0\"",
            ]
        );
    }

    #[test]
    fn what_could_not_be_read_is_not_called_missing() {
        let folder = Folder::with(&[("main.json", &template(&json!({"size": {"type": "int"}})))]);
        let problems = folder
            .load(&["dev.json", "dev.bicepparam"], Some("{"))
            .unwrap_err();
        let messages = messages(&problems);
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages[0].starts_with("parameters-file: `dev.json` is not there"));
        assert!(messages[1].starts_with("parameters-file: `dev.bicepparam` is Bicep"));
        assert!(messages[2].starts_with("parameters: line 1, column 1: an object without"));
    }

    #[test]
    fn limits_are_the_templates_problem() {
        let many: Map<_, _> = (0..257)
            .map(|n| (format!("p{n}"), json!({"type": "int", "defaultValue": n})))
            .collect();
        let folder = Folder::with(&[("main.json", &template(&Value::Object(many)))]);
        let problems = folder.load(&[], Some(" \n")).unwrap_err();
        assert!(
            messages(&problems)[0].starts_with("template-file: `main.json` has 257 parameters")
        );
    }
}
