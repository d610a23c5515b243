//! The what-if: in the log in the format of `az deployment what-if`, folded in the summary, and as a step output.

mod diff;
mod group;
mod json;
mod log;
#[cfg(test)]
mod recorded;
mod shown;
mod summary;
mod symbol;

pub(crate) use json::json;
pub(crate) use log::lines;
pub(crate) use shown::shown;
pub(crate) use summary::section;
