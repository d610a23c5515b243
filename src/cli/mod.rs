//! The command line: by which name the program was started, and what it prints by itself.

mod az;
mod replay;
mod usage;

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use crate::{
    host::{self, text},
    identity::broker,
    step,
};

/// The program's name as post step.
const POST: &str = "long-deploy-post";
/// The exit status of a bug in this program.
const BUG: u8 = 70;
/// The exit status of wrong inputs.
const INVALID: u8 = 2;

/// Runs the program with its name and arguments: one step as the environment describes it, its post step under the
/// name `long-deploy-post`, a token for Bicep under the name `az`, the log of an earlier run for `replay`, or the answer to
/// `--help` or `--version`.
#[must_use]
pub fn start(mut arguments: impl Iterator<Item = String>) -> ExitCode {
    if let Err(error) = host::protect() {
        // The deployment itself needs no protection, and some sandboxes do not offer it.
        print_error(&format!(
            "the Bicep compiler can read this program's environment: {error}"
        ));
    }
    let name = arguments.next().unwrap_or_default();
    if broker::is_az(&name) {
        return match az::run(arguments) {
            Ok(token) => print(&token, 0),
            Err(error) => {
                print_error(&error);
                ExitCode::from(error.exit_status())
            }
        };
    }
    let is_post = name.rsplit('/').next() == Some(POST);
    match arguments.next().as_deref() {
        None if is_post => exit(step::run_post()),
        None => exit(step::run()),
        Some("replay") => replay(arguments),
        Some("--help" | "-h") => print(&usage::help(), 0),
        Some("--version" | "-V") => print(&usage::version(), 0),
        Some(_) => print(&usage::help(), INVALID),
    }
}

/// What is said about a report quotes it, so nothing in it may reach the terminal or the runner as a command.
fn replay(arguments: impl Iterator<Item = String>) -> ExitCode {
    let say = |message: &str| print_error(&text::disarm(&text::one_line(message)));
    match replay::run(arguments, |warning| say(&format!("warning: {warning}"))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(BUG),
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(INVALID)
        }
    }
}

fn exit(status: anyhow::Result<u8>) -> ExitCode {
    status.map_or_else(|error| print(&format!("{error:#}\n"), BUG), ExitCode::from)
}

/// stderr: stdout carries the token.
fn print_error(error: &impl Display) {
    let _ = writeln!(io::stderr(), "{error}");
}

fn print(text: &str, status: u8) -> ExitCode {
    // A closed pipe is no reason to fail.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::from(status)
}
