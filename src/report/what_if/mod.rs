//! What a deployment would change: in the log as people know it from `az deployment what-if`, folded in the summary,
//! and as an output for later steps.

mod diff;
mod group;
mod json;
mod log;
#[cfg(test)]
mod recorded;
mod summary;
mod symbol;

pub(crate) use json::json;
pub(crate) use log::lines;
pub(crate) use summary::section;
