//! The real program against a simulated Azure, started as the runner starts it.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod bicep;
mod cancelling;
mod causes;
mod chaos;
mod common;
mod endings;
mod existing;
mod fault_table;
mod faults;
mod following;
mod foreign_answers;
mod grammar;
mod hints;
mod identity_of_deployment;
mod inputs;
mod mutations;
mod names;
mod network;
mod odd_errors;
mod operations;
mod outputs;
mod post;
mod protection;
mod registry;
mod report;
mod reruns;
mod scopes;
mod secrets;
mod sign_in;
mod stacks;
mod step;
mod templates;
mod unanswered;
mod validate;
mod what_if;
