//! Words that log, annotations, outputs and summary share.

pub(super) mod advice;
pub(super) mod chain;
pub(super) mod changes;
pub(super) mod counts;
pub(super) mod diagnostic;
pub(crate) mod duration;
pub(super) mod estimate;
#[cfg(test)]
pub(super) mod gfm;
pub(super) mod headline;
pub(crate) mod hidden;
pub(super) mod hints;
pub(super) mod item;
pub(super) mod left;
pub(super) mod lines;
pub(super) mod markdown;
pub(super) mod operation;
pub(super) mod phrase;
pub(super) mod place;
pub(super) mod reason;
pub(super) mod rollback;
pub(super) mod stack;
pub(super) mod trouble;
pub(super) mod unseen;
pub(super) mod verdict;
