//! The simulator as a client meets it: over TLS, with tokens.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod azure_pipelines;
mod cancellation;
mod client;
mod compression;
mod deployments;
mod failures;
mod faults;
mod foreign;
mod history;
mod journal;
mod limits;
mod lists;
mod misbehaviour;
mod other_clients;
mod recordings;
mod requests;
mod rollback;
mod sign_in;
mod stacks;
mod templates;
