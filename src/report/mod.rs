//! What people and later steps see of a run: log, annotations, outputs, summary.
//!
//! [`Reporter`] hears the events. A [`record`] of them is kept, and everything else is a view of it: lines for the
//! [`log`], annotations and a verdict at the end, the step's [`outputs`], its [`summary`] and the [`report_file`].
//! The [`words`] are common to the views.

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
