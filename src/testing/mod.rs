//! What tests share.

pub(crate) mod stories;
