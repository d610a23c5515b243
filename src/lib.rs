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

use std::{
    io::{self, Write},
    process::ExitCode,
};

pub mod arm;
mod az;
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

/// Runs the program with its name and arguments: one step as the environment describes it, the answer to `--help` or
/// `--version`, or under the name `az` a token for Bicep.
#[must_use]
pub fn start(mut arguments: impl Iterator<Item = String>) -> ExitCode {
    let name = arguments.next().unwrap_or_default();
    if identity::broker::is_az(&name) {
        return match az::run(arguments) {
            Ok(token) => answer(&token, 0),
            Err(error) => complain(&error),
        };
    }
    match arguments.next().as_deref() {
        None => {
            step::run().map_or_else(|error| answer(&format!("{error:#}\n"), BUG), ExitCode::from)
        }
        Some("--help" | "-h") => answer(&usage::help(), 0),
        Some("--version" | "-V") => answer(&usage::version(), 0),
        Some(_) => answer(&usage::help(), INVALID),
    }
}

/// Not on standard output, which holds a token or nothing.
fn complain(error: &az::AzError) -> ExitCode {
    let _ = writeln!(io::stderr(), "{error}");
    ExitCode::from(error.exit_status())
}

fn answer(text: &str, status: u8) -> ExitCode {
    // A closed pipe is no reason to fail.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::from(status)
}
