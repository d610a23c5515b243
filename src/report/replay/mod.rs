//! Keeps what the reporter observes, in the report file, and shows the log of a run again from there.
//!
//! The log is shown by the same [`LogWriter`](super::log::LogWriter) as during the run, so it is the same, line for line.

mod entry;
mod kept;
mod kinds;
mod play;
mod read;
mod recording;
#[cfg(test)]
mod tests;

pub(super) use entry::Entry;
pub(crate) use play::play;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) use read::parse;
pub(crate) use read::{ReadError, read};
pub(super) use recording::Recording;
