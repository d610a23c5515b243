//! Where the program is, and its build.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Bench, Failure, progress};

/// Names the program to measure, if it is not that of the workspace.
const PROGRAM: &str = "LONG_DEPLOY_PROGRAM";

/// Finds the program, and builds it if it is not there or if that is asked for.
///
/// # Errors
/// When it is not there and cannot be built.
pub(super) fn find(build: bool) -> Result<Bench, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if let Some(program) = env::var_os(PROGRAM).map(PathBuf::from) {
        let program = program.canonicalize();
        let program = program.map_err(|error| Failure(format!("{PROGRAM}: {error}")))?;
        return Ok(Bench { program, root });
    }
    let program = target()?.join("release/long-deploy");
    if build || !program.is_file() {
        progress("building the program, which takes minutes");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(["build", "--release", "--locked"])
            .current_dir(&root);
        let status = command
            .status()
            .map_err(|error| Failure(format!("cargo: {error}")))?;
        if !status.success() {
            return Err(Failure("the program could not be built".to_owned()));
        }
    }
    Ok(Bench { program, root })
}

/// Cargo's target folder, where this program is in `release` or `debug`.
fn target() -> Result<PathBuf, Failure> {
    let own = env::current_exe().map_err(|error| Failure(format!("this program: {error}")))?;
    let target = own.ancestors().nth(2).map(Path::to_owned);
    target.ok_or_else(|| Failure(format!("{} is not in a target folder", own.display())))
}
