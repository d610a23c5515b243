//! What happened beside the resources: tokens, outages, throttling.

use std::time::Duration;

use serde::Serialize;

use super::scalars::{Seconds, Time};
use crate::report::record::{Record, incident::Incident};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refresh {
    at: Time,
    lifetime_seconds: Seconds,
}

#[derive(Debug, Serialize)]
pub(super) struct RefreshFailure<'a> {
    at: Time,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Break<'a> {
    start: Time,
    /// Null if Azure never answered again.
    end: Option<Time>,
    duration_seconds: Seconds,
    attempts: u32,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Throttle {
    at: Time,
    wait_seconds: Seconds,
}

/// What `of` makes of the incidents.
pub(super) fn pick<'a, T>(record: &'a Record, of: fn(Time, &'a Incident) -> Option<T>) -> Vec<T> {
    let incidents = record.incidents.iter();
    incidents
        .filter_map(|(at, incident)| of(Time(record.time(*at)), incident))
        .collect()
}

pub(super) fn refresh(at: Time, incident: &Incident) -> Option<Refresh> {
    match incident {
        Incident::TokenRefreshed { lifetime } => Some(Refresh {
            at,
            lifetime_seconds: Seconds(*lifetime),
        }),
        _ => None,
    }
}

pub(super) fn refresh_failure(at: Time, incident: &Incident) -> Option<RefreshFailure<'_>> {
    match incident {
        Incident::TokenRefreshFailed { reason, .. } => Some(RefreshFailure { at, reason }),
        _ => None,
    }
}

pub(super) fn throttle(at: Time, incident: &Incident) -> Option<Throttle> {
    match incident {
        Incident::Throttled { wait } => Some(Throttle {
            at,
            wait_seconds: Seconds(*wait),
        }),
        _ => None,
    }
}

pub(super) fn outages(record: &Record, now: Duration) -> Vec<Break<'_>> {
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
