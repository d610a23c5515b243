//! Events → the log: lines, groups and annotations.

pub(super) mod annotations;
mod closing;
pub(super) mod compilation;
mod events;
mod fold;
mod heading;
mod heartbeat;
mod resource;
mod stack;

pub(super) use events::Log;
pub(super) use fold::Fold;
