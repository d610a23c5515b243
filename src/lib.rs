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

#[allow(unreachable_pub, reason = "its items are `pub` within the crate")]
mod arm;
mod cli;
mod clock;
#[allow(unreachable_pub, reason = "its items are `pub` within the crate")]
mod deploy;
mod host;
mod http;
mod identity;
mod inputs;
#[allow(unreachable_pub, reason = "its items are `pub` within the crate")]
mod report;
mod step;
mod template;
mod yaml;

pub use cli::start;
#[doc(hidden)]
pub use template::fingerprint_files;
