//! The messages of OTLP that carry spans (opentelemetry-proto, `trace/v1/trace.proto` and those that it imports).

use jiff::Timestamp;

use super::{
    Attributes, Link, Moment, Span, SpanParent, Status, Trace, attributes::Value, wire::Message,
};

/// Most spans in a request, as in the batches of OpenTelemetry's own exporters.
const MOST_SPANS: usize = 512;
/// Most bytes in a request, but for one span that has more: a collector takes 20 MiB, proxies before it may take less.
const MOST_BYTES: usize = 2 << 20;

/// `SpanKind`: within one program, which is how the conventions have spans of a pipeline's tasks.
const INTERNAL: u64 = 1;
/// `StatusCode`.
const ERROR: u64 = 2;

/// Flags of a trace (W3C Trace Context): it is recorded, and its id is random.
const SAMPLED: u32 = 1;
const RANDOM: u32 = 2;
/// Flags of a span: whether its parent is of another program is known, and it is.
const IS_REMOTE_KNOWN: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// The body of a request, and how many spans it has.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) body: Vec<u8>,
    pub(super) spans: usize,
}

/// The bodies of the requests with which a trace is sent.
#[cfg(test)]
pub(crate) fn encoded(trace: &Trace) -> Vec<Vec<u8>> {
    let batches = batches(trace).into_iter();
    batches.map(|batch| batch.body).collect()
}

/// The trace as the bodies of requests, the same for the same trace.
pub(super) fn batches(trace: &Trace) -> Vec<Batch> {
    let mut batches = Vec::new();
    let (mut open, mut bytes) = (Vec::new(), 0);
    for span in trace.spans.iter().map(|each| span(trace, each)) {
        let is_full = open.len() == MOST_SPANS || bytes + span.len() > MOST_BYTES;
        if is_full && !open.is_empty() {
            batches.push(batch(trace, std::mem::take(&mut open)));
            bytes = 0;
        }
        bytes += span.len();
        open.push(span);
    }
    if !open.is_empty() {
        batches.push(batch(trace, open));
    }
    batches
}

/// `ExportTraceServiceRequest` with `ResourceSpans` and `ScopeSpans`, one of each.
fn batch(trace: &Trace, spans: Vec<Message>) -> Batch {
    let count = spans.len();
    let scope = Message::default()
        .text(1, env!("CARGO_PKG_NAME"))
        .text(2, env!("CARGO_PKG_VERSION"));
    let scope_spans = Message::default()
        .message(1, &scope)
        .messages(2, spans.into_iter());
    let resource = Message::default().messages(1, attributes(&trace.resource));
    let resource_spans = Message::default()
        .message(1, &resource)
        .message(2, &scope_spans);
    Batch {
        body: Message::default().message(1, &resource_spans).into_bytes(),
        spans: count,
    }
}

fn span(trace: &Trace, span: &Span) -> Message {
    let theirs = trace.parent.as_ref();
    let parent = match span.parent {
        SpanParent::Ours(id) => Some(id),
        SpanParent::Trace => theirs.map(|parent| parent.span),
    };
    let parent = parent.as_ref().map_or(&[][..], |id| id.as_bytes());
    Message::default()
        .bytes(1, trace.id.as_bytes())
        .bytes(2, span.id.as_bytes())
        .text(3, theirs.map_or("", |parent| &parent.state))
        .bytes(4, parent)
        .text(5, &span.name)
        .number(6, INTERNAL)
        .fixed64(7, nanoseconds(span.start))
        .fixed64(8, nanoseconds(span.end))
        .messages(9, attributes(&span.attributes))
        .messages(11, span.moments.iter().map(event))
        .messages(13, span.links.iter().map(|each| link(trace, *each)))
        .message(15, &status(&span.status))
        .fixed32(16, flags(trace, span))
}

fn flags(trace: &Trace, span: &Span) -> u32 {
    let of_trace = match &trace.parent {
        Some(parent) => u32::from(parent.flags),
        None if trace.is_random => SAMPLED | RANDOM,
        None => SAMPLED,
    };
    let of_parent = match (span.parent, &trace.parent) {
        (SpanParent::Ours(_), _) => IS_REMOTE_KNOWN,
        (SpanParent::Trace, Some(_)) => IS_REMOTE_KNOWN | IS_REMOTE,
        (SpanParent::Trace, None) => 0,
    };
    of_trace | of_parent
}

