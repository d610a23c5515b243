//! The inputs of the action: from environment variables to a validated request.

use std::path::PathBuf;

use secrecy::SecretString;

pub(crate) mod catalog;
mod creds;
mod environment;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod parse;
mod problem;
mod raw;
mod request;
mod stack;

pub(crate) use environment::Environment;
pub(crate) use problem::{Problem, Problems};
pub(crate) use request::{
    BicepInputs, DebugSetting, DeploymentMode, IfActive, OnStop, Operation, Request, Rollback,
    TemplateInputs, TemplateSource, Timing, ValidationLevel, WhatIfInputs, has_extension,
};
pub(crate) use stack::{DenyMode, DenySettings, StackSettings, Unmanaged, UnmanagedAction};

use self::raw::Raw;
use crate::host::id_token::REQUEST_TOKEN;

/// Reads and checks the inputs.
///
/// # Errors
/// All problems; no message holds a secret.
pub(crate) fn read(environment: &Environment) -> Result<Request, Problems> {
    let mut problems = Problems::default();
    raw::check(environment, &mut problems);
    parse::request(&Raw::read(environment), environment, problems)
}

/// What must be masked before anything is printed, also if the inputs are invalid. Each is one line.
#[must_use]
pub(crate) fn secrets(environment: &Environment) -> Vec<SecretString> {
    let mut secrets = Raw::read(environment).secrets();
    let request_token = environment.get(REQUEST_TOKEN);
    secrets.extend(request_token.map(SecretString::from));
    secrets
}

/// Path of the report file, also if other inputs are invalid: the report then lists the problems.
#[must_use]
pub(crate) fn report_file(environment: &Environment) -> Option<PathBuf> {
    let path = Raw::read(environment).report_file;
    (!path.is_empty()).then(|| path.into())
}

#[cfg(test)]
mod tests;
