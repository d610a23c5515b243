//! Outputs as variables of the pipeline.

use super::command::command;
use crate::host::output::{Output, OutputLimits, Secrecy, variable};

/// What becomes a variable. Each later task of the job gets all variables in its environment, where Linux takes 128 KiB
/// for one of them and its name. The agent refuses secrets with several lines.
pub(super) const LIMITS: OutputLimits = OutputLimits {
    one: 32 * 1024,
    secrets: Secrecy::HiddenOnOneLine,
    ..OutputLimits::NONE
};

/// The commands that set `outputs`.
pub(super) fn lines(outputs: &[Output]) -> Vec<String> {
    outputs.iter().map(line).collect()
}

fn line(output: &Output) -> String {
    let mut properties = vec![
        ("variable", variable(&output.name)),
        ("isOutput", "true".to_owned()),
    ];
    if output.is_secret {
        properties.push(("isSecret", "true".to_owned()));
    }
    command("task.setvariable", &properties, &output.value)
}
