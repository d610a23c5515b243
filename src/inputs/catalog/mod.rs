//! All inputs and outputs of the action, for the parser, `--help`, `action.yml` and `docs/inputs.md`.

#[cfg(test)]
mod docs;
mod entry;
mod inputs;
mod outputs;

pub(crate) use entry::{Input, Kind, Section};
pub(crate) use inputs::INPUTS;
pub(crate) use outputs::OUTPUTS;

/// The environment variable that stands in for the input `name`.
pub(super) fn variable(name: &str) -> Option<&'static str> {
    INPUTS.iter().find(|input| input.name == name)?.variable
}
