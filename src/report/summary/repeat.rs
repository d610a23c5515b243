//! How to have the same again.

use crate::{host::Context, report::markdown::code};

/// The command that repeats the workflow run; nothing outside of one.
pub(super) fn section(run: &Context) -> String {
    let (Some(id), Some(repository)) = (&run.run_id, &run.repository) else {
        return String::new();
    };
    let command = code(&format!("gh run rerun {id} --repo {repository}"));
    format!("To repeat this run: {command}\n")
}
