//! Azure deployments that take hours, in one step of a GitHub workflow.
//!
//! Data flows one way:
//!
//! ```text
//! environment → inputs → template → deploy ⇄ arm ⇄ identity
//!                                     │
//!                                     └─ events → report → log, outputs, summary
//! ```
//!
//! [`inputs`] turns the action's environment variables into a typed request, [`template`] reads what is to be
//! deployed, [`deploy`] submits it and follows it to its end, asking [`arm`] (how Azure Resource Manager speaks),
//! which asks [`identity`] for a token that is always fresh. What happens on the way is told as events, and
//! [`report`] makes of them what people and later steps see. [`host`] is where we run: GitHub's runner.

pub mod arm;
mod cli;
pub mod clock;
pub mod deploy;
pub mod host;
pub mod http;
pub mod identity;
pub mod inputs;
mod report;
mod step;
pub mod template;
#[cfg(test)]
mod testing;
mod yaml;

pub use cli::start;
