//! The spans of a deployment, of those within it, and of its resources.

use std::collections::HashMap;

use super::{
    facts::{Facts, Failure, after_all},
    place,
    task::status,
};
use crate::{
    event::{Plan, Resource},
    otlp::{Attributes, Span, SpanParent},
    report::record::{
        Record,
        seen::{Seen, Span as Extent},
    },
};

/// What a span is within: its parent, and from when to when that ran, if that is known.
type Around = (SpanParent, Option<Extent>);

/// The spans of what has ended, the outer ones first. The deployment itself is within `around`.
pub(super) fn spans(facts: &Facts<'_>, around: Around) -> Vec<Span> {
    let Some(id) = facts.deployment_span() else {
        return Vec::new();
    };
    let whole = facts.end().and_then(|end| deployment(facts, &end, around));
    let extent = whole.as_ref().map(|span| Extent {
        start: span.start,
        end: span.end,
    });
    let mut spans: Vec<_> = whole.into_iter().collect();
    spans.extend(resources(facts, (SpanParent::Ours(id), extent)));
    spans
}

/// The span of the deployment or stack that ended in the state `end`.
fn deployment(facts: &Facts<'_>, end: &str, (parent, outer): Around) -> Option<Span> {
    let (target, extent) = (facts.target?, facts.extent_of_deployment()?.within(outer));
    let failure = facts.failure();
    let location = facts
        .record()
        .plan
        .as_ref()
        .and_then(|plan: &Plan| plan.location.clone());
    let attributes = Attributes::default()
        .text("deployment.id", target.as_str())
        .text("deployment.name", target.name())
        .text("deployment.status", end)
        .extended(&place::of(target.as_str()))
        .given("cloud.region", location);
    Some(Span {
        name: target.to_string(),
        ..span(
            facts,
            target.as_str(),
            parent,
            extent,
            attributes,
            failure.as_ref(),
        )
    })
}

/// What all spans of Azure have in common.
fn span(
    facts: &Facts<'_>,
    id: &str,
    parent: SpanParent,
    extent: Extent,
    attributes: Attributes,
    failure: Option<&Failure>,
) -> Span {
    Span {
        id: facts.span_of(id),
        parent,
        name: String::new(),
        start: extent.start,
        end: extent.end,
        attributes: attributes
            .given("azure.correlation_id", facts.correlation)
            .given("error.type", failure.map(|failure| failure.code.as_str())),
        moments: Vec::new(),
        links: Vec::new(),
        status: status(failure),
    }
}

/// The spans of the resources and nested deployments that have ended, level by level, within the deployment.
fn resources(facts: &Facts<'_>, whole: Around) -> Vec<Span> {
    let record = facts.record();
    let nested = Nested::new(record);
    let own = facts
        .target
        .map(|target| target.as_str().to_ascii_lowercase());
    // An id that the deployment itself has would be there twice.
    let is_within = |seen: &&Seen| Some(seen.resource.id.to_ascii_lowercase()) != own;
    let ended = record.resources.iter().filter(is_within);
    let mut ended: Vec<_> = ended
        .filter(|seen| seen.resource.state.is_terminal())
        .collect();
    ended.sort_by_key(|seen| seen.resource.path.len());
    let mut extents: HashMap<&str, Extent> = HashMap::new();
    let mut spans = Vec::new();
    for seen in ended {
        let (parent, outer) = match nested.around(&seen.resource) {
            Some(around) => {
                let id = facts.span_of(&around.resource.id);
                (
                    SpanParent::Ours(id),
                    extents.get(around.resource.id.as_str()).copied(),
                )
            }
            None => whole,
        };
        let extent = seen
            .span(|after| record.time(after), after_all())
            .within(outer);
        extents.insert(&seen.resource.id, extent);
        spans.push(resource(facts, &seen.resource, parent, extent));
    }
    spans
}

fn resource(facts: &Facts<'_>, resource: &Resource, parent: SpanParent, extent: Extent) -> Span {
    let state = &resource.state;
    let cause = resource.causes.first();
    let failure = state.is_failed().then(|| Failure::of(cause, "Failed"));
    let attributes = place::of(&resource.id);
    let (name, attributes) = match resource.is_deployment() {
        true => (
            format!("deployment {}", resource.name),
            attributes
                .text("deployment.id", &resource.id)
                .text("deployment.name", &resource.name)
                .text("deployment.status", state.as_str().to_lowercase()),
        ),
        false => (
            // What Azure calls it, also if the resource was there before.
            format!("create {} {}", resource.kind, resource.name),
            attributes
                .text("azure.resource.type", &resource.kind)
                .text("azure.provisioning_state", state.as_str()),
        ),
    };
    Span {
        name,
        ..span(
            facts,
            &resource.id,
            parent,
            extent,
            attributes,
            failure.as_ref(),
        )
    }
}

/// The nested deployments by the names around them and their own.
struct Nested<'a>(HashMap<Vec<&'a str>, Vec<&'a Seen>>);

impl<'a> Nested<'a> {
    fn new(record: &'a Record) -> Self {
        let mut nested: HashMap<_, Vec<_>> = HashMap::new();
        let all = record.resources.iter();
        for seen in all.filter(|seen| seen.resource.is_deployment()) {
            let mut path = names(&seen.resource.path);
            path.push(&seen.resource.name);
            nested.entry(path).or_default().push(seen);
        }
        Self(nested)
    }

    /// The innermost known deployment around `resource`; `None` if that is the one that is followed.
    fn around(&self, resource: &Resource) -> Option<&'a Seen> {
        let path = names(&resource.path);
        let mut lengths = (1..=path.len()).rev();
        let found = lengths.find_map(|length| self.0.get(&path[..length]))?;
        // Several of one name differ in their scope.
        let scope = |seen: &&&Seen| scope_in_common(&seen.resource.id, &resource.id);
        found.iter().max_by_key(scope).copied()
    }
}

fn names(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// How much of its scope a deployment has in common with `id`: all of it, in bytes, or nothing.
fn scope_in_common(deployment: &str, id: &str) -> usize {
    let (deployment, id) = (deployment.to_ascii_lowercase(), id.to_ascii_lowercase());
    let end = deployment.rfind("/providers/").unwrap_or_default();
    let scope = &deployment[..end];
    match id.strip_prefix(scope) {
        Some(rest) if rest.starts_with('/') => scope.len(),
        _ => 0,
    }
}
