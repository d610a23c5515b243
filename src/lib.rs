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

use std::{io::Write as _, process::ExitCode};

pub mod arm;
pub mod clock;
pub mod deploy;
pub mod host;
pub mod http;
pub mod identity;
pub mod inputs;
pub mod report;
mod step;
pub mod template;
mod usage;

/// The exit status of a bug in this program.
const BUG: u8 = 70;
/// The exit status of wrong inputs.
const INVALID: u8 = 2;

/// Runs the program: one step as the environment describes it, or the answer to `--help` or `--version`.
#[must_use]
pub fn start(mut arguments: impl Iterator<Item = String>) -> ExitCode {
    match arguments.next().as_deref() {
        None => {
            step::run().map_or_else(|error| answer(&format!("{error:#}\n"), BUG), ExitCode::from)
        }
        Some("--help" | "-h") => answer(&usage::help(), 0),
        Some("--version" | "-V") => answer(&usage::version(), 0),
        Some(_) => answer(&usage::help(), INVALID),
    }
}

fn answer(text: &str, status: u8) -> ExitCode {
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(status)
}
