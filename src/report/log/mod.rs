//! Events → the log: lines, groups and annotations.

mod annotations;
mod closing;
mod compilation;
mod events;
mod fold;
mod heading;
mod heartbeat;
mod live;
mod resource;
mod stack;
mod writer;

pub(super) use writer::LogWriter;
