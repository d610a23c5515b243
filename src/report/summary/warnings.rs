//! What the user should know, though it ended nothing.

use super::{
    MESSAGE,
    room::{Frame, Room},
};
use crate::{host::text::cut, report::markdown::paragraph};

const WARNINGS: usize = 20;

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
