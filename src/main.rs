//! The program `long-deploy`: one step of a workflow, or a command in a terminal.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    long_deploy::start(env::args_os())
}
