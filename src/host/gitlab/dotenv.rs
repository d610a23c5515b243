//! Outputs as a report of variables, which later jobs get.
//!
//! Source: GitLab's documentation of `artifacts:reports:dotenv`, and its `ParseDotenvArtifactService`.

use crate::host::output::{Output, OutputLimits, Secrecy, variable};

/// What GitLab reads: 5 KiB and, where nobody has raised that, 20 variables, each on one line. One that it cannot read
/// costs all of them. Everybody who can see the job can read the file.
pub(super) const LIMITS: OutputLimits = OutputLimits {
    one: usize::MAX,
    all: 5 * 1024,
    most: 20,
    lines: false,
    secrets: Secrecy::Open,
    shared: false,
};

/// `outputs` as `NAME=value` lines. There are no quotes and no escapes.
pub(super) fn dotenv(outputs: &[Output]) -> String {
    let outputs = outputs.iter();
    outputs
        .map(|output| format!("{}={}\n", variable(&output.name), output.value))
        .collect()
}
