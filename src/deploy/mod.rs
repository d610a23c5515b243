//! The run itself: submit, watch, cancel. It tells what happens as events and prints nothing.

mod aftermath;
mod ask;
mod cancel;
mod correlation;
mod ending;
mod event;
mod patience;
mod plan;
mod preview;
mod rival;
mod run;
mod stack;
mod submit;
#[cfg(test)]
mod tests;
mod tree;
mod watch;

pub(crate) use aftermath::{Aftermath, look_after};
pub use ending::Ending;
pub(crate) use event::Token;
pub use event::{Event, Events, Plan, Resource};
pub(crate) use plan::{plan, plan_existing};
pub(crate) use preview::Preview;
pub(crate) use run::{Context, Job, run};
pub(crate) use stack::StackJob;
pub use stack::StackResources;
pub(crate) use submit::Submission;
