//! The form of the report file.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    arm::{Cause, WhatIf},
    deploy::{Ending, Plan, Resource, StackResources},
    host::Context,
    report::{
        outputs::{is_secure, masking::is_masked},
        record::{
            Record,
            bars::{Bar, Bars},
            incident::Incident,
            seen::Span,
        },
        words::{reason::Reason, verdict},
    },
};

/// Counts changes that break readers.
const FORMAT_VERSION: u32 = 1;

/// A whole run. Fields without a value are null.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    format_version: u32,
    program: Program,
    run: Run<'a>,
    started: Time,
    ended: Time,
    duration_seconds: Seconds,
    ending: End,
    deployment: Option<Deployment<'a>>,
    resources: Vec<Item<'a>>,
    nested_deployments: Vec<Item<'a>>,
    token_refreshes: Vec<Refresh>,
    token_refresh_failures: Vec<RefreshFailure<'a>>,
    outages: Vec<Break<'a>>,
    throttled: Vec<Throttle>,
    warnings: &'a [String],
    what_if: Option<Prediction>,
    stack: Option<Stack<'a>>,
    outputs: Map<String, Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Prediction {
    has_changes: bool,
    counts: Map<String, Value>,
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

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    kind: &'static str,
    exit_status: u8,
    code: Option<String>,
    headline: String,
    reasons: Vec<Why>,
}

#[derive(Debug, Serialize)]
struct Why {
    code: String,
    place: String,
    message: String,
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployment<'a> {
    id: &'a str,
    name: &'a str,
    operation: &'static str,
    scope: String,
    location: Option<&'a str>,
    mode: Option<&'a str>,
    template: Option<&'a str>,
    fingerprint: Option<&'a str>,
    client_id: Option<&'a str>,
    portal_url: Option<&'a str>,
    correlation_id: Option<&'a str>,
    state: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: &'a str,
    r#type: &'a str,
    name: &'a str,
    path: &'a [String],
    state: &'a str,
    start: Time,
    /// Null while it runs.
    end: Option<Time>,
    duration_seconds: Seconds,
    critical: bool,
    causes: Vec<CauseOf<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CauseOf<'a> {
    code: &'a str,
    message: &'a str,
    resource_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Refresh {
    at: Time,
    lifetime_seconds: Seconds,
}

#[derive(Debug, Serialize)]
struct RefreshFailure<'a> {
    at: Time,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Break<'a> {
    start: Time,
    /// Null if Azure never answered again.
    end: Option<Time>,
    duration_seconds: Seconds,
    attempts: u32,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Throttle {
    at: Time,
    wait_seconds: Seconds,
}

/// A moment in UTC, to the millisecond.
#[derive(Clone, Copy, Debug)]
struct Time(Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// A length of time in seconds, to the millisecond.
#[derive(Clone, Copy, Debug)]
struct Seconds(Duration);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let milliseconds = self.0.as_millis();
        if milliseconds.is_multiple_of(1_000) {
            serializer.serialize_u64(self.0.as_secs())
        } else {
            serializer.serialize_f64(milliseconds as f64 / 1_000.0)
        }
    }
}

impl<'a> Document<'a> {
    /// The report of a run that is over; else `None`.
    pub(super) fn new(record: &'a Record, masked: &[String], run: &'a Context) -> Option<Self> {
        let (ending, took) = record.ended.as_ref()?;
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
            ending: End::new(record, ending),
            deployment: record.plan.as_ref().map(|plan| deployment(record, plan)),
            resources: Bars::new(record).all.iter().map(Item::from).collect(),
            nested_deployments: nested_deployments(record, *took),
            token_refreshes: pick(record, refresh),
            token_refresh_failures: pick(record, refresh_failure),
            outages: outages(record, *took),
            throttled: pick(record, throttle),
            warnings: &record.warnings,
            what_if: record.what_if.as_ref().map(Prediction::from),
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

impl End {
    fn new(record: &Record, ending: &Ending) -> Self {
        let verdict = verdict::verdict(record, ending);
        Self {
            kind: kind(ending),
            exit_status: ending.exit_status(),
            code: verdict::code(record, ending),
            headline: verdict.headline,
            reasons: verdict.reasons.into_iter().map(Why::from).collect(),
        }
    }
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.title,
            place: reason.place,
            message: reason.message,
            hint: reason.hint.map(|hint| hint.text),
        }
    }
}

