//! The step after the step: what became of a deployment whose step was cancelled or killed.
//!
//! The runner starts it in a container of its own, with the same inputs, whatever ended the main step, and gives it
//! about four and a half minutes when the workflow was cancelled.

use std::{env, time::Duration};

use tokio::sync::mpsc::unbounded_channel;

use super::{setting, state::State};
use crate::{
    arm::Arm,
    clock::Clock,
    deploy::{self, Aftermath, Context, Events},
    host::{Annotation, Line, Runner, Severity},
    http,
    inputs::{self, Environment, OnStop, Request},
    report::{Reporter, Settings},
};

/// How long everything may take: the runner gives about four and a half minutes after a cancellation.
const LIMIT: Duration = Duration::from_secs(4 * 60);

/// Looks after the deployment of a step that did not end by itself; does nothing after one that did.
///
/// # Errors
/// When the program cannot even start.
pub(crate) fn run() -> anyhow::Result<u8> {
    let environment: Environment = env::vars_os().collect();
    let state = State::saved(&environment).filter(|state| !state.ended);
    // Wrong inputs were told by the main step, which sent nothing then.
    let (Some(state), Ok(request)) = (state, inputs::read(&environment)) else {
        return Ok(0);
    };
    let runner = setting::runner(&environment);
    let clock = setting::clock(&environment);
    let looking = async {
        let looking = look_after(&environment, &runner, &clock, &request, &state);
        clock.timeout(LIMIT, looking).await
    };
    let aftermath = tokio::runtime::Runtime::new()?.block_on(looking);
    let aftermath = aftermath.unwrap_or_else(|_| unknown("the post step's time was up"));
    conclude(&runner, &request, &state, &aftermath);
    Ok(0)
}

async fn look_after(
    environment: &Environment,
    runner: &Runner,
    clock: &Clock,
    request: &Request,
    state: &State,
) -> Aftermath {
    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let reporter = Reporter::new(runner.clone(), clock.clone(), Settings::from(request));
    tokio::spawn(setting::tell(reporter, received));
    let http = match http::client() {
        Ok(http) => http,
        Err(error) => return unknown(error),
    };
    let session = setting::session(environment, request, http.clone(), clock, &events);
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
    };
    let cancel = request.on_cancel == OnStop::Cancel;
    deploy::look_after(context, &state.id, &state.correlation_id, cancel).await
}

fn unknown(reason: impl ToString) -> Aftermath {
    Aftermath::Unknown {
        reason: reason.to_string(),
    }
}

fn conclude(runner: &Runner, request: &Request, state: &State, aftermath: &Aftermath) {
    let name = state.id.name();
    let portal = request.sign_in.cloud.portal.as_ref();
    let place = portal.map_or_else(
        || format!("deployment {name}"),
        |portal| state.id.portal_url(portal),
    );
    match aftermath {
        Aftermath::Absent => runner.console.print(&Line::plain(&format!(
            "deployment {name} was never submitted: nothing to look after"
        ))),
        // Only what was to be cancelled was followed into what is within it.
        Aftermath::Ended(state) if request.on_cancel == OnStop::Cancel => {
            runner.console.print(&Line::plain(&format!(
                "deployment {name} and all within it have ended: {state}"
            )));
        }
        Aftermath::Ended(state) => runner.console.print(&Line::plain(&format!(
            "deployment {name} has ended: {state}"
        ))),
        Aftermath::Running => runner.console.annotate(&Annotation::new(
            Severity::Warning,
            &format!(
                "deployment {name} goes on in Azure; follow it in the portal, or run the workflow again to take it up \
                 (on-cancel: cancel would have cancelled it): {place}"
            ),
        )),
        Aftermath::Unknown { reason } => runner.console.annotate(&Annotation::new(
            Severity::Warning,
            &format!("what became of deployment {name} is not known, look in the portal: {place}; {reason}"),
        )),
    }
}
