//! One step of a workflow, from its environment to its exit status; and its post step.

mod environment;
mod json;
mod post;
mod state;
mod traces;
mod work;

use std::{
    io::{self, Write},
    panic::AssertUnwindSafe,
};

use futures::FutureExt;
use tokio::{runtime::Builder, sync::mpsc::unbounded_channel};

use self::{
    environment::{clock, report, runner},
    state::State,
    traces::Traces,
    work::Work,
};
use crate::{
    deploy::message_of,
    event::{Ending, Event, Events, Left},
    host::{self, LogTo, Runner},
    inputs::{self, Environment},
    report::{Reporter, Settings, spans::Step},
};

#[cfg(test)]
pub(crate) use environment::token_news;
pub(crate) use post::run as run_post;

/// The exit status of a bug in this program.
const BUG: u8 = 70;

/// What standard output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Printing {
    /// The log.
    Log,
    /// The outputs as one JSON object; the log goes to standard error.
    Json,
}

/// Runs the step that `environment` describes.
///
/// # Errors
/// When the program cannot even start; everything else becomes an exit status.
pub(crate) fn run(environment: Environment, printing: Printing) -> anyhow::Result<u8> {
    let log = match printing {
        Printing::Log => LogTo::Output,
        Printing::Json => LogTo::Error,
    };
    let masked = inputs::masked_outputs(&environment);
    let runner = runner(&environment, log);
    let status = run_to_end(step(environment, runner.clone()))?;
    if printing == Printing::Json {
        let json = json::of(&runner.outputs(), &masked, &runner.vault);
        // A closed pipe is no reason to fail.
        let _ = writeln!(io::stdout(), "{json:#}");
    }
    Ok(status)
}

/// Runs `work` on this thread, and does not wait for what it leaves behind: a name lookup that hangs, or a file whose
/// reading does, cannot be stopped. Those have threads of their own. What is left of the program mostly waits for answers,
/// and more threads would only wake each other.
fn run_to_end<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}

/// The step itself: the work, and the reports in a task of their own. A bug in the work costs no report.
async fn step(environment: Environment, runner: Runner) -> u8 {
    let clock = clock(&environment);
    let request = inputs::read(&environment);
    let mut settings = request
        .as_ref()
        .map_or_else(|_| Settings::default(), Settings::from);
    settings.report_file = inputs::report_file(&environment);
    let extra_roots = request.as_ref().map(|request| request.extra_roots.clone());
    let traces = Traces {
        environment: environment.clone(),
        runner: runner.clone(),
        clock: clock.clone(),
        extra_roots: extra_roots.unwrap_or_default(),
    };
    let interrupt = host::interruption(&runner);
    let reporter = Reporter::new(runner.clone(), clock.clone(), settings);

    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let reporting = tokio::spawn(report(reporter, received));
    let work = Work {
        environment,
        runner: runner.clone(),
        clock,
        events: events.clone(),
        interrupt: interrupt.clone(),
    };
    let done = AssertUnwindSafe(work.carry_out(request))
        .catch_unwind()
        .await;
    let ending = done.unwrap_or_else(|panic| Ending::Bug {
        message: message_of(&*panic),
        left: Left::Unknown,
    });
    let status = ending.exit_status();
    if !ending.needs_aftermath() {
        // If that fails, the post step only looks once more.
        let _ = State::save_end(&runner);
    }
    events.emit(Event::Ended(ending));
    let Ok((is_well, record)) = reporting.await else {
        return BUG;
    };
    traces
        .tell(&record, Step::Main, interrupt.token().cancelled())
        .await;
    match is_well {
        true => status,
        false => BUG,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_in_the_background_does_not_keep_the_process() {
        let done = run_to_end(async {
            // As a name lookup that never ends.
            tokio::task::spawn_blocking(|| {
                loop {
                    std::thread::park();
                }
            });
            7
        });
        assert_eq!(done.expect("a runtime"), 7);
    }
}
