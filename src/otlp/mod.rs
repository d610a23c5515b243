//! OpenTelemetry: what a trace is made of, how it is encoded for OTLP over HTTP, and how it is sent.
//!
//! The encoding is written by hand (`wire`, `message`), as `opentelemetry-proto` would bring eleven crates into a program
//! that only ever writes five messages, and the bytes must be the same for the same run. The tests read them with that
//! crate, and compare them with those that it writes.

mod answer;
mod attributes;
mod endpoint;
mod ids;
mod message;
mod pairs;
mod parent;
mod send;
mod settings;
mod trace;
mod wire;

pub(crate) use attributes::Attributes;
pub(crate) use ids::{SpanId, TraceId};
#[cfg(test)]
pub(crate) use message::encoded;
pub(crate) use parent::Parent;
pub(crate) use send::send;
pub(crate) use settings::Settings;
pub(crate) use trace::{Link, Moment, Span, SpanParent, Status, Trace};
