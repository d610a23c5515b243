//! Outputs as variables of the pipeline.

use super::command;

/// The longest value that becomes a variable, in bytes: each later task of the job gets all variables in its environment,
/// where Linux takes 128 KiB for one.
const LONGEST: usize = 32 * 1024;

/// The commands that set `outputs`; those that are too long are left out, and a warning says so.
pub(super) fn lines(outputs: &[(String, String)]) -> Vec<String> {
    let lines = outputs.iter().map(|(name, value)| {
        if value.len() > LONGEST {
            return left_out(name, value.len());
        }
        let properties = [
            ("variable", variable(name)),
            ("isOutput", "true".to_owned()),
        ];
        command("task.setvariable", &properties, value)
    });
    lines.collect()
}

/// The name of the variable: tasks get it in their environment, whose names have no hyphens.
fn variable(output: &str) -> String {
    output.replace('-', "_")
}

fn left_out(name: &str, size: usize) -> String {
    let message = format!(
        "the output {} has {size} bytes, too many for a variable: set report-file, which has it",
        crate::host::text::code(name)
    );
    command(
        "task.logissue",
        &[("type", "warning".to_owned())],
        &crate::host::text::disarm(&message),
    )
}
