//! Interface to the Bicep compiler.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    process::Output,
};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use super::{
    child,
    diagnostics::Compilation,
    program::{self, ProgramError},
    redaction::redact,
};
use crate::{
    inputs::{BicepInputs, Environment},
    template::{
        file::{self, FileError},
        secure,
    },
};

/// Overrides and completes the parameters of a `.bicepparam` file, as a JSON object.
const OVERRIDES: &str = "BICEP_PARAMETERS_OVERRIDES";

/// Compiles Bicep files. The program is located on first use.
pub(crate) struct Compiler {
    inputs: BicepInputs,
    environment: Environment,
    folder: PathBuf,
    variables: Vec<(OsString, OsString)>,
    program: OnceCell<PathBuf>,
}

/// The result of a compilation, and what the compiler printed.
pub(in crate::template) struct Compiled<T> {
    pub(in crate::template) result: Result<T, CompileError>,
    /// Empty if the compiler did not run.
    pub(in crate::template) compilation: Compilation,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(in crate::template) enum CompileError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("cannot be compiled: Bicep did not start ({0})")]
    Start(ErrorKind),
    #[error("cannot be compiled: Bicep did not finish within 5 minutes")]
    TimedOut,
    /// Explained by the diagnostics.
    #[error("does not compile")]
    Errors,
    #[error("does not compile: {0}")]
    Text(String),
    #[error("does not compile to a template: the result {0}")]
    Json(#[from] FileError),
    #[error("cannot be compiled: unknown output of Bicep; use a later version of Bicep")]
    Unknown,
}

impl CompileError {
    /// The input to change, where it is not that of the file to compile.
    pub(in crate::template) fn input(&self) -> Option<&'static str> {
        match self {
            Self::Program(error) => error.input(),
            _ => None,
        }
    }
}

/// The result of compiling a `.bicepparam` file.
pub(in crate::template) struct BuiltParameters {
    /// A parameters file.
    pub(in crate::template) parameters: Map<String, Value>,
    /// The target of `using`.
    pub(in crate::template) using: Using,
}

/// The template that a `.bicepparam` file is for.
pub(in crate::template) enum Using {
    /// `using none`.
    None,
    Template(Map<String, Value>),
    /// The resource id of a template spec.
    Spec(String),
}

/// What `bicep build-params --stdout` writes: JSON in JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    parameters_json: String,
    template_json: Option<String>,
    template_spec_id: Option<String>,
}

impl Compiler {
    /// A compiler for files in `folder`, which is also where it runs.
    #[must_use]
    pub(crate) fn new(inputs: BicepInputs, environment: Environment, folder: PathBuf) -> Self {
        Self {
            inputs,
            environment,
            folder,
            variables: Vec::new(),
            program: OnceCell::new(),
        }
    }

    /// Adds environment variables for the compiler, with which it gets tokens for private registries.
    #[must_use]
    pub(crate) fn with_variables(self, variables: Vec<(OsString, OsString)>) -> Self {
        Self { variables, ..self }
    }

    /// The folder that paths are relative to.
    pub(in crate::template) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The ARM template of a `.bicep` file.
    pub(in crate::template) async fn template(&self, file: &Path) -> Compiled<Map<String, Value>> {
        let path = self.folder.join(file);
        let arguments = ["build".as_ref(), path.as_os_str()];
        let compiled = self.compile(file, &arguments, None, &[]).await;
        compiled.map(|stdout| Ok(file::object(stdout)?))
    }

    /// Compiles a `.bicepparam` file with `overrides`. `template` is the Bicep file that it must be for.
    pub(in crate::template) async fn parameters(
        &self,
        file: &Path,
        template: Option<&Path>,
        overrides: &Map<String, Value>,
    ) -> Compiled<BuiltParameters> {
        let path = self.folder.join(file);
        let template = template.map(|template| self.folder.join(template));
        let mut arguments = vec!["build-params".as_ref(), path.as_os_str()];
        if let Some(template) = &template {
            arguments.extend(["--bicep-file".as_ref(), template.as_os_str()]);
        }
        let read = self.variables_read(file);
        let compiled = self.compile(file, &arguments, Some(overrides), &read).await;
        compiled.map(|stdout| built(&stdout))
    }

