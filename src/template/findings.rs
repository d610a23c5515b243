//! What is found while everything is read: problems, which end the step, and warnings, which do not.

use crate::inputs::Problems;

/// What was found so far. Never holds a value.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What is wrong with the inputs.
    pub(super) problems: Problems,
    /// What the user should know: lower-case fragments that begin with the input.
    pub(super) warnings: Vec<String>,
    /// Values that look like no text and whose types are not known, by line and name.
    pub(super) untyped: Vec<String>,
}

impl Findings {
    /// Adds a problem of `input`.
    pub(super) fn add(&mut self, input: &'static str, message: impl Into<String>) {
        self.problems.add(input, message);
    }

    /// Adds a warning about `input`, unless it is there already: a file may be read more than once.
    pub(super) fn warn(&mut self, input: &'static str, message: impl AsRef<str>) {
        let warning = format!("{input}: {}", message.as_ref());
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Notes that the type of a value is not known, unless that is noted already.
    pub(super) fn note_untyped(&mut self, value: String) {
        if !self.untyped.contains(&value) {
            self.untyped.push(value);
        }
    }
}
