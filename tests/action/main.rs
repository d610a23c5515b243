//! The real program against a simulated Azure, started as the runner starts it.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod azure_cli;
mod bicep;
mod bicepparam;
mod cancelling;
mod causes;
mod chaos;
mod command_line;
mod common;
mod corpus;
mod dialect;
mod endings;
mod existing;
mod fault_table;
mod faults;
mod following;
mod foreign_answers;
mod grammar;
mod guard;
mod hints;
mod history;
mod hosts;
mod identity_of_deployment;
mod inputs;
mod mutations;
mod names;
mod network;
mod odd_errors;
mod operations;
mod outputs;
mod parameters;
mod post;
mod process;
mod protection;
mod pty;
mod reading;
mod registry;
mod replay;
mod report;
mod reruns;
mod rollback;
mod scopes;
mod secrets;
mod sign_in;
mod stack_what_if;
mod stacks;
mod step;
mod template_specs;
mod templates;
mod terminal;
mod traces;
mod unanswered;
mod validate;
mod what_if;
