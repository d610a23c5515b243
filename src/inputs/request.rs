//! The request: every input parsed, none contradicting another.

use std::{fmt, path::PathBuf, time::Duration};

use crate::{
    arm::{ChangeType, Scope},
    identity::SignIn,
};

/// What one step is to do.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who signs in.
    pub sign_in: SignIn,
    /// What is done with the deployment.
    pub operation: Operation,
    /// Where the deployment goes.
    pub scope: Scope,
    /// Azure region that keeps the deployment's data; given at every scope but a resource group.
    pub location: Option<String>,
    /// The deployment's name, if the user chose one.
    pub name: Option<String>,
    /// The template and its parameters, not yet read.
    pub template: TemplateInputs,
    /// Incremental or complete.
    pub mode: DeploymentMode,
    /// How thoroughly Azure checks the deployment first; `None` leaves it to Azure.
    pub validation_level: Option<ValidationLevel>,
    /// The what-if to make, before the deployment or instead of it.
    pub what_if: Option<WhatIfInputs>,
    /// How the run keeps time.
    pub pace: Pace,
    /// What becomes of the deployment when `timeout` passes.
    pub on_timeout: Fate,
    /// What becomes of the deployment when the workflow is cancelled.
    pub on_cancel: Fate,
    /// What to do if a deployment of this name is running.
    pub if_active: IfActive,
    /// Whether to follow the deployment to its end.
    pub wait: bool,
    /// Template outputs whose values are masked; compared without regard to case.
    pub masked_outputs: Vec<String>,
    /// Whether to write the step summary.
    pub summary: bool,
}

/// What is done with a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// It is submitted.
    #[default]
    Create,
    /// Azure checks whether it could be submitted.
    Validate,
    /// Azure predicts what it would change.
    WhatIf,
}

/// How thoroughly Azure checks a deployment before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationLevel {
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
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "Template",
            Self::Provider => "Provider",
            Self::ProviderNoRbac => "ProviderNoRbac",
        }
    }
}

/// How a what-if is made, and what it must not find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIfInputs {
    /// Changes that are left out of it.
    pub excluded: Vec<ChangeType>,
    /// Changes that fail the step.
    pub forbidden: Vec<ChangeType>,
    /// How much Azure tells of each resource.
    pub format: ResultFormat,
}

/// How much a what-if tells of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultFormat {
    /// All properties, and which of them change.
    #[default]
    Full,
    /// Only its id.
    IdOnly,
}

impl ResultFormat {
    /// The format as Azure writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FullResourcePayloads",
            Self::IdOnly => "ResourceIdOnly",
        }
    }
}

/// Where the template and its parameters are, as the user gave them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TemplateInputs {
    /// `template-file`, relative to the working folder.
    pub file: PathBuf,
    /// `parameters-file`: later files win.
    pub parameters_files: Vec<PathBuf>,
    /// `parameters`: JSON or YAML object, or `key=value` lines; wins over files. May hold secrets.
    pub parameters: Option<String>,
}

impl fmt::Debug for TemplateInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateInputs")
            .field("file", &self.file)
            .field("parameters_files", &self.parameters_files)
            .finish_non_exhaustive()
    }
}

/// What Azure does with resources of a resource group that the template does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeploymentMode {
    /// Leaves them alone.
    #[default]
    Incremental,
    /// Deletes them.
    Complete,
}

impl DeploymentMode {
    /// The mode as Azure writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incremental => "Incremental",
            Self::Complete => "Complete",
        }
    }
}

/// How the run keeps time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Longest time between two looks at the deployment.
    pub poll_interval: Duration,
    /// Longest silence in the log.
    pub heartbeat_interval: Duration,
    /// How long to follow the deployment.
    pub timeout: Duration,
    /// Greatest age of a token.
    pub token_refresh_interval: Duration,
}

/// What becomes of a deployment that we stop following before its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It goes on in Azure.
    #[default]
    Leave,
    /// It is cancelled.
    Cancel,
}

/// What to do if a deployment of our name is running already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfActive {
    /// Follow it if it is this very deployment; else wait for its end.
    #[default]
    Auto,
    /// Wait for its end, and submit ours then.
    Wait,
    /// Fail.
    Fail,
}
