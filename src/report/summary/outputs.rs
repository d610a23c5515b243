//! The template's outputs.

use serde_json::Value;

use super::budget::{Budget, Frame, NAME};
use crate::{
    host::text::cut,
    report::{
        outputs::{self, masking::is_masked},
        record::Record,
        words::markdown::{code, escape, head, row},
    },
};

/// Maximum length of a value, in characters.
const VALUE: usize = 200;

/// The table of outputs. Secure and `masked` values are shown as `***`, long values are cut.
pub(super) fn section(record: &Record, masked: &[String], budget: &mut Budget) -> String {
    let Some(outputs) = &record.outputs else {
        return String::new();
    };
    let frame = Frame {
        head: &format!("### Outputs\n\n{}", head(["Name", "Value"])),
        foot: "",
        most: usize::MAX,
    };
    let lines = outputs
        .iter()
        .map(|(name, output)| row(&[code(&cut(name, NAME)), cell(name, output, masked)]));
    budget.lines(frame, lines)
}

fn cell(name: &str, output: &Value, masked: &[String]) -> String {
    if outputs::is_secure(output) || is_masked(masked, name) {
        return escape("***");
    }
    if output.get("value").is_none_or(Value::is_null) {
        return escape("null");
    }
    code(&cut(&outputs::plain(output), VALUE))
}