    /// The values of the environment variables that the `.bicepparam` file reads by name.
    pub(in crate::template) fn variables_read(&self, file: &Path) -> Vec<SecretString> {
        let text = file::text(&self.folder.join(file)).unwrap_or_default();
        let values = secure::variables(&text).filter_map(|name| self.environment.get(name));
        values.map(SecretString::from).collect()
    }

    async fn compile(
        &self,
        file: &Path,
        arguments: &[&OsStr],
        overrides: Option<&Map<String, Value>>,
        read: &[SecretString],
    ) -> Compiled<Vec<u8>> {
        let name = file.display().to_string();
        match self.run(arguments, overrides).await {
            Ok(output) => {
                let stderr = String::from_utf8_lossy(&output.stderr);
                let mut compilation = Compilation::read(name, &stderr, &self.folder);
                if let Some(overrides) = overrides {
                    redact(&mut compilation, overrides.values(), read);
                }
                Compiled {
                    result: outcome(output, &compilation),
                    compilation,
                }
            }
            Err(error) => Compiled {
                result: Err(error),
                compilation: Compilation::default(),
            },
        }
    }

    async fn run(
        &self,
        arguments: &[&OsStr],
        overrides: Option<&Map<String, Value>>,
    ) -> Result<Output, CompileError> {
        let find = || program::find(&self.inputs, &self.environment, &self.folder);
        let program = self.program.get_or_try_init(find).await?;
        let mut environment = child::environment(&self.environment);
        environment.extend(self.variables.iter().cloned());
        if let Some(overrides) = overrides.filter(|overrides| !overrides.is_empty()) {
            let overrides = Value::Object(overrides.clone());
            environment.insert(OVERRIDES.into(), overrides.to_string().into());
        }
        let format = ["--stdout", "--diagnostics-format", "sarif"].map(OsStr::new);
        let arguments = [arguments, &format].concat();
        let ran = child::run(program, &arguments, &environment, &self.folder).await;
        ran.map_err(|error: io::Error| match error.kind() {
            ErrorKind::TimedOut => CompileError::TimedOut,
            kind => CompileError::Start(kind),
        })
    }
}

impl<T> Compiled<T> {
    fn map<U>(self, read: impl FnOnce(T) -> Result<U, CompileError>) -> Compiled<U> {
        Compiled {
            result: self.result.and_then(read),
            compilation: self.compilation,
        }
    }
}

impl fmt::Debug for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiler")
            .field("inputs", &self.inputs)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// The compiled text, or why there is none.
fn outcome(output: Output, compilation: &Compilation) -> Result<Vec<u8>, CompileError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    if compilation.errors().next().is_some() {
        return Err(CompileError::Errors);
    }
    let first = compilation.text.lines().next();
    let text = first.map_or_else(|| output.status.to_string(), str::to_owned);
    Err(CompileError::Text(text))
}

fn built(stdout: &[u8]) -> Result<BuiltParameters, CompileError> {
    let written: Written = serde_json::from_slice(stdout).map_err(|_| CompileError::Unknown)?;
    let using = match (written.template_json, written.template_spec_id) {
        (Some(template), _) => Using::Template(file::object(template.into_bytes())?),
        (None, Some(id)) => Using::Spec(id),
        (None, None) => Using::None,
    };
    Ok(BuiltParameters {
        parameters: file::object(written.parameters_json.into_bytes())?,
        using,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_build_params_writes() {
        let write = |template: Value, spec: Value| {
            let parameters = r#"{"parameters": {"a": {"value": 1}}}"#;
            let written = json!({"parametersJson": parameters, "templateJson": template, "templateSpecId": spec});
            built(&written.to_string().into_bytes()).unwrap()
        };
        let with_template = write(json!("{\"resources\": []}"), Value::Null);
        assert_eq!(with_template.parameters["parameters"]["a"]["value"], 1);
        assert!(
            matches!(with_template.using, Using::Template(template) if template.contains_key("resources"))
        );
        let with_spec = write(Value::Null, json!("/subscriptions/x"));
        assert!(matches!(with_spec.using, Using::Spec(id) if id == "/subscriptions/x"));
        assert!(matches!(write(Value::Null, Value::Null).using, Using::None));
        assert!(matches!(built(b"Hello"), Err(CompileError::Unknown)));
    }
}
