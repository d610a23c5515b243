//! The simulator as a client meets it: over TLS, with tokens.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod client;
mod deployments;