fn event(moment: &Moment) -> Message {
    Message::default()
        .fixed64(1, nanoseconds(moment.at))
        .text(2, moment.name)
        .messages(3, attributes(&moment.attributes))
}

fn link(trace: &Trace, link: Link) -> Message {
    Message::default()
        .bytes(1, trace.id.as_bytes())
        .bytes(2, link.0.as_bytes())
}

fn status(status: &Status) -> Message {
    match status {
        Status::Unset => Message::default(),
        Status::Error(message) => Message::default().text(2, message).number(3, ERROR),
    }
}

/// `KeyValue` with `AnyValue`.
fn attributes(attributes: &Attributes) -> impl Iterator<Item = Message> {
    attributes.iter().map(|(name, value)| {
        let value = match value {
            Value::Text(text) => Message::default().chosen_text(1, text),
            // Negative numbers are written as if they had no sign.
            Value::Integer(number) => Message::default().choice(3, number.cast_unsigned()),
        };
        Message::default().text(1, name).message(2, &value)
    })
}

/// Since 1970; 0 before.
fn nanoseconds(time: Timestamp) -> u64 {
    time.as_nanosecond().try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use azure_simulator::traces::{decode, rewritten};

    use super::*;
    use crate::otlp::{Parent, SpanId, TraceId};

    fn trace(spans: usize, name: &str) -> Trace {
        let root = SpanId::derived(&["root"]);
        let start: Timestamp = "2026-01-05T02:00:00.000000001Z".parse().expect("a time");
        let span = |n: usize| Span {
            id: SpanId::derived(&[&n.to_string()]),
            parent: match n {
                0 => SpanParent::Trace,
                _ => SpanParent::Ours(root),
            },
            name: name.to_owned(),
            start,
            end: start + jiff::SignedDuration::from_secs(90),
            attributes: Attributes::default()
                .text("text", "x")
                .text("empty", "")
                .integer("zero", 0)
                .integer("less", -7),
            moments: vec![Moment {
                at: start,
                name: "happened",
                attributes: Attributes::default().integer("seconds", 300),
            }],
            links: vec![Link(root)],
            status: match n {
                0 => Status::Error("Kühl\n::error::".to_owned()),
                _ => Status::Unset,
            },
        };
        Trace {
            id: TraceId::derived(&["trace"]),
            parent: None,
            is_random: true,
            resource: Attributes::default().text("service.name", "hub"),
            spans: (0..spans).map(span).collect(),
        }
    }

    #[test]
    fn another_implementation_reads_what_was_meant_and_writes_the_same_bytes() {
        let mut trace = trace(2, "create something");
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let variables = |name: &str| match name {
            "TRACEPARENT" => Some(parent),
            "TRACESTATE" => Some("a=b"),
            _ => None,
        };
        let theirs = Parent::read(variables).expect("a parent");
        for parent in [None, Some(theirs)] {
            trace.parent = parent;
            let [batch] = &batches(&trace)[..] else {
                panic!("one batch");
            };
            assert_eq!(rewritten(&batch.body), Some(batch.body.clone()));
            insta::assert_debug_snapshot!(decode(&batch.body).expect("OTLP"));
        }
    }

    #[test]
    fn no_request_has_too_many_spans_or_bytes() {
        let sizes = |trace: &Trace| -> Vec<_> {
            let batches = batches(trace).into_iter();
            let sizes = batches.map(|batch| {
                let read = decode(&batch.body).expect("OTLP");
                assert_eq!(read.len(), batch.spans);
                assert!(
                    read.iter()
                        .all(|span| span.resource["service.name"] == "hub")
                );
                batch.spans
            });
            sizes.collect()
        };
        assert_eq!(sizes(&trace(0, "x")), [0; 0]);
        assert_eq!(sizes(&trace(512, "x")), [512]);
        assert_eq!(sizes(&trace(1_300, "x")), [512, 512, 276]);
        assert_eq!(sizes(&trace(5, &"x".repeat(900_000))), [2, 2, 1]);
        assert_eq!(sizes(&trace(2, &"x".repeat(3 << 20))), [1, 1]);
    }
}
