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

use self::facts::Facts;
use crate::{
    arm::Target,
    deploy::{Aftermath, Stage},
    host::Context,
    otlp::{Attributes, Link, Parent, SpanParent, Trace},
    report::record::{Record, seen::Span as Extent},
};

/// A step that is over, as far as its trace is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) record: &'a Record,
    pub(crate) context: &'a Context,
    /// The id of this process, which tells runs apart where no workflow does.
    pub(crate) process: u32,
    pub(crate) step: Step<'a>,
}

/// Which step it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// The step itself.
    Main,
    /// The step after it.
    Post(Look<'a>),
}

/// What the post step looked after, and found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    pub(crate) target: &'a Target,
    /// What Azure may have had of the step's submission.
    pub(crate) stage: &'a Stage,
    pub(crate) aftermath: &'a Aftermath,
    /// How long it looked.
    pub(crate) took: std::time::Duration,
}

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

impl Extent {
    /// The part of it that is within `outer`; a moment at its edge if there is none.
    fn within(self, outer: Option<Self>) -> Self {
        let Some(outer) = outer else { return self };
        Self {
            start: self.start.clamp(outer.start, outer.end),
            end: self.end.clamp(outer.start, outer.end),
        }
    }
}
