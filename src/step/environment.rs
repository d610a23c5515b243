//! Builds runner, clock and session from the environment, and runs the reporter.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use azure_core::http::HttpClient;
use tokio::{select, sync::mpsc::UnboundedReceiver};

use crate::{
    clock::{Clock, TIME_SCALE},
    deploy::message_of,
    event::{Event, Events},
    host::{self, LogTo, Runner, Vault},
    identity::{Credential, NewsSender, Session, TokenNews},
    inputs::{self, Environment, Request},
    report::{Reporter, record::Record},
};

/// The runner that the environment describes, with all secrets of the environment kept.
pub(super) fn runner(environment: &Environment, log: LogTo) -> Runner {
    let variable = |name: &str| environment.get(name).map(str::to_owned);
    let runner = Runner::from_environment(&variable, log);
    for secret in inputs::secrets(environment) {
        runner.vault.keep(&secret);
    }
    host::report_panics(&runner.vault);
    if runner.context.debug {
        host::trace(&runner.console, &runner.vault);
    }
    runner
}

/// The clock of the run; the demo and the tests speed it up.
pub(super) fn clock(environment: &Environment) -> Clock {
    let scale = environment.get(TIME_SCALE);
    Clock::new(scale.and_then(|scale| scale.parse().ok()).unwrap_or(1))
}

/// A session for the identity in the request, which signs in when the first token is needed.
pub(super) fn session(
    environment: &Environment,
    request: &Request,
    http: Arc<dyn HttpClient>,
    clock: &Clock,
    events: &Events,
    vault: &Vault,
) -> Session {
    let variable = |name: &str| environment.get(name).map(str::to_owned);
    let (sign_in, clock) = (request.sign_in.clone(), clock.clone());
    let credential = Credential::new(sign_in, variable, http, clock.clone(), vault.clone());
    let limit = request.timing.token_refresh_interval;
    Session::new(credential, limit, clock, token_news(events))
}

/// Token news as events of the run.
pub(crate) fn token_news(events: &Events) -> NewsSender {
    let events = events.clone();
    NewsSender::new(move |news| {
        events.emit(match news {
            TokenNews::SignedIn(token) => Event::SignedIn(token),
            TokenNews::Refreshed(token) => Event::TokenRefreshed(token),
            TokenNews::RefreshFailed { reason, expires_in } => {
                Event::TokenRefreshFailed { reason, expires_in }
            }
            TokenNews::Retrying { reason, limit } => Event::Warned {
                message: format!(
                    "sign-in failed, retrying for {} minutes: {reason}",
                    limit.as_secs() / 60
                ),
            },
        });
    })
}

/// Reports what happens until the end, and that nothing happens when it has been silent for too long. An event that
/// cannot be reported because of a bug costs no other one; returns whether there was none, and what was kept.
pub(super) async fn report(
    mut reporter: Reporter,
    mut received: UnboundedReceiver<Event>,
) -> (bool, Record) {
    let mut is_well = true;
    loop {
        let event = select! {
            event = received.recv() => event,
            () = reporter.silence() => {
                reporter.heartbeat();
                continue;
            }
        };
        let Some(event) = event else {
            return (is_well, reporter.into_record());
        };
        let observed = catch_unwind(AssertUnwindSafe(|| reporter.observe(&event)));
        if let Err(panic) = observed {
            is_well = false;
            reporter.salvage(&event, &message_of(&*panic));
        }
        if matches!(event, Event::Ended(_)) {
            return (is_well, reporter.into_record());
        }
    }
}
