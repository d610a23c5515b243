//! A trace: spans and what they say.

use jiff::Timestamp;

use super::{Attributes, Parent, SpanId, TraceId, attributes::LONGEST};
use crate::host::text::cut;

/// The spans of one trace, the outer ones before those within them.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) id: TraceId,
    /// Where it goes on from, if it is somebody else's.
    pub(crate) parent: Option<Parent>,
    /// Whether at least the last seven bytes of its id, if it is ours, are random.
    pub(crate) is_random: bool,
    /// Who says it: the attributes that all its spans share.
    pub(crate) resource: Attributes,
    pub(crate) spans: Vec<Span>,
}

/// Something that took time.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) id: SpanId,
    pub(crate) parent: SpanParent,
    pub(crate) name: String,
    pub(crate) start: Timestamp,
    /// Not before the start.
    pub(crate) end: Timestamp,
    pub(crate) attributes: Attributes,
    pub(crate) moments: Vec<Moment>,
    pub(crate) links: Vec<Link>,
    pub(crate) status: Status,
}

/// What a span is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanParent {
    /// A span of ours, of this step or of another one.
    Ours(SpanId),
    /// What the trace goes on from; nothing if the trace is ours.
    Trace,
}

/// Something that happened at one moment, which OpenTelemetry calls an event.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) name: &'static str,
    pub(crate) attributes: Attributes,
}

/// Another span of the same trace that has to do with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link(pub(crate) SpanId);

/// How something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It did not fail.
    Unset,
    /// It failed, and why.
    Error(String),
}

impl Trace {
    /// Takes out of all texts what `clean` finds in them, then cuts them.
    pub(crate) fn clean(&mut self, clean: impl Fn(&mut String)) {
        let mut change = |text: &mut String| {
            clean(text);
            *text = cut(text, LONGEST);
        };
        self.resource.texts(&mut change);
        for span in &mut self.spans {
            change(&mut span.name);
            span.attributes.texts(&mut change);
            for moment in &mut span.moments {
                moment.attributes.texts(&mut change);
            }
            if let Status::Error(message) = &mut span.status {
                change(message);
            }
        }
    }
}
