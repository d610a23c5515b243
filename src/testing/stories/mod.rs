//! Runs for tests of the report: what happened, and when.

mod ahead;
pub(crate) mod every;
mod foretold;
mod kinds;
mod parts;
mod runs;

pub(crate) use ahead::{foreseen, lost_sight, replaced};
pub(crate) use foretold::{first_run, foretold};
pub(crate) use kinds::{
    failure_in_plain_words, failure_of_the_new_generation, failure_of_the_old_generation,
    many_batches, rolled_back, stack, throttling, what_if,
};
pub(crate) use parts::{
    SUBSCRIPTION, Story, begun, cause, minutes, nested, plan_at, progressed, record, resource,
    state, told_ahead, workflow_run,
};
pub(crate) use runs::{
    cancel, failure, hostile, input_problems, many_resources, no_resources, outage, sign_in_lost,
    success, time_out,
};
