//! A run as a trace, made from its record after its end.
//!
//! Ids follow from ids of Azure, so that the step that submits a deployment, one that waits for it, a re-run and the
//! post step tell the same spans of it, in one trace: its id is the correlation id, unless `TRACEPARENT` names another.
//! Times are Azure's, too. What has not ended has no span: a later step may tell it.

mod deployment;
mod facts;
mod moments;
mod origin;
mod place;
mod task;
#[cfg(test)]
mod tests;
mod told;

use self::facts::Facts;
pub(crate) use self::told::{Look, Step, Told};
use crate::otlp::{Attributes, Link, Parent, SpanParent, Trace};

/// The trace of a step that has ended; else `None`. `parent` is where it goes on from, `resource` what the user says of
/// who tells it.
pub(crate) fn trace(
    told: &Told<'_>,
    parent: Option<Parent>,
    resource: &Attributes,
) -> Option<Trace> {
    let facts = Facts::new(told, parent.as_ref())?;
    let mut task = task::span(&facts);
    let around = match facts.saw_all() {
        true => (SpanParent::Ours(task.id), Some(facts.extent)),
        false => (SpanParent::Trace, None),
    };
    let within = deployment::spans(&facts, around);
    if let (Some(id), false) = (facts.deployment_span(), facts.saw_all()) {
        task.links.push(Link(id));
    }
    let mut spans = vec![task];
    spans.extend(within);
    Some(Trace {
        id: facts.trace,
        is_random: parent.is_none() && facts.is_random(),
        parent,
        resource: origin::of(told.context).extended(resource),
        spans,
    })
}
