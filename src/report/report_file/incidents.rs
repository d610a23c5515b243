//! Token refreshes, outages and throttling.

use std::time::Duration;

use serde::Serialize;

use super::scalars::{Seconds, Time};
use crate::report::record::{Record, incident::Incident};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefreshEntry {
    at: Time,
    lifetime_seconds: Seconds,
}

#[derive(Debug, Serialize)]
pub(super) struct RefreshFailureEntry<'a> {
    at: Time,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutageEntry<'a> {
    start: Time,
    /// Null if the outage had not ended with the run.
    end: Option<Time>,
    duration_seconds: Seconds,
    attempts: u32,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThrottlingEntry {
    at: Time,
    wait_seconds: Seconds,
}

/// The incidents for which `of` returns an entry.
pub(super) fn select<'a, T>(record: &'a Record, of: fn(Time, &'a Incident) -> Option<T>) -> Vec<T> {
    let incidents = record.incidents.iter();
    incidents
        .filter_map(|(at, incident)| of(Time(record.time(*at)), incident))
        .collect()
}

pub(super) fn refresh(at: Time, incident: &Incident) -> Option<RefreshEntry> {
    match incident {
        Incident::TokenRefreshed { lifetime } => Some(RefreshEntry {
            at,
            lifetime_seconds: Seconds(*lifetime),
        }),
        _ => None,
    }
}

pub(super) fn refresh_failure(at: Time, incident: &Incident) -> Option<RefreshFailureEntry<'_>> {
    match incident {
        Incident::TokenRefreshFailed { reason, .. } => Some(RefreshFailureEntry { at, reason }),
        _ => None,
    }
}

pub(super) fn throttle(at: Time, incident: &Incident) -> Option<ThrottlingEntry> {
    match incident {
        Incident::Throttled { wait } => Some(ThrottlingEntry {
            at,
            wait_seconds: Seconds(*wait),
        }),
        _ => None,
    }
}

pub(super) fn outages(record: &Record, now: Duration) -> Vec<OutageEntry<'_>> {
    let outages = record.outages.iter();
    outages
        .map(|outage| OutageEntry {
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
