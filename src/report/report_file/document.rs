//! The top level of the report file.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    deployment::{Deployment, deployment},
    ending::RunEnding,
    estimates::{EstimateEntry, estimates},
    incidents::{
        OutageEntry, RefreshEntry, RefreshFailureEntry, ThrottlingEntry, outages, refresh,
        refresh_failure, select, throttle,
    },
    resources::{ChainEntry, ResourceEntry, nested_deployments, resources},
    scalars::{Seconds, Time},
};
use crate::{
    arm::{Unseen, WhatIf},
    event::StackResources,
    host::Context,
    report::{
        outputs::{is_secure, masking::is_masked},
        record::{Record, bars::Bars},
    },
};

/// Increased with each change that breaks readers.
pub(in crate::report) const FORMAT_VERSION: u32 = 1;

/// A run. Fields without a value are null.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    format_version: u32,
    program: Program,
    run: Run<'a>,
    started: Time,
    ended: Time,
    duration_seconds: Seconds,
    ending: RunEnding,
    deployment: Option<Deployment<'a>>,
    resources: Vec<ResourceEntry<'a>>,
    nested_deployments: Vec<ResourceEntry<'a>>,
    /// Ids of resources that are known to be deployed but did not begin.
    not_begun: Vec<&'a str>,
    chain: ChainEntry<'a>,
    estimates: Vec<EstimateEntry>,
    token_refreshes: Vec<RefreshEntry>,
    token_refresh_failures: Vec<RefreshFailureEntry<'a>>,
    outages: Vec<OutageEntry<'a>>,
    throttled: Vec<ThrottlingEntry>,
    warnings: &'a [String],
    what_if: Option<WhatIfCounts<'a>>,
    stack: Option<Stack<'a>>,
    outputs: Map<String, Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WhatIfCounts<'a> {
    has_changes: bool,
    counts: Map<String, Value>,
    not_predicted: Vec<GapEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct GapEntry<'a> {
    id: &'a str,
    code: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct Stack<'a> {
    managed: usize,
    detached: &'a [String],
    deleted: &'a [String],
    failed: &'a [String],
}

#[derive(Debug, Serialize)]
struct Program {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Run<'a> {
    id: Option<&'a str>,
    attempt: Option<u32>,
    url: Option<&'a str>,
    repository: Option<&'a str>,
    workflow: Option<&'a str>,
}

impl<'a> Document<'a> {
    /// The report of a run that is over; else `None`.
    pub(super) fn new(record: &'a Record, masked: &[String], run: &'a Context) -> Option<Self> {
        let (ending, took) = record.ended.as_ref()?;
        let bars = Bars::new(record);
        Some(Self {
            format_version: FORMAT_VERSION,
            program: Program {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            run: Run::from(run),
            started: Time(record.started),
            ended: Time(record.time(*took)),
            duration_seconds: Seconds(*took),
            ending: RunEnding::new(record, ending),
            deployment: record.plan.as_ref().map(|plan| deployment(record, plan)),
            resources: resources(record, &bars),
            nested_deployments: nested_deployments(record, *took),
            not_begun: record.not_begun(),
            chain: ChainEntry::new(record, &bars),
            estimates: estimates(record),
            token_refreshes: select(record, refresh),
            token_refresh_failures: select(record, refresh_failure),
            outages: outages(record, *took),
            throttled: select(record, throttle),
            warnings: &record.warnings,
            what_if: record.what_if.as_ref().map(WhatIfCounts::from),
            stack: record.stack.as_ref().map(Stack::from),
            outputs: outputs(record, masked),
        })
    }
}

impl<'a> From<&'a Context> for Run<'a> {
    fn from(run: &'a Context) -> Self {
        Self {
            id: run.run_id.as_deref(),
            attempt: run.attempt,
            url: run.run_url.as_deref(),
            repository: run.repository.as_deref(),
            workflow: run.workflow.as_deref(),
        }
    }
}

impl<'a> From<&'a WhatIf> for WhatIfCounts<'a> {
    fn from(what_if: &'a WhatIf) -> Self {
        let counts = what_if.counts().into_iter();
        Self {
            has_changes: what_if.has_changes(),
            counts: counts
                .map(|(kind, count)| (kind.as_str().to_owned(), count.into()))
                .collect(),
            not_predicted: what_if.unseen.iter().map(GapEntry::from).collect(),
        }
    }
}

impl<'a> From<&'a Unseen> for GapEntry<'a> {
    fn from(part: &'a Unseen) -> Self {
        Self {
            id: &part.id,
            code: &part.code,
            reason: &part.reason,
        }
    }
}

impl<'a> From<&'a StackResources> for Stack<'a> {
    fn from(resources: &'a StackResources) -> Self {
        Self {
            managed: resources.managed,
            detached: &resources.detached,
            deleted: &resources.deleted,
            failed: &resources.failed,
        }
    }
}

fn outputs(record: &Record, masked: &[String]) -> Map<String, Value> {
    let outputs = record.outputs.iter().flatten();
    let open = outputs.filter(|(name, output)| !is_secure(output) && !is_masked(masked, name));
    let value = |output: &Value| output.get("value").cloned().unwrap_or_default();
    open.map(|(name, output)| (name.clone(), value(output)))
        .collect()
}
