//! Interface to the Bicep compiler.

#[cfg(test)]
mod tests;

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
use tempfile::NamedTempFile;
use tokio::sync::OnceCell;

use super::{
    child,
    diagnostics::Compilation,
    program::{self, ProgramError},
    redaction::redact,
    version::{self, Untrusted, Version},
};
use crate::{
    http::ExtraRoots,
    inputs::{BicepInputs, Environment, has_extension},
    template::{
        file::{self, FileError},
        secure, using,
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
    extra_roots: ExtraRoots,
    program: OnceCell<PathBuf>,
    /// All certificates to trust, if there are extra ones.
    certificates: OnceCell<NamedTempFile>,
    /// Whether the program may have `variables`.
    trust: OnceCell<Result<(), Untrusted>>,
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
    #[error("cannot be compiled: the file {0}")]
    File(FileError),
    #[error("cannot be compiled: Bicep did not start ({0})")]
    Start(ErrorKind),
    #[error(
        "cannot be compiled: the certificates for Bicep cannot be written to the folder for temporary files ({0})"
    )]
    Certificates(ErrorKind),
    #[error("cannot be compiled: Bicep did not finish within 5 minutes")]
    TimedOut,
    /// Explained by the diagnostics.
    #[error("does not compile")]
    Errors,
    #[error("does not compile: {0}")]
    Text(String),
    #[error("does not compile to a template: the result {0}")]
    Json(#[from] FileError),
    /// The compiler quotes a template in JSON as it stands.
    #[error("uses `{template}`, which {fault}")]
    Used {
        /// The file that is to be mended.
        template: String,
        fault: FileError,
    },
    #[error("cannot be compiled: unknown output of Bicep; use a later version of Bicep")]
    Unknown,
}

impl CompileError {
    /// Whether the compiler could not be downloaded, with which the inputs have nothing to do.
    pub(in crate::template) fn is_out_of_reach(&self) -> bool {
        matches!(self, Self::Program(error) if error.is_out_of_reach())
    }

    /// The input to change, where it is not that of the file to compile.
    pub(in crate::template) fn input(&self) -> Option<&'static str> {
        match self {
            Self::Program(error) => error.input(),
            _ => None,
        }
    }

    /// What is wrong, where `file` was to be compiled.
    pub(in crate::template) fn about(&self, file: &str) -> String {
        match self {
            Self::Used { template, fault } => format!("`{template}`, which `{file}` uses, {fault}"),
            _ if self.input().is_some() => self.to_string(),
            _ => format!("`{file}`: {self}"),
        }
    }
}

