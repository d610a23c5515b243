//! The real program against a simulated Azure, started as the runner starts it.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod bicep;
mod endings;
mod faults;
mod following;
mod grammar;
mod inputs;
mod outputs;
mod scopes;
mod sign_in;
mod step;
mod templates;
