//! The template's outputs.

use serde_json::Value;

use super::budget::{Frame, NAME, Room};
use crate::{
    host::text::cut,
    report::{
        outputs::{self, masking::is_masked},
        record::Record,
        words::markdown::{code, escape, head, row},
    },
};

/// Characters of a value that are shown.
const VALUE: usize = 200;

/// A table of the outputs. Values that are secure or `masked` are stars, long ones are cut.
pub(super) fn section(record: &Record, masked: &[String], room: &mut Room) -> String {
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
    room.lines(frame, lines)
}

fn cell(name: &str, output: &Value, masked: &[String]) -> String {
    if outputs::is_secure(output) || is_masked(masked, name) {
        return escape("***");
    }
    code(&cut(&outputs::plain(output), VALUE))
}
