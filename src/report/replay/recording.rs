//! What the reporter observed, in order.

use std::time::Duration;

use super::{
    entry::{Entry, Note, What},
    kept::kept,
};
use crate::{
    event::{Event, Texts},
    host::{Severity, Vault},
};

/// Everything that a run's log was made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording(Vec<Entry>);

impl Recording {
    /// Keeps what the log shows of `event`, which happened at `at` after the start.
    pub(crate) fn observe(&mut self, event: &Event, at: Duration) {
        self.push(What::Event(Box::new(kept(event))), at);
    }

    /// Keeps that there was a heartbeat.
    pub(crate) fn heartbeat(&mut self, at: Duration) {
        self.push(What::Heartbeat, at);
    }

    /// Keeps what was said about the last event.
    pub(crate) fn note(&mut self, severity: Severity, message: &str) {
        if let Some(entry) = self.0.last_mut() {
            entry.notes.push(Note {
                severity,
                message: message.to_owned(),
            });
        }
    }

    /// What was observed, without the secrets that the run knows by now: at the time it may have known fewer.
    pub(crate) fn redacted(&self, vault: &Vault) -> impl Iterator<Item = Entry> {
        self.0.iter().cloned().map(|mut entry| {
            if let What::Event(event) = &mut entry.event {
                event.texts(&mut |text| vault.clean(text));
            }
            for note in &mut entry.notes {
                vault.clean(&mut note.message);
            }
            entry
        })
    }

    fn push(&mut self, event: What, at: Duration) {
        self.0.push(Entry {
            at,
            event,
            notes: Vec::new(),
        });
    }
}
