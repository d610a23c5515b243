//! The request: all inputs, parsed and consistent.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Map, Value};

use super::{DeploymentMode, Operation, Rollback, StackSettings};
use crate::{
    arm::{ChangeType, Scope},
    http::ExtraRoots,
    identity::SignIn,
};

/// What one step is to do.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Who signs in.
    pub sign_in: SignIn,
    /// What is done with the deployment or stack.
    pub operation: Operation,
    /// The stack's settings, if it is one.
    pub stack: Option<StackSettings>,
    /// Where the deployment goes.
    pub scope: Scope,
    /// Azure region that stores the deployment's data; required at every scope but a resource group.
    pub location: Option<String>,
    /// The deployment's name, if the user chose one.
    pub name: Option<String>,
    /// The template and its parameters, not yet read. Empty where a stack is deleted.
    pub template: TemplateInputs,
    /// Certificates to trust besides the root certificates.
    pub extra_roots: ExtraRoots,
    /// Which Bicep program compiles it.
    pub bicep: BicepInputs,
    /// Incremental or complete.
    pub mode: DeploymentMode,
    /// How thoroughly Azure checks the deployment first; `None` leaves it to Azure.
    pub validation_level: Option<ValidationLevel>,
    /// Tags of the deployment or stack: name → text.
    pub tags: Map<String, Value>,
    /// What Azure does if the deployment fails.
    pub rollback: Option<Rollback>,
    /// What Azure stores of requests and answers; `None` for nothing.
    pub debug_setting: Option<DebugSetting>,
    /// The what-if to make, before the deployment or instead of it.
    pub what_if: Option<WhatIfInputs>,
    /// Intervals and time-outs.
    pub timing: Timing,
    /// What happens to the deployment after `timeout`.
    pub on_timeout: OnStop,
    /// What happens to the deployment when the run is cancelled.
    pub on_cancel: OnStop,
    /// What to do if a deployment of this name is running.
    pub if_active: IfActive,
    /// Whether to follow the deployment to its end.
    pub wait: bool,
    /// Template outputs whose values are masked; compared without regard to case.
    pub masked_outputs: Vec<String>,
    /// Whether to write the step summary.
    pub summary: bool,
}

/// What Azure stores of a deployment's requests and answers, which may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DebugSetting {
    /// Requests.
    Request,
    /// Answers.
    Response,
    /// Both.
    All,
}

impl DebugSetting {
    /// The level of detail as Azure writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Request => "requestContent",
            Self::Response => "responseContent",
            Self::All => "requestContent, responseContent",
        }
    }
}

/// How thoroughly Azure checks a deployment before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValidationLevel {
    /// The template only.
    Template,
    /// Also with the resource providers, and all permissions.
    Provider,
    /// With the resource providers, but only permissions to read.
    ProviderNoRbac,
}

impl ValidationLevel {
    /// The level as Azure writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Template => "Template",
            Self::Provider => "Provider",
            Self::ProviderNoRbac => "ProviderNoRbac",
        }
    }
}

/// Options of a what-if, and which changes it must not find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WhatIfInputs {
    /// Changes that are left out of it.
    pub excluded: Vec<ChangeType>,
    /// Changes that fail the step.
    pub forbidden: Vec<ChangeType>,
    /// Whether a what-if may pass that could not predict everything.
    pub allows_incomplete: bool,
    /// How much detail Azure returns of each resource.
    pub format: ResultFormat,
}

/// How much detail a what-if returns of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ResultFormat {
    /// All properties, and which of them change.
    #[default]
    Full,
    /// Only its id.
    IdOnly,
}

impl ResultFormat {
    /// The format as Azure writes it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FullResourcePayloads",
            Self::IdOnly => "ResourceIdOnly",
        }
    }
}

/// Where the template and its parameters are, as the user gave them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct TemplateInputs {
    /// The template; `None` if a `.bicepparam` file among the parameters files names it.
    pub source: Option<TemplateSource>,
    /// `parameters-file`: later files win. At most one is a `.bicepparam` file.
    pub parameters_files: Vec<PathBuf>,
    /// `parameters-file` as an address, alone. May be signed.
    pub parameters_uri: Option<String>,
    /// `parameters`: JSON or YAML object, or `key=value` lines; wins over files. May hold secrets.
    pub parameters: Option<String>,
}

