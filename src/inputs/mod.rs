//! What the workflow asked for: from the environment to a typed, checked request.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

pub mod catalog;
mod creds;
mod environment;
mod parse;
mod problem;
mod raw;
mod request;
mod stack;

pub use environment::Environment;
pub use problem::{Place, Problem, Problems};
pub use request::{
    BicepInputs, DebugSetting, DeploymentMode, Fate, IfActive, Operation, Pace, Request,
    ResultFormat, Rollback, TemplateInputs, TemplateSource, ValidationLevel, WhatIfInputs,
};
pub use stack::{DenyMode, DenySettings, StackSettings, Unmanaged, UnmanagedAction};

use raw::Raw;
pub(crate) use request::has_extension;

/// Reads and checks the inputs.
///
/// # Errors
/// Everything that is wrong with them; no message holds a secret.
pub fn read(environment: &Environment) -> Result<Request, Problems> {
    let mut problems = Problems::default();
    raw::check(environment, &mut problems);
    parse::request(&Raw::read(environment), environment, problems)
}

/// What must be masked before anything is printed, also when the inputs are wrong. Each is one line.
#[must_use]
pub fn secrets(environment: &Environment) -> Vec<SecretString> {
    let mut secrets = secrets_of(&Raw::read(environment));
    let request_token = environment.get(parse::ID_TOKEN_REQUEST_TOKEN);
    secrets.extend(request_token.map(SecretString::from));
    secrets
}

/// Where the report file goes, known also when the inputs are wrong: the report says so then.
#[must_use]
pub fn report_file(environment: &Environment) -> Option<PathBuf> {
    let path = Raw::read(environment).report_file;
    (!path.is_empty()).then(|| path.into())
}

fn secrets_of(raw: &Raw) -> Vec<SecretString> {
    let mut texts = creds::secrets(&raw.creds);
    texts.push(raw.client_secret.as_str().into());
    // The query of a signed address is its signature.
    let addresses = [&raw.template_uri, &raw.parameters_file].into_iter();
    let addresses = addresses.filter(|text| is_address(text));
    texts.extend(addresses.filter_map(|text| Some(text.split_once('?')?.1.into())));
    let lines = texts.iter().flat_map(|text| text.expose_secret().lines());
    let lines = lines.map(str::trim).filter(|line| !line.is_empty());
    lines.map(SecretString::from).collect()
}

/// Whether `text` is the address of a document rather than a path.
fn is_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["http", "https"]
            .iter()
            .any(|name| scheme.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests;
