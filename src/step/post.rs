//! The step after the step: what became of a deployment whose step was cancelled or killed.
//!
//! The runner starts it in a container of its own, with the same inputs, whatever ended the main step, and gives it
//! about four and a half minutes when the run was cancelled.

use std::{env, future::pending, time::Duration};

use tokio::sync::mpsc::unbounded_channel;

use super::{
    environment::{self, report},
    run_to_end,
    state::State,
    traces::Traces,
};
use crate::{
    arm::{Arm, Cause, Portal, Target},
    clock::Clock,
    deploy::{self, Aftermath, Context, Ledger, Stage},
    event::Events,
    host::{Annotation, Line, LogTo, Runner, Severity},
    http,
    inputs::{self, Environment, Problems, Request},
    report::{
        Reporter, Settings,
        spans::{Look, Step},
    },
};

/// How long everything but the trace may take: the runner gives about four and a half minutes after a cancellation.
const LIMIT: Duration = Duration::from_secs(4 * 60);

/// Looks after the deployment of a step that did not end by itself; does nothing after one that did.
///
/// # Errors
/// When the program cannot even start.
pub(crate) fn run() -> anyhow::Result<u8> {
    let environment: Environment = env::vars_os().collect();
    let state = State::saved(&environment);
    let Some(state) = state else { return Ok(0) };
    let runner = environment::runner(&environment, LogTo::Output);
    let request = match inputs::read(&environment) {
        Ok(request) => request,
        Err(invalid) => {
            warn_of(&runner, &state, &invalid.problems);
            return Ok(0);
        }
    };
    let clock = environment::clock(&environment);
    let looking = async {
        let (sender, received) = unbounded_channel();
        let reporter = Reporter::new(runner.clone(), clock.clone(), Settings::from(&request));
        let reporting = tokio::spawn(report(reporter, received));
        let events = Events::new(sender);
        let looking = look_after(&environment, &runner, &clock, &request, &state, events);
        let aftermath = clock.timeout(LIMIT, looking).await;
        let aftermath = aftermath.unwrap_or_else(|_| unknown("the post step's time was up"));
        // Nothing can happen any more. If reporting it panicked, the aftermath is told all the same.
        let reported = reporting.await;
        conclude(&runner, &request, &state, &aftermath);
        if let Ok((_, record)) = reported {
            let look = Look {
                target: &state.target,
                stage: &state.stage,
                aftermath: &aftermath,
                took: clock.elapsed(),
            };
            let traces = Traces {
                environment: environment.clone(),
                runner: runner.clone(),
                clock: clock.clone(),
                extra_roots: request.extra_roots.clone(),
            };
            traces.tell(&record, Step::Post(look), pending()).await;
        }
    };
    run_to_end(looking)?;
    Ok(0)
}

/// The main step read the same inputs; only a file that they name can have gone since.
fn warn_of(runner: &Runner, state: &State, problems: &Problems) {
    let message = format!(
        "what became of {} is not known, look in the portal: {problems}",
        state.target
    );
    let warning = Annotation::new(Severity::Warning, &message);
    runner.console.annotate(&warning);
}

async fn look_after(
    environment: &Environment,
    runner: &Runner,
    clock: &Clock,
    request: &Request,
    state: &State,
    events: Events,
) -> Aftermath {
    let http = match http::client(&request.extra_roots) {
        Ok(http) => http,
        Err(error) => return unknown(error),
    };
    let vault = &runner.vault;
    let session = environment::session(environment, request, http.clone(), clock, &events, vault);
    let keeper = match session.keeper().await {
        Ok(keeper) => keeper,
        Err(error) => return unknown(format!("this cancelled job gets no token: {error}")),
    };
    let origin = request.sign_in.cloud.resource_manager.clone();
    let arm = Arm::new(http, origin, keeper, clock.clone());
    let context = Context {
        arm: &arm,
        clock,
        events: &events,
        ledger: &Nothing,
    };
    deploy::look_after(context, &state.target, &state.stage, request.on_cancel).await
}

/// Nobody comes after the post step.
struct Nothing;

impl Ledger for Nothing {
    fn save(&self, _: &Stage) {}
}

fn unknown(reason: impl ToString) -> Aftermath {
    Aftermath::Unknown {
        reason: reason.to_string(),
    }
}

fn conclude(runner: &Runner, request: &Request, state: &State, aftermath: &Aftermath) {
    let (console, vault) = (&runner.console, &runner.vault);
    let annotate = |severity, text: &str| {
        console.annotate(&Annotation::new(severity, &vault.redact(text)));
    };
    match message(request, &state.target, aftermath) {
        Message::Line(text) => console.print(&Line::plain(&vault.redact(&text))),
        Message::Warning(text) => annotate(Severity::Warning, &text),
        Message::Error(text) => annotate(Severity::Error, &text),
    }
}

enum Message {
    Line(String),
    Warning(String),
    Error(String),
}

fn message(request: &Request, target: &Target, aftermath: &Aftermath) -> Message {
    match aftermath {
        Aftermath::Absent => Message::Line(format!(
            "{target} of this step was never submitted: nothing to look after"
        )),
        Aftermath::Replaced => Message::Line(format!(
            "{target} of this step has ended; another one has its name now, which is left alone"
        )),
        Aftermath::Ended(state) => Message::Line(format!("{target} has ended: {state}")),
        Aftermath::Cancelled(state) => Message::Line(format!(
            "{target} was cancelled; it and all within it have ended: {state}"
        )),
        Aftermath::Running => Message::Warning(format!(
            "{target} goes on in Azure; {}: {}",
            advice(target),
            place(request, target)
        )),
        Aftermath::CancelRefused(causes) => Message::Error(format!(
            "{target} goes on in Azure, as Azure refused to cancel it: {}: {}",
            sentences(causes),
            place(request, target)
        )),
        Aftermath::Unknown { reason } => Message::Warning(format!(
            "what became of {target} is not known, look in the portal: {}; {reason}",
            place(request, target)
        )),
    }
}

fn advice(target: &Target) -> &'static str {
    match target {
        Target::Deployment(_) => {
            "follow it in the portal, or run it again to follow it here (on-cancel: cancel would have cancelled \
             it)"
        }
        Target::Stack(_) => "follow it in the portal; Azure cannot cancel a stack",
    }
}

fn sentences(causes: &[Cause]) -> String {
    let sentences: Vec<_> = causes
        .iter()
        .map(|cause| format!("{} {}", cause.code, cause.message))
        .collect();
    sentences.join("; ")
}

/// The page in the portal, or else the resource id.
fn place(request: &Request, target: &Target) -> String {
    let sign_in = &request.sign_in;
    let tenant = sign_in.tenant_id.as_ref().map(ToString::to_string);
    match &sign_in.cloud.portal {
        Some(portal) => target.portal_url(&Portal::new(portal, tenant.as_deref())),
        None => target.as_str().to_owned(),
    }
}
