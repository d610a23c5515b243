//! One step of a workflow, from its environment to its exit status; and its post step.

mod post;
mod setting;
mod state;
mod work;

use std::{any::Any, env, panic::AssertUnwindSafe};

use futures::FutureExt;
use tokio::sync::mpsc::unbounded_channel;

use self::{
    setting::{clock, runner, tell, workspace},
    state::State,
    work::{Work, bug},
};
use crate::{
    deploy::{Ending, Event, Events},
    host::{self, Runner},
    inputs::{self, Environment},
    report::{Reporter, Settings},
};

pub(crate) use post::run as run_post;
#[cfg(test)]
pub(crate) use setting::token_news;

/// Runs the step that the process's environment describes.
///
/// # Errors
/// When the program cannot even start; everything else becomes an exit status.
pub(crate) fn run() -> anyhow::Result<u8> {
    let environment: Environment = env::vars_os().collect();
    let runner = runner(&environment);
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(step(environment, runner)))
}

/// The step itself: the work, and the reports in a task of their own. A bug in the work costs no report.
async fn step(environment: Environment, runner: Runner) -> u8 {
    let clock = clock(&environment);
    let request = inputs::read(&environment);
    let mut settings = request
        .as_ref()
        .map_or_else(|_| Settings::default(), Settings::from);
    settings.report_file =
        inputs::report_file(&environment).map(|path| workspace(&environment).join(path));
    let reporter = Reporter::new(runner.clone(), clock.clone(), settings);

    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let telling = tokio::spawn(tell(reporter, received));
    let work = Work {
        environment,
        runner: runner.clone(),
        clock,
        events: events.clone(),
        interrupt: host::interruption(),
    };
    let done = AssertUnwindSafe(work.carry_out(request))
        .catch_unwind()
        .await;
    let ending = done.unwrap_or_else(|panic| bug(&message_of(&*panic)));
    let status = ending.exit_status();
    if !matches!(ending, Ending::Cancelled { .. }) {
        // If that fails, the post step only looks once more.
        let _ = State::save_end(&runner);
    }
    events.emit(Event::Ended(ending));
    match telling.await {
        Ok(()) => status,
        Err(error) => bug(&error).exit_status(),
    }
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "panicked".to_owned())
}
