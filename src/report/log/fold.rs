//! Groups in the log, so that a log that is read afterwards is short.
//!
//! What happens to resources as expected is folded; everything else stands between the folds. GitHub shows a group
//! open until it ends, so that whoever watches sees the resources, too.

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
    /// Prints `entry` in a group if it may be folded, else outside of any; `record` is what a new group begins with.
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

    /// Ends the group.
    pub(crate) fn end(&mut self, console: &Console) {
        if self.is_open {
            console.end_group();
        }
        self.is_open = false;
    }
}

/// Where the deployment stands as the group begins.
fn title(record: &Record, at: Duration) -> String {
    format!(
        "[{}] {}/{} done, {} running",
        duration::stamp(at),
        record.done,
        record.known,
        record.running(at).len()
    )
}