/// Where the template is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum TemplateSource {
    /// `template-file`, relative to the working folder.
    File(PathBuf),
    /// `template-uri`. May be signed.
    Uri(String),
    /// `template-spec-id`: the resource id of a template spec's version.
    Spec(String),
}

/// Which Bicep program compiles; by default the image's own, else that of the `PATH`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BicepInputs {
    /// `bicep-path`, relative to the working folder.
    pub path: Option<PathBuf>,
    /// `bicep-version`, without a leading `v`.
    pub version: Option<String>,
    /// `bicep-sha256`, as 64 hexadecimal digits.
    pub sha256: Option<String>,
}

impl TemplateInputs {
    /// The `.bicepparam` file, and which of the parameters files it is.
    #[must_use]
    pub(crate) fn bicepparam(&self) -> Option<(usize, &Path)> {
        let mut files = self.parameters_files.iter().map(PathBuf::as_path);
        let at = files.position(|path| has_extension(path, "bicepparam"))?;
        Some((at, &self.parameters_files[at]))
    }

    /// Takes away what the inputs give for which `is_wrong`.
    pub(super) fn drop_inputs(&mut self, is_wrong: impl Fn(&str) -> bool) {
        if is_wrong(self.input()) {
            self.source = None;
        }
        if is_wrong("parameters-file") {
            self.parameters_files.clear();
            self.parameters_uri = None;
        }
        if is_wrong("parameters") {
            self.parameters = None;
        }
    }

    /// The input that names the template.
    #[must_use]
    pub(crate) fn input(&self) -> &'static str {
        match &self.source {
            Some(TemplateSource::File(_)) => "template-file",
            Some(TemplateSource::Uri(_)) => "template-uri",
            Some(TemplateSource::Spec(_)) => "template-spec-id",
            None => "parameters-file",
        }
    }

    /// The template for display: a path, a URL without its query, or a resource id.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        match &self.source {
            Some(TemplateSource::File(path)) => path.display().to_string(),
            Some(TemplateSource::Uri(uri)) => without_query(uri).to_owned(),
            Some(TemplateSource::Spec(id)) => id.clone(),
            None => {
                let file = self.bicepparam();
                file.map_or_else(String::new, |(_, path)| path.display().to_string())
            }
        }
    }

    /// The name of the template without folders and extension; that of a template spec.
    #[must_use]
    pub(crate) fn stem(&self) -> String {
        let shown = self.shown();
        let name = match &self.source {
            Some(TemplateSource::Spec(id)) => {
                let parts: Vec<_> = id.split('/').collect();
                let spec = parts
                    .iter()
                    .position(|part| part.to_ascii_lowercase().ends_with("templatespecs"));
                spec.and_then(|at| parts.get(at + 1))
                    .copied()
                    .unwrap_or("template")
            }
            _ => &shown,
        };
        let stem = Path::new(name).file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }
}

/// Whether the file's name ends in `extension`, in any case.
pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

/// Whether `text` is the address of a document rather than a path.
pub(crate) fn is_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["http", "https"]
            .iter()
            .any(|name| scheme.eq_ignore_ascii_case(name))
    })
}

/// `uri` without its query, which may be a signature.
pub(super) fn without_query(uri: &str) -> &str {
    uri.split(['?', '#']).next().unwrap_or_default()
}

impl fmt::Debug for TemplateInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateInputs")
            .field("source", &self.source)
            .field("parameters_files", &self.parameters_files)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TemplateSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Uri(uri) => f.debug_tuple("Uri").field(&without_query(uri)).finish(),
            Self::Spec(id) => f.debug_tuple("Spec").field(id).finish(),
        }
    }
}

/// Intervals and time-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timing {
    /// Longest time between two looks at the deployment.
    pub poll_interval: Duration,
    /// Longest silence in the log.
    pub heartbeat_interval: Duration,
    /// How long to follow the deployment.
    pub timeout: Duration,
    /// Greatest age of a token.
    pub token_refresh_interval: Duration,
}

/// What happens to a deployment that we stop following before its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnStop {
    /// It continues in Azure.
    #[default]
    Leave,
    /// It is cancelled.
    Cancel,
}

/// What to do if a deployment of our name is running already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IfActive {
    /// Follow it if it is the same deployment, else wait for its end.
    #[default]
    Auto,
    /// Wait for its end, then submit ours.
    Wait,
    /// Fail.
    Fail,
}
