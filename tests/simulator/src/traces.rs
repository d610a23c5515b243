//! Spans as OpenTelemetry's own messages read them, independently of the program's encoding.

use std::{collections::BTreeMap, time::Duration};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{
        Span as Message,
        span::{Event as EventMessage, Link as LinkMessage},
    },
};
use prost::Message as _;

/// Attributes by name; numbers as text.
pub type Attributes = BTreeMap<String, String>;

/// A span that was received. Ids are hexadecimal digits, times count from 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The trace's id.
    pub trace: String,
    /// Its own id.
    pub id: String,
    /// The id of the span that it is a part of; empty if there is none.
    pub parent: String,
    /// What is kept beside the trace's id.
    pub state: String,
    /// Its name.
    pub name: String,
    /// The number of its kind.
    pub kind: i32,
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
    /// Its attributes.
    pub attributes: Attributes,
    /// What happened in it.
    pub events: Vec<Event>,
    /// Traces and spans that it links to.
    pub links: Vec<(String, String)>,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Its flags and those of the trace.
    pub flags: u32,
    /// The attributes of who sent it.
    pub resource: Attributes,
}

/// Something that happened at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, from 1970.
    pub at: Duration,
    /// What.
    pub name: String,
    /// More of it.
    pub attributes: Attributes,
}

/// The spans in the body of a request; `None` if it is none of OTLP.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Vec<Span>> {
    let request = ExportTraceServiceRequest::decode(body).ok()?;
    let mut spans = Vec::new();
    for part in request.resource_spans {
        let resource = attributes(part.resource.map(|Resource { attributes, .. }| attributes));
        let messages = part.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(messages.map(|message| span(message, resource.clone())));
    }
    Some(spans)
}

/// The body of a request as OpenTelemetry's own messages write it again; `None` if it is none of OTLP.
#[must_use]
pub fn rewritten(body: &[u8]) -> Option<Vec<u8>> {
    let request = ExportTraceServiceRequest::decode(body).ok()?;
    Some(request.encode_to_vec())
}

fn span(message: Message, resource: Attributes) -> Span {
    let status = message.status.unwrap_or_default();
    Span {
        trace: hex(&message.trace_id),
        id: hex(&message.span_id),
        parent: hex(&message.parent_span_id),
        state: message.trace_state,
        name: message.name,
        kind: message.kind,
        start: Duration::from_nanos(message.start_time_unix_nano),
        end: Duration::from_nanos(message.end_time_unix_nano),
        attributes: attributes(Some(message.attributes)),
        events: message.events.into_iter().map(event).collect(),
        links: message.links.iter().map(link).collect(),
        error: (status.code == 2).then_some(status.message),
        flags: message.flags,
        resource,
    }
}

fn event(message: EventMessage) -> Event {
    Event {
        at: Duration::from_nanos(message.time_unix_nano),
        name: message.name,
        attributes: attributes(Some(message.attributes)),
    }
}

fn link(message: &LinkMessage) -> (String, String) {
    (hex(&message.trace_id), hex(&message.span_id))
}

/// # Panics
/// When a name is there twice, which OpenTelemetry does not allow.
fn attributes(pairs: Option<Vec<KeyValue>>) -> Attributes {
    let mut attributes = Attributes::new();
    for pair in pairs.into_iter().flatten() {
        let value = match pair.value {
            Some(AnyValue {
                value: Some(Value::StringValue(text)),
            }) => text,
            Some(AnyValue {
                value: Some(Value::IntValue(number)),
            }) => number.to_string(),
            other => format!("{other:?}"),
        };
        let before = attributes.insert(pair.key, value);
        assert!(before.is_none(), "an attribute is there twice: {before:?}");
    }
    attributes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
