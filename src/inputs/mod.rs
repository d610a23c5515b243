//! The inputs of the action: from environment variables to a validated request.

pub(crate) mod catalog;
mod creds;
mod environment;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod operation;
mod parse;
mod problem;
mod raw;
mod request;
mod secrets;
mod stack;

pub(crate) use environment::{Environment, is_writable, shell_variable};
pub(crate) use operation::{DeploymentMode, Operation, Rollback};
pub(crate) use parse::Invalid;
pub(crate) use problem::{Problem, Problems};
pub(crate) use request::{
    BicepInputs, DebugSetting, IfActive, OnStop, Request, ResultFormat, TemplateInputs,
    TemplateSource, Timing, ValidationLevel, WhatIfInputs, has_extension, is_address,
};
pub(crate) use secrets::secrets;
pub(crate) use stack::{DenyMode, DenySettings, StackSettings, Unmanaged, UnmanagedAction};

use self::raw::Raw;
use crate::host::ReportPath;

/// Reads and checks the inputs, but no file of a template or of parameters.
///
/// # Errors
/// All problems; no message holds a secret.
pub(crate) fn read(environment: &Environment) -> Result<Request, Box<Invalid>> {
    let mut problems = Problems::default();
    raw::check(environment, &mut problems);
    parse::request(&Raw::read(environment), environment, problems)
}

/// Where the report file is to be, also if other inputs are invalid: the report then lists the problems.
#[must_use]
pub(crate) fn report_file(environment: &Environment) -> Option<ReportPath> {
    parse::report_path(&Raw::read(environment), environment).ok()?
}

/// Names of the template outputs whose values are secrets, also if other inputs are invalid.
#[must_use]
pub(crate) fn masked_outputs(environment: &Environment) -> Vec<String> {
    parse::list(&Raw::read(environment).masked_outputs)
}

#[cfg(test)]
mod tests;
