//! The span of the step itself (semantic conventions of OpenTelemetry, `cicd/cicd-spans.md`).

use super::{
    facts::{Facts, Failure},
    moments, place,
    told::{Look, Step},
};
use crate::{
    deploy::Aftermath,
    event::Ending,
    otlp::{Attributes, Span, SpanParent, Status},
};

/// What the step is called where no workflow gives it a name.
const UNNAMED: &str = "long-deploy";

pub(super) fn span(facts: &Facts<'_>) -> Span {
    let failure = facts.failure_of_step();
    Span {
        id: facts.span_of_step(),
        parent: SpanParent::Trace,
        name: format!("RUN {}", name(facts)),
        start: facts.extent.start,
        end: facts.extent.end,
        attributes: attributes(facts, failure.as_ref()),
        moments: moments::all(facts),
        links: Vec::new(),
        status: status(failure.as_ref()),
    }
}

pub(super) fn status(failure: Option<&Failure>) -> Status {
    failure.map_or(Status::Unset, |failure| {
        Status::Error(failure.message.clone())
    })
}

/// Job and step, as the workflow names them.
fn name(facts: &Facts<'_>) -> String {
    let context = facts.told.context;
    let parts: Vec<_> = [&context.job, &context.step]
        .into_iter()
        .flatten()
        .collect();
    let name = match parts[..] {
        [] => UNNAMED.to_owned(),
        [one] => one.clone(),
        [job, step, ..] => format!("{job}/{step}"),
    };
    match facts.told.step {
        Step::Main => name,
        Step::Post(_) => format!("{name} (post)"),
    }
}

fn attributes(facts: &Facts<'_>, failure: Option<&Failure>) -> Attributes {
    let context = facts.told.context;
    let url = context.run_url.as_ref().map(|url| match context.attempt {
        Some(attempt) => format!("{url}/attempts/{attempt}"),
        None => url.clone(),
    });
    let target = facts.target;
    let attributes = Attributes::default()
        .text("cicd.pipeline.task.name", name(facts))
        .text("cicd.pipeline.task.run.id", run_id(facts))
        .given("cicd.pipeline.task.run.url.full", url)
        .text("cicd.pipeline.task.run.result", result(facts))
        .text("cicd.pipeline.task.type", "deploy")
        .given("deployment.id", target.map(|target| target.as_str()))
        .given("deployment.name", target.map(|target| target.name()))
        .given("azure.correlation_id", facts.correlation)
        .given("error.type", failure.map(|failure| failure.code.as_str()));
    let attributes = match target {
        Some(target) => attributes.extended(&place::of(target.as_str())),
        None => attributes,
    };
    match facts.ending() {
        Some(ending) => attributes
            .text("long_deploy.operation", facts.record().operation().as_str())
            .integer("process.exit.code", ending.exit_status()),
        None => attributes,
    }
}

/// What tells this run of the step from others, without what it is about.
fn run_id(facts: &Facts<'_>) -> String {
    let parts = facts
        .identity
        .split_last()
        .map_or(&[][..], |(_, parts)| parts);
    parts.join("/")
}

/// One of the results that the conventions know.
fn result(facts: &Facts<'_>) -> &'static str {
    if let Step::Post(Look { aftermath, .. }) = facts.told.step {
        return match aftermath {
            Aftermath::CancelRefused(_) => "failure",
            Aftermath::Unknown { .. } => "error",
            _ => "success",
        };
    }
    match facts.ending() {
        Some(Ending::TimedOut { .. }) => "timeout",
        Some(Ending::Cancelled { .. }) => "cancellation",
        Some(ending) => match ending.exit_status() {
            0 => "success",
            1 => "failure",
            _ => "error",
        },
        None => "error",
    }
}
