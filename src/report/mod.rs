//! What people and later steps see of a run: log, annotations, outputs, summary.
//!
//! [`Reporter`] hears the events. A record of them is kept, and everything else is a view of it: lines for the log,
//! annotations and a verdict at the end, the step's outputs, its summary and the report file.

mod advice;
mod annotations;
mod bars;
mod closing;
mod compilation;
mod count;
mod diagnostic;
pub(crate) mod duration;
#[cfg(test)]
mod fixtures;
mod fold;
mod hint_facts;
mod hint_table;
mod hints;
mod incident;
mod log;
mod markdown;
mod masking;
mod outputs;
mod place;
mod record;
mod report_file;
mod reporter;
mod seen;
mod stack;
#[cfg(test)]
mod stories;
mod summary;
mod verdict;
mod what_if;

pub use reporter::{Reporter, Settings};
