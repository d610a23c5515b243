//! What is deployed: the template, its parameters, and the fingerprint of both.
//!
//! Files and the input `parameters` are read (`json`, `pairs`, and YAML) or compiled (`bicep`), put together, and checked
//! against what the template declares, so that one run shows everything that is wrong before anything is sent.

#[cfg(test)]
mod arbitrary;
pub(crate) mod bicep;
mod canonical;
mod check;
mod declaration;
mod digest;
mod exact;
mod file;
mod findings;
mod fingerprint;
mod fit;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod given;
mod inline;
mod json;
mod limits;
mod loader;
pub(crate) mod name;
mod pairs;
mod parameters;
mod parameters_file;
#[cfg(test)]
mod real_templates;
mod schema;
mod secure;
mod source;
mod using;
mod workspace;

use std::path::{Path, PathBuf};

pub(crate) use bicep::{Compilation, Compiler};
pub(crate) use digest::SecureDigest;
pub(crate) use fingerprint::Fingerprint;
pub(crate) use loader::{Loaded, NoTemplate, Spec};
pub(crate) use source::{Arguments, Link, Source, Template};

use self::loader::Loader;
use crate::{
    arm::Scope,
    inputs::{BicepInputs, DeploymentMode, Environment, Problems, TemplateInputs, TemplateSource},
};

/// Reads the template and its parameters for a deployment to `scope`, compiling what is Bicep. Paths are relative to
/// the compiler's folder. `spec` is what Azure told of a template spec.
pub(crate) async fn load(
    inputs: &TemplateInputs,
    scope: &Scope,
    compiler: &Compiler,
    spec: &Spec,
) -> Loaded {
    Loader::new(inputs, compiler, spec).load(scope).await
}

/// What is wrong with the files in `folder` that `inputs` name, and with their parameters. Nothing is sent and nothing
/// compiled, as modules may be in a registry to which one has to sign in.
pub(crate) async fn problems(
    inputs: &TemplateInputs,
    scope: Option<&Scope>,
    folder: PathBuf,
) -> Problems {
    let (bicep, environment) = (BicepInputs::default(), Environment::default());
    let compiler = Compiler::new(bicep, environment, folder);
    let loader = Loader::new(inputs, &compiler, &Spec::NotRead);
    loader.problems(scope).await
}

/// The fingerprint of the template and the parameters file in `folder`, deployed to the tenant; `None` if they are not
/// valid. For the benchmark.
pub async fn fingerprint_files(
    folder: &Path,
    template: &str,
    parameters_file: &str,
    parameters: &str,
) -> Option<String> {
    let inputs = TemplateInputs {
        source: Some(TemplateSource::File(template.into())),
        parameters_files: vec![parameters_file.into()],
        parameters: Some(parameters.to_owned()),
        ..TemplateInputs::default()
    };
    let (bicep, environment) = (BicepInputs::default(), Environment::default());
    let compiler = Compiler::new(bicep, environment, folder.to_owned());
    let loaded = load(&inputs, &Scope::Tenant, &compiler, &Spec::NotRead).await;
    let mode = DeploymentMode::Incremental;
    let template = loaded.template.ok()?;
    let secure = SecureDigest::of(&template, &Scope::Tenant, &template.stem).await;
    let fingerprint = Fingerprint::new(&template, mode, &Scope::Tenant, &secure);
    Some(fingerprint.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;

    use serde_json::{Map, Value, json};

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

        async fn load(
            &self,
            files: &[&str],
            parameters: Option<&str>,
        ) -> Result<Template, Problems> {
            let inputs = TemplateInputs {
                source: Some(TemplateSource::File("main.json".into())),
                parameters_files: files.iter().map(PathBuf::from).collect(),
                parameters: parameters.map(str::to_owned),
                ..TemplateInputs::default()
            };
            let folder = self.0.path().to_owned();
            let compiler = Compiler::new(BicepInputs::default(), Environment::default(), folder);
            let loaded = load(&inputs, &Scope::Tenant, &compiler, &Spec::NotRead).await;
            loaded.template.map_err(|reason| match reason {
                NoTemplate::Problems(problems) => problems,
                reason => panic!("{reason:?}"),
            })
        }
    }

    fn template(parameters: &Value) -> Value {
        json!({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "resources": []})
    }

    fn messages(problems: &Problems) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn files_then_inline_parameters_win() {
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
            .await
            .unwrap();
        assert_eq!(template.stem, "main");
        assert_eq!(template.source.inline().unwrap()["parameters"], declared);
        assert_eq!(
            serde_json::to_value(&template.arguments).unwrap()["parameters"],
            json!({"location": {"value": "eastus"}, "size": {"value": 3}, "secret": reference})
        );
        assert_eq!(
            format!("{template:?}"),
            r#"Template { name: "main.json", parameters: ["location", "secret", "size"], .. }"#
        );
    }

    #[tokio::test]
    async fn all_problems_are_reported_at_once() {
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
            .await
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

    #[tokio::test]
    async fn what_could_not_be_read_is_not_called_missing() {
        let folder = Folder::with(&[("main.json", &template(&json!({"size": {"type": "int"}})))]);
        let problems = folder
            .load(&["dev.json", "dev.bicepparam"], Some("{"))
            .await
            .unwrap_err();
        let messages = messages(&problems);
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages[0].starts_with("parameters-file: `dev.bicepparam`: Bicep was not found"));
        assert!(messages[1].starts_with("parameters-file: `dev.json` does not exist"));
        assert!(messages[2].starts_with("parameters: line 1, column 1: an object without"));
    }

    #[tokio::test]
    async fn limits_are_the_templates_problem() {
        let many: Map<_, _> = (0..257)
            .map(|n| (format!("p{n}"), json!({"type": "int", "defaultValue": n})))
            .collect();
        let folder = Folder::with(&[("main.json", &template(&Value::Object(many)))]);
        let problems = folder.load(&[], Some(" \n")).await.unwrap_err();
        assert!(
            messages(&problems)[0].starts_with("template-file: `main.json` has 257 parameters")
        );
    }
}