/// The result of compiling a `.bicepparam` file.
pub(in crate::template) struct BuiltParameters {
    /// A parameters file.
    pub(in crate::template) parameters: Map<String, Value>,
    /// The target of `using`.
    pub(in crate::template) using: Using,
    /// What the author of a template in JSON may not have meant.
    pub(in crate::template) remarks: Vec<String>,
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
            extra_roots: ExtraRoots::default(),
            program: OnceCell::new(),
            certificates: OnceCell::new(),
            trust: OnceCell::new(),
        }
    }

    /// Adds environment variables for the compiler, with which it gets tokens for private registries. A compiler that
    /// would send them to any registry does not get them.
    #[must_use]
    pub(crate) fn with_variables(self, variables: Vec<(OsString, OsString)>) -> Self {
        Self { variables, ..self }
    }

    /// Trusts these certificates besides the root certificates, in downloads and in the compiler.
    #[must_use]
    pub(crate) fn with_extra_roots(self, extra_roots: ExtraRoots) -> Self {
        Self {
            extra_roots,
            ..self
        }
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
        compiled.map(|stdout| Ok(file::object(stdout)?.object))
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
        if let Some(Err(error)) = template.as_deref().map(file::check_regular) {
            return Compiled::failed(CompileError::File(error));
        }
        let mut arguments = vec!["build-params".as_ref(), path.as_os_str()];
        if let Some(template) = &template {
            arguments.extend(["--bicep-file".as_ref(), template.as_os_str()]);
        }
        let read = self.variables_read(file);
        let compiled = self.compile(file, &arguments, Some(overrides), &read).await;
        compiled.map(|stdout| built(&stdout, self.json_used(file).as_deref()))
    }

    /// The template in JSON that the `.bicepparam` file uses, as a path like that of `file`.
    fn json_used(&self, file: &Path) -> Option<String> {
        let text = file::text(&self.folder.join(file)).ok()?;
        let used = Path::new(using::local_file(&text)?);
        let is_bicep = has_extension(used, "bicep");
        let path = file.parent().unwrap_or(Path::new("")).join(used);
        (!is_bicep).then(|| path.display().to_string())
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
        match self.run(file, arguments, overrides).await {
            Ok(output) => {
                let stderr = String::from_utf8_lossy(&output.stderr);
                let mut compilation = Compilation::read(name, &stderr, &self.folder);
                if let Some(overrides) = overrides {
                    redact(&mut compilation, overrides.values(), read);
                }
                let result = outcome(output, &compilation);
                if let Some(Err(untrusted)) = self.trust.get() {
                    compilation.add_text(&untrusted.to_string());
                }
                Compiled {
                    result,
                    compilation,
                }
            }
            Err(error) => Compiled::failed(error),
        }
    }

    async fn run(
        &self,
        file: &Path,
        arguments: &[&OsStr],
        overrides: Option<&Map<String, Value>>,
    ) -> Result<Output, CompileError> {
        file::check_regular(&self.folder.join(file)).map_err(CompileError::File)?;
        let find = || {
            program::find(
                &self.inputs,
                &self.environment,
                &self.folder,
                &self.extra_roots,
            )
        };
        let program = self.program.get_or_try_init(find).await?;
        let mut environment = child::environment(&self.environment);
        if !self.variables.is_empty() && self.is_trusted(program).await {
            environment.extend(self.variables.iter().cloned());
        }
        if !self.extra_roots.is_empty() {
            let write =
                async || child::certificates(&self.extra_roots, &self.environment.temp_dir());
            let file = self.certificates.get_or_try_init(write).await;
            let file = file.map_err(|error| CompileError::Certificates(error.kind()))?;
            environment.insert(child::CERTIFICATES.into(), file.path().into());
        }
        if let Some(overrides) = overrides.filter(|overrides| !overrides.is_empty()) {
            let overrides = Value::Object(overrides.clone());
            environment.insert(OVERRIDES.into(), overrides.to_string().into());
        }
        let format = ["--stdout", "--diagnostics-format", "sarif"].map(OsStr::new);
        let arguments = [arguments, &format].concat();
        let ran = child::run(program, &arguments, &environment, &self.folder).await;
        ran.map_err(|error: io::Error| match error.kind() {
            ErrorKind::TimedOut => CompileError::TimedOut,
            ErrorKind::FileTooLarge => CompileError::Json(FileError::TooLarge),
            kind => CompileError::Start(kind),
        })
    }

    /// Whether `program` may have a token for private registries. The first time, it is asked for its version.
    async fn is_trusted(&self, program: &Path) -> bool {
        let check = || async {
            let environment = child::environment(&self.environment);
            version::check(Version::of(program, &environment, &self.folder).await)
        };
        self.trust.get_or_init(check).await.is_ok()
    }
}

impl<T> Compiled<T> {
    /// Of a compiler that did not run, or not to its end.
    fn failed(error: CompileError) -> Self {
        Self {
            result: Err(error),
            compilation: Compilation::default(),
        }
    }

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

/// Reads what the compiler wrote; `json` is the template, if it is in JSON.
fn built(stdout: &[u8], json: Option<&str>) -> Result<BuiltParameters, CompileError> {
    let written: Written = serde_json::from_slice(stdout).map_err(|_| CompileError::Unknown)?;
    let mut remarks = Vec::new();
    let using = match (written.template_json, written.template_spec_id) {
        (Some(template), _) => {
            let read = file::object(template.into_bytes()).map_err(|fault| match json {
                Some(template) => CompileError::Used {
                    template: template.to_owned(),
                    fault,
                },
                None => CompileError::Json(fault),
            })?;
            let name = json.unwrap_or_default();
            remarks.extend(
                read.remarks
                    .iter()
                    .map(|remark| format!("`{name}` {remark}")),
            );
            Using::Template(read.object)
        }
        (None, Some(id)) => Using::Spec(id),
        (None, None) => Using::None,
    };
    Ok(BuiltParameters {
        parameters: file::object(written.parameters_json.into_bytes())?.object,
        using,
        remarks,
    })
}
