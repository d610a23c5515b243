//! The formats of timestamps and durations.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A timestamp in UTC, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// A duration in seconds, with milliseconds as decimals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seconds(pub(super) Duration);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let milliseconds = self.0.as_millis();
        if milliseconds.is_multiple_of(1_000) {
            serializer.serialize_u64(self.0.as_secs())
        } else {
            serializer.serialize_f64(milliseconds as f64 / 1_000.0)
        }
    }
}
