//! The program `long-deploy`: one step of a workflow.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    long_deploy::start(env::args())
}
