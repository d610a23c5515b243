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
mod report;
mod step;
pub mod template;
#[cfg(test)]
mod testing;
mod usage;

/// The program's name as post step.
const POST: &str = "long-deploy-post";
/// The exit status of a bug in this program.
const BUG: u8 = 70;
/// The exit status of wrong inputs.
const INVALID: u8 = 2;

/// Runs the program with its name and arguments: one step as the environment describes it, its post step under the
/// name `long-deploy-post`, a token for Bicep under the name `az`, or the answer to `--help` or `--version`.
#[must_use]
pub fn start(mut arguments: impl Iterator<Item = String>) -> ExitCode {
    let name = arguments.next().unwrap_or_default();
    if identity::broker::is_az(&name) {
        return match az::run(arguments) {
            Ok(token) => answer(&token, 0),
            Err(error) => complain(&error),
        };
    }
    let is_post = name.rsplit('/').next() == Some(POST);
    match arguments.next().as_deref() {
        None if is_post => exit(step::run_post()),
        None => exit(step::run()),
        Some("--help" | "-h") => answer(&usage::help(), 0),
        Some("--version" | "-V") => answer(&usage::version(), 0),
        Some(_) => answer(&usage::help(), INVALID),
    }
}

fn exit(status: anyhow::Result<u8>) -> ExitCode {
    status.map_or_else(|error| answer(&format!("{error:#}\n"), BUG), ExitCode::from)
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
