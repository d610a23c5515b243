//! What the user should know, though it ended nothing.

use super::budget::{Frame, MESSAGE, NAME, Room};
use crate::{
    host::text::cut,
    report::{
        record::Record,
        words::{
            diagnostic,
            markdown::{code, paragraph},
        },
    },
};

const WARNINGS: usize = 20;

/// What Azure remarked when it validated the template.
pub(super) fn remarks(record: &Record, room: &mut Room) -> String {
    let frame = Frame {
        head: "### Azure remarks\n\n",
        foot: "",
        most: WARNINGS,
    };
    let validated = record.validated.as_ref();
    let remarks = validated.map_or(&[][..], |validated| &validated.diagnostics);
    let lines = remarks.iter().map(|remark| {
        let title = code(&cut(&remark.code, NAME));
        let sentence = cut(&diagnostic::sentence(remark), MESSAGE);
        format!("- **{title}** {}\n", paragraph(&sentence))
    });
    room.lines(frame, lines)
}

/// The warnings as a list.
pub(super) fn section(warnings: &[String], room: &mut Room) -> String {
    let frame = Frame {
        head: "### Warnings\n\n",
        foot: "",
        most: WARNINGS,
    };
    let lines = warnings
        .iter()
        .map(|warning| format!("- {}\n", paragraph(&cut(warning, MESSAGE))));
    room.lines(frame, lines)
}
