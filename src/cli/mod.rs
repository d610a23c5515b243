//! The command line: by which name the program was started, and what it prints by itself.

mod az;
mod completions;
mod flags;
mod replay;
mod usage;

use std::{
    env,
    ffi::OsString,
    fmt::Display,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::{ArgMatches, error::ErrorKind};

use crate::{
    host::{self, text},
    identity::broker,
    inputs::Environment,
    step,
};

/// The program's name as post step.
const POST: &str = "long-deploy-post";
/// The exit status of a bug in this program.
const BUG: u8 = 70;
/// The exit status of wrong inputs.
const INVALID: u8 = 2;

/// Runs the program with its name and arguments: one step as the environment and the flags describe it, its post step
/// under the name `long-deploy-post`, a token for Bicep under the name `az`, or what a subcommand prints.
#[must_use]
pub fn start(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    if let Err(error) = host::protect() {
        // The deployment itself needs no protection, and some sandboxes do not offer it.
        print_error(&format!(
            "the Bicep compiler can read this program's environment: {error}"
        ));
    }
    let name = arguments.next().unwrap_or_default();
    if broker::is_az(Path::new(&name)) {
        return az(arguments);
    }
    let arguments: Vec<_> = arguments.collect();
    if arguments.is_empty() && Path::new(&name).file_name() == Some(POST.as_ref()) {
        return exit(step::run_post());
    }
    let program = OsString::from(flags::PROGRAM);
    let all = std::iter::once(program).chain(arguments.iter().cloned());
    match flags::command().try_get_matches_from(all) {
        Ok(matches) => match matches.subcommand() {
            Some((replay::NAME, matches)) => replay(matches),
            Some((_, matches)) => print(&completions::script(matches, flags::command()), 0),
            None => deploy(&matches),
        },
        Err(error) => refuse(&error, arguments.first()),
    }
}

fn az(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    match az::run(arguments) {
        Ok(token) => print(&token, 0),
        Err(error) => {
            print_error(&error);
            ExitCode::from(error.exit_status())
        }
    }
}

/// The answer to `--help` and `--version`, or what is wrong with the arguments.
fn refuse(error: &clap::Error, first: Option<&OsString>) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print(&error.to_string(), 0),
        _ if first.is_some_and(|first| first == replay::NAME) => {
            print_error(&replay::WRONG_USAGE);
            ExitCode::from(INVALID)
        }
        // It quotes arguments, which a script may have from anywhere.
        _ => {
            let message = error.to_string();
            let lines = text::lines(&message).map(|line| text::disarm(&line));
            lines.for_each(|line| print_error(&line));
            ExitCode::from(INVALID)
        }
    }
}

/// The step that flags and environment describe. People who gave neither are told what there is; a CI system that gave
/// neither is told by the step what is missing.
fn deploy(matches: &ArgMatches) -> ExitCode {
    let given = match flags::given(matches) {
        Ok(given) => given,
        Err(error) => {
            print_error(&error);
            return ExitCode::from(INVALID);
        }
    };
    let environment: Environment = env::vars_os().collect();
    let environment = environment.with_inputs(given);
    if !environment.has_inputs() && environment.host().is_for_people() {
        let help = flags::command().render_help().to_string();
        return print(&help, INVALID);
    }
    exit(step::run(environment, flags::printing(matches)))
}

/// What is said about a report quotes it, so nothing in it may reach the terminal or the runner as a command.
fn replay(matches: &ArgMatches) -> ExitCode {
    let say = |message: &str| print_error(&text::disarm(&text::one_line(message)));
    match replay::run(matches, |warning| say(&format!("warning: {warning}"))) {
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
