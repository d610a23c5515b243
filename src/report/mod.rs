//! What a run shows to people and later steps: log, annotations, outputs, summary and report file.
//!
//! [`Reporter`] receives the events and keeps them in a [`record`], with a [`forecast`] of the time left. Everything else renders that record: the [`log`]
//! with its annotations, the step's [`outputs`], the [`summary`] and the [`report_file`]. The wording that they share
//! is in [`words`].

pub(crate) mod benching;
mod forecast;
#[cfg(test)]
mod hostile;
mod log;
mod outputs;
pub(crate) mod record;
mod report_file;
mod reporter;
mod summary;
mod what_if;
mod words;

pub(crate) use reporter::{Reporter, Settings};
pub(crate) use words::duration;
