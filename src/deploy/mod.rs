//! The run itself: submit, watch, cancel. It tells what happens as events and prints nothing.

mod aftermath;
mod ahead;
pub(crate) mod benching;
mod body;
mod cancel;
mod causes;
mod conflict;
mod context;
mod correlation;
mod delete;
mod failure;
mod foresight;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod guard;
mod history;
mod job;
mod pace;
mod plan;
mod preview;
mod progress;
mod read;
mod retry;
mod run;
mod schedule;
mod siblings;
mod stack_preview;
mod stage;
mod stop;
mod submit;
mod submitting;
#[cfg(test)]
mod tests;
mod times;
mod tree;
mod usual;
mod watch;

pub(crate) use aftermath::{Aftermath, look_after};
pub(crate) use context::Context;
pub(crate) use failure::Failure;
pub(crate) use job::{Job, Submission, Task};
pub(crate) use plan::{plan, plan_existing};
pub(crate) use read::main_template;
pub(crate) use run::{Stop, message_of, run, unless_stopped};
pub(crate) use stage::{Ledger, Stage};