impl From<&WhatIf> for Prediction {
    fn from(what_if: &WhatIf) -> Self {
        let counts = what_if.counts().into_iter();
        Self {
            has_changes: what_if.has_changes(),
            counts: counts
                .map(|(kind, count)| (kind.as_str().to_owned(), count.into()))
                .collect(),
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

impl<'a> Item<'a> {
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
            critical,
            causes: resource.causes.iter().map(CauseOf::from).collect(),
        }
    }
}

impl<'a> From<&Bar<'a>> for Item<'a> {
    fn from(bar: &Bar<'a>) -> Self {
        Self::new(bar.resource, bar.span, bar.critical)
    }
}

impl<'a> From<&'a Cause> for CauseOf<'a> {
    fn from(cause: &'a Cause) -> Self {
        Self {
            code: &cause.code,
            message: &cause.message,
            resource_id: cause.resource.as_deref(),
        }
    }
}

fn kind(ending: &Ending) -> &'static str {
    match ending {
        Ending::Succeeded => "succeeded",
        Ending::Stopped => "stopped",
        Ending::Detached => "detached",
        Ending::Validated => "validated",
        Ending::Predicted => "predicted",
        Ending::Forbidden { .. } => "forbidden",
        Ending::Failed { .. } => "failed",
        Ending::Refused { .. } => "refused",
        Ending::InvalidInputs(_) => "invalidInputs",
        Ending::SignInFailed { .. } => "signInFailed",
        Ending::TimedOut { .. } => "timedOut",
        Ending::Cancelled { .. } => "cancelled",
        Ending::Unreachable { .. } => "unreachable",
        Ending::Bug { .. } => "bug",
    }
}

/// `text`, unless there is none: what another step submitted has no template here.
fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn deployment<'a>(record: &'a Record, plan: &'a Plan) -> Deployment<'a> {
    Deployment {
        id: plan.id.as_str(),
        name: plan.id.name(),
        operation: plan.operation.as_str(),
        scope: plan.scope.to_string(),
        location: plan.location.as_deref(),
        mode: given(plan.mode).filter(|_| plan.stack.is_none()),
        template: given(&plan.template),
        fingerprint: given(&plan.fingerprint),
        client_id: plan.client_id.as_deref(),
        portal_url: record.portal_url(),
        correlation_id: record.correlation_id.as_deref(),
        state: record.state.as_ref().map(|state| state.as_str()),
    }
}

fn nested_deployments(record: &Record, now: Duration) -> Vec<Item<'_>> {
    let nested = record
        .resources
        .iter()
        .filter(|seen| seen.resource.is_deployment());
    nested
        .map(|seen| {
            let span = seen.span(|after| record.time(after), now);
            Item::new(&seen.resource, span, false)
        })
        .collect()
}

/// What `of` makes of the incidents.
fn pick<'a, T>(record: &'a Record, of: fn(Time, &'a Incident) -> Option<T>) -> Vec<T> {
    let incidents = record.incidents.iter();
    incidents
        .filter_map(|(at, incident)| of(Time(record.time(*at)), incident))
        .collect()
}

fn refresh(at: Time, incident: &Incident) -> Option<Refresh> {
    match incident {
        Incident::TokenRefreshed { lifetime } => Some(Refresh {
            at,
            lifetime_seconds: Seconds(*lifetime),
        }),
        _ => None,
    }
}

fn refresh_failure(at: Time, incident: &Incident) -> Option<RefreshFailure<'_>> {
    match incident {
        Incident::TokenRefreshFailed { reason, .. } => Some(RefreshFailure { at, reason }),
        _ => None,
    }
}

fn throttle(at: Time, incident: &Incident) -> Option<Throttle> {
    match incident {
        Incident::Throttled { wait } => Some(Throttle {
            at,
            wait_seconds: Seconds(*wait),
        }),
        _ => None,
    }
}

fn outages(record: &Record, now: Duration) -> Vec<Break<'_>> {
    let outages = record.outages.iter();
    outages
        .map(|outage| Break {
            start: Time(record.time(outage.began)),
            end: outage
                .lasted
                .map(|lasted| Time(record.time(outage.began + lasted))),
            duration_seconds: Seconds(outage.length(now)),
            attempts: outage.attempts,
            reason: &outage.reason,
        })
        .collect()
}

fn outputs(record: &Record, masked: &[String]) -> Map<String, Value> {
    let outputs = record.outputs.iter().flatten();
    let open = outputs.filter(|(name, output)| !is_secure(output) && !is_masked(masked, name));
    let value = |output: &Value| output.get("value").cloned().unwrap_or_default();
    open.map(|(name, output)| (name.clone(), value(output)))
        .collect()
}
