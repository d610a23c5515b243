//! Warnings and Azure's diagnostics, which did not end the run.

use super::budget::{Budget, Frame, MESSAGE, NAME};
use crate::{
    host::text::cut,
    report::{
        record::Record,
        words::{
            diagnostic,
            item::{item, titled_item},
        },
    },
};

const WARNINGS: usize = 20;

/// The diagnostics of the validation.
pub(super) fn remarks(record: &Record, budget: &mut Budget) -> String {
    let frame = Frame {
        head: "### Diagnostics\n\n",
        foot: "",
        most: WARNINGS,
    };
    let validated = record.validated.as_ref();
    let remarks = validated.map_or(&[][..], |validated| &validated.diagnostics);
    let lines = remarks.iter().map(|remark| {
        let sentence = cut(&diagnostic::sentence(remark), MESSAGE);
        titled_item(&cut(&remark.code, NAME), &sentence) + "\n"
    });
    budget.lines(frame, lines)
}

/// The warnings as a list.
pub(super) fn section(warnings: &[String], budget: &mut Budget) -> String {
    let frame = Frame {
        head: "### Warnings\n\n",
        foot: "",
        most: WARNINGS,
    };
    let lines = warnings
        .iter()
        .map(|warning| item(&cut(warning, MESSAGE)) + "\n");
    budget.lines(frame, lines)
}
