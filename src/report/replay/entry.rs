//! One thing that the reporter observed.

use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::{clock::seconds, event::Event, host::Severity};

/// The name of a heartbeat.
const HEARTBEAT: &str = "heartbeat";

/// What was observed, and when.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Time since the start of the run.
    #[serde(with = "seconds")]
    pub(super) at: Duration,
    pub(super) event: What,
    /// What the reporter said about its own work on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<Note>,
}

/// What was observed.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// The log had been silent for long. What was running then follows from the events before, and would make the report
    /// several times as long.
    Heartbeat,
    /// Something happened.
    Event(Box<Event>),
}

/// Something that the reporter said: that a file cannot be written, that an output cannot be masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) severity: Severity,
    pub(super) message: String,
}

impl Serialize for What {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Heartbeat => serializer.serialize_str(HEARTBEAT),
            Self::Event(event) => event.serialize(serializer),
        }
    }
}

impl What {
    /// Reads what was written.
    ///
    /// # Errors
    /// When it is nothing that this version knows, or damaged.
    pub(super) fn read(value: &Value) -> Result<Self, serde_json::Error> {
        if value == HEARTBEAT {
            return Ok(Self::Heartbeat);
        }
        Event::deserialize(value).map(|event| Self::Event(Box::new(event)))
    }
}
