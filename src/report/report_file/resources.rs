//! The resources and the nested deployments.

use std::time::Duration;

use serde::Serialize;

use super::scalars::{Seconds, Time};
use crate::{
    arm::Cause,
    event::Resource,
    report::{
        forecast::Usual,
        record::{
            Record,
            bars::{Bar, Bars},
            chain::Waited,
            seen::Span,
        },
    },
};

/// The resources of a run.
pub(super) fn resources<'a>(record: &'a Record, bars: &Bars<'a>) -> Vec<ResourceEntry<'a>> {
    let usual = record.usual();
    let entries = bars.all.iter().map(|bar| {
        let usual = match usual.get(bar.resource.id.as_str()) {
            Some(Usual::Took(took)) => Some(Seconds(*took)),
            Some(Usual::Stated(_)) | None => None,
        };
        ResourceEntry {
            usual_seconds: usual,
            ..ResourceEntry::from(bar)
        }
    });
    entries.collect()
}

/// What the end of a run waited for, one after the other.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChainEntry<'a> {
    duration_seconds: Seconds,
    /// Whether Azure told what the first of them waited for, or that it waited for nothing.
    complete: bool,
    resources: Vec<&'a str>,
}

impl<'a> ChainEntry<'a> {
    pub(super) fn new(record: &'a Record, bars: &Bars<'a>) -> Self {
        let links = &bars.chain.links;
        let first = links.first().map(|link| link.waited);
        let ids = links
            .iter()
            .map(|link| &*record.resources[link.at].resource.id);
        Self {
            duration_seconds: Seconds(bars.chain.length(&bars.spans)),
            complete: first != Some(Waited::Unknown),
            resources: ids.collect(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceEntry<'a> {
    id: &'a str,
    r#type: &'a str,
    name: &'a str,
    path: &'a [String],
    state: &'a str,
    start: Time,
    /// Null while it runs.
    end: Option<Time>,
    duration_seconds: Seconds,
    /// By earlier runs.
    usual_seconds: Option<Seconds>,
    critical: bool,
    causes: Vec<CauseEntry<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CauseEntry<'a> {
    code: &'a str,
    message: &'a str,
    resource_id: Option<&'a str>,
}

impl<'a> ResourceEntry<'a> {
    fn new(resource: &'a Resource, span: Span, critical: bool) -> Self {
        Self {
            id: &resource.id,
            r#type: &resource.kind,
            name: &resource.name,
            path: &resource.path,
            state: resource.state.as_str(),
            start: Time(span.start),
            end: resource.state.is_terminal().then_some(Time(span.end)),
            duration_seconds: Seconds(span.length()),
            usual_seconds: None,
            critical,
            causes: resource.causes.iter().map(CauseEntry::from).collect(),
        }
    }
}

impl<'a> From<&Bar<'a>> for ResourceEntry<'a> {
    fn from(bar: &Bar<'a>) -> Self {
        Self::new(bar.resource, bar.span, bar.critical)
    }
}

impl<'a> From<&'a Cause> for CauseEntry<'a> {
    fn from(cause: &'a Cause) -> Self {
        Self {
            code: &cause.code,
            message: &cause.message,
            resource_id: cause.resource.as_deref(),
        }
    }
}

pub(super) fn nested_deployments(record: &Record, now: Duration) -> Vec<ResourceEntry<'_>> {
    let nested = record
        .resources
        .iter()
        .filter(|seen| seen.resource.is_deployment());
    nested
        .map(|seen| {
            let span = seen.span(|after| record.time(after), now);
            ResourceEntry::new(&seen.resource, span, false)
        })
        .collect()
}
