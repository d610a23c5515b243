//! What a run shows to people and later steps: log, annotations, outputs, summary and report file.
//!
//! [`Reporter`] receives the events and keeps them in a [`record`], from which a [`forecast`] tells the time left. Everything
//! else renders that record: the [`log`] with its annotations, the step's [`outputs`], the [`summary`], the [`report_file`] and the [`spans`] of a trace. The
//! wording that they share is in [`words`]. From the report file, [`replay`] shows the log again.

pub(crate) mod benching;
mod forecast;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
#[cfg(test)]
mod hostile;
mod log;
mod outputs;
pub(crate) mod record;
mod replay;
mod report_file;
mod reporter;
mod settings;
pub(crate) mod spans;
mod summary;
mod what_if;
mod words;

pub(crate) use outputs::masking::is_masked;
pub(crate) use replay::{ReadError, play, read};
pub(crate) use reporter::Reporter;
pub(crate) use settings::Settings;
pub(crate) use words::duration;
