//! Shows the log of a recorded run.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    entry::{Entry, What},
    read::Recorded,
};
use crate::{clock::Clock, deploy::message_of, host::Console, report::log::LogWriter};

/// Writes the log of `run` to `console`: at once, or as it happened by `clock`, which may be a fast one. Returns whether
/// all of it could be written; a bug costs one event.
pub(crate) async fn play(run: &Recorded, console: Console, clock: Option<&Clock>) -> bool {
    let mut log = LogWriter::new(console, run.started);
    let mut is_well = true;
    for entry in &run.entries {
        if let Some(clock) = clock {
            clock.sleep(entry.at.saturating_sub(clock.elapsed())).await;
        }
        let shown = catch_unwind(AssertUnwindSafe(|| show(entry, &mut log)));
        if let Err(panic) = shown {
            is_well = false;
            log.bug(&message_of(&*panic));
        }
    }
    is_well
}

fn show(entry: &Entry, log: &mut LogWriter) {
    let heartbeat;
    let event = match &entry.event {
        What::Event(event) => event,
        What::Heartbeat => match log.heartbeat(entry.at) {
            Some(event) => {
                heartbeat = event;
                &heartbeat
            }
            None => return,
        },
    };
    log.observe(event, entry.at);
    for note in &entry.notes {
        log.note(note.severity, &note.message);
    }
    log.tell(event, entry.at);
}
