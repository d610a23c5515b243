//! Groups in the log, which keep a finished log short.
//!
//! Resources that start or succeed are grouped; failures and everything else stay outside of the groups. GitHub shows
//! a group expanded until it ends, so a live log still shows each resource.

use std::time::Duration;

use crate::{
    host::Console,
    report::{log::events::Entry, record::Record, words::duration},
};

/// Whether a group is open in the log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fold {
    is_open: bool,
}

impl Fold {
    /// Prints `entry`: in a group if it is routine, else outside. A new group's title shows the progress of `record`.
    pub(crate) fn print(
        &mut self,
        console: &Console,
        entry: &Entry,
        record: &Record,
        at: Duration,
    ) {
        if !entry.is_routine {
            self.end(console);
        } else if !self.is_open {
            console.group(&title(record, at));
            self.is_open = true;
        }
        console.print(&entry.line);
    }

    /// Ends the open group, if there is one.
    pub(crate) fn end(&mut self, console: &Console) {
        if self.is_open {
            console.end_group();
        }
        self.is_open = false;
    }
}

/// The progress at the start of the group.
fn title(record: &Record, at: Duration) -> String {
    format!(
        "[{}] {}/{} done, {} running",
        duration::stamp(at),
        record.done,
        record.total().number(),
        record.running_now
    )
}
