//! Parses the texts of inputs into a request, and collects all problems.

mod deployment;
mod duration;
mod network;
mod scope;
mod sign_in;
mod stack;
mod template;
mod timing;
mod values;
mod what_if;

use std::path::Path;

#[cfg(feature = "fuzzing")]
pub(super) use duration::parse as duration;
use secrecy::{ExposeSecret, SecretString};

pub(super) use self::values::list;
use super::{
    DenyMode, DenySettings, Environment, Problems, Request, StackSettings, Unmanaged,
    UnmanagedAction, catalog,
    creds::Creds,
    operation::{DeploymentMode, Operation},
    raw::Raw,
    request::{ResultFormat, TemplateInputs, ValidationLevel, WhatIfInputs},
    secrets::secrets,
};
use crate::{
    arm::Scope,
    host::{ReportPath, ReportPathError, text::quote},
    identity::{Guid, InvalidGuid},
};

/// What is wrong with the inputs, and which files they name all the same.
#[derive(Clone, Debug)]
pub(crate) struct Invalid {
    /// What is wrong.
    pub(crate) problems: Problems,
    /// The template and its parameters, without the inputs that are wrong themselves.
    pub(crate) template: TemplateInputs,
    /// Where the template was to be deployed, if that is known.
    pub(crate) scope: Option<Scope>,
}

/// Checks `raw`, adding to the `problems` that are already known.
///
/// # Errors
/// All problems.
pub(super) fn request(
    raw: &Raw,
    environment: &Environment,
    problems: Problems,
) -> Result<Request, Box<Invalid>> {
    let mut parser = Parser::new(raw, environment, problems);
    let request = parser.request();
    let Parser {
        problems,
        mut files,
        place,
        ..
    } = parser;
    problems.or(request).map_err(|problems| {
        files.drop_inputs(|input| problems.concern(input));
        Box::new(Invalid {
            problems,
            template: files,
            scope: place,
        })
    })
}

/// Where the report file is to be, if one is wanted.
///
/// # Errors
/// Why it cannot be there.
pub(super) fn report_path(
    raw: &Raw,
    environment: &Environment,
) -> Result<Option<ReportPath>, ReportPathError> {
    if raw.report_file.is_empty() {
        return Ok(None);
    }
    ReportPath::new(&environment.workspace(), Path::new(&raw.report_file)).map(Some)
}

/// Marker: a problem was already recorded for this input.
struct AlreadyReported;

struct Parser<'a> {
    raw: &'a Raw,
    environment: &'a Environment,
    creds: Creds,
    secrets: Vec<SecretString>,
    problems: Problems,
    /// The template and its parameters, as far as they are known.
    files: TemplateInputs,
    /// Where the template is to be deployed, if that is known.
    place: Option<Scope>,
}

impl<'a> Parser<'a> {
    /// Finds out now that the report could not be written: at the end it would be lost.
    fn check_report_file(&mut self) {
        if let Err(error) = report_path(self.raw, self.environment) {
            let quoted = self.quote(&self.raw.report_file);
            self.problems
                .add("report-file", format!("{quoted} {error}"));
        }
    }

    fn new(raw: &'a Raw, environment: &'a Environment, mut problems: Problems) -> Self {
        let creds = Creds::parse(&raw.creds).unwrap_or_else(|message| {
            problems.add("creds", message);
            Creds::default()
        });
        Self {
            raw,
            environment,
            creds,
            secrets: secrets(environment),
            problems,
            files: TemplateInputs::default(),
            place: None,
        }
    }

    fn request(&mut self) -> Option<Request> {
        let sign_in = self.sign_in();
        let is_stack = self.is_stack();
        let operation = self.operation(is_stack);
        let scope = self.scope(operation);
        self.place.clone_from(&scope);
        let stack = self.stack(is_stack, operation, scope.as_ref());
        let location = self.location(scope.as_ref(), operation);
        let name = self.name(is_stack, operation);
        let template = self.template(operation);
        self.check_proxies();
        let extra_roots = self.extra_roots();
        let bicep = self.bicep();
        let mode = self.mode(scope.as_ref());
        let validation_level = self.validation_level();
        let tags = self.tags();
        let rollback = self.rollback(is_stack, scope.as_ref());
        let debug_setting = self.debug_setting();
        let what_if = self.what_if(is_stack, operation);
        let timing = self.timing();
        let on_timeout = self.on_stop("on-timeout", &self.raw.on_timeout);
        let on_cancel = self.on_stop("on-cancel", &self.raw.on_cancel);
        let if_active = self.if_active();
        let wait = self.boolean("wait", &self.raw.wait);
        let summary = self.boolean("summary", &self.raw.summary);
        self.check_report_file();
        Some(Request {
            sign_in: sign_in?,
            operation: operation?,
            stack: stack?,
            scope: scope?,
            location,
            name,
            template: template?,
            extra_roots,
            bicep,
            mode: mode?,
            validation_level: validation_level?,
            tags: tags?,
            rollback,
            debug_setting: debug_setting?,
            what_if: what_if?,
            timing: timing?,
            on_timeout: on_timeout?,
            on_cancel: on_cancel?,
            if_active: if_active?,
            wait: wait?,
            masked_outputs: list(&self.raw.masked_outputs),
            summary: summary?,
        })
    }

    /// A GUID: the input, else what `creds` says, else the environment variable that stands in for the input.
    fn id(
        &mut self,
        input: &'static str,
        value: &str,
        creds: Option<String>,
    ) -> Result<Option<Guid>, AlreadyReported> {
        let variable = catalog::variable(input);
        let ambient = variable.and_then(|name| self.environment.get(name));
        let sources = [
            (value, String::new()),
            (creds.as_deref().unwrap_or_default(), " in creds".to_owned()),
            (
                ambient.unwrap_or_default(),
                format!(" in {}", variable.unwrap_or_default()),
            ),
        ];
        let mut sources = sources.iter().map(|(value, place)| (value.trim(), place));
        let Some((value, place)) = sources.find(|(value, _)| !value.is_empty()) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|error: InvalidGuid| {
            let quoted = self.quote(value);
            self.problems.add(
                input,
                format!("{quoted}{place} is {error}: give the id, not a name"),
            );
            AlreadyReported
        })
    }

    /// Adds that `input` is missing, `why` it is needed, and how to give it.
    fn missing(&mut self, input: &'static str, why: &str) {
        let or = catalog::variable(input).map(|variable| format!(", or set {variable}"));
        let or = or.unwrap_or_default();
        self.problems
            .add(input, format!("missing: {why}: give {input}{or}"));
    }

    fn boolean(&mut self, input: &'static str, value: &str) -> Option<bool> {
        self.choice(input, value, &[("true", true), ("false", false)])
    }

    /// What `value` stands for among `choices`, compared without regard to case.
    fn choice<T: Copy>(
        &mut self,
        input: &'static str,
        value: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let chosen = choices
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(value));
        if chosen.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            let quoted = self.quote(value);
            self.problems
                .add(input, format!("{quoted} is not valid: give one of {names}"));
        }
        chosen.map(|(_, meaning)| *meaning)
    }

    /// `value` in quotes for a message, or `***` if it contains a secret, as when inputs are swapped.
    fn quote(&self, value: &str) -> String {
        let holds_secret = |secret: &SecretString| value.contains(secret.expose_secret());
        if self.secrets.iter().any(holds_secret) {
            return "\"***\"".to_owned();
        }
        quote(value)
    }
}
