//! The table of incidents: token refreshes, outages, throttling.

use std::time::Duration;

use super::budget::{Budget, Frame, MESSAGE};
use crate::{
    host::text::cut,
    report::{
        record::{
            Record,
            incident::{Incident, Outage},
        },
        words::{
            duration,
            markdown::{escape, head, row},
            phrase::{capitalize, count},
            trouble,
        },
    },
};

const INCIDENTS: usize = 50;

/// The table of incidents by time; empty if there were none.
pub(super) fn section(record: &Record, budget: &mut Budget) -> String {
    let now = record.duration().unwrap_or_default();
    let (throttled, others): (Vec<_>, Vec<_>) = record
        .incidents
        .iter()
        .partition(|(_, incident)| matches!(incident, Incident::Throttled { .. }));
    let mut rows: Vec<(Duration, String)> = others
        .iter()
        .filter_map(|(at, incident)| Some((*at, incident_text(incident)?)))
        .collect();
    let outages = record.outages.iter();
    rows.extend(outages.map(|outage| (outage.began, outage_text(outage, now))));
    rows.extend(throttled.first().map(|(at, _)| {
        let times = throttled.iter().map(|(_, incident)| incident);
        (*at, throttling_text(times))
    }));
    rows.sort_by_key(|(at, _)| *at);
    let frame = Frame {
        head: &format!(
            "<details><summary>{}</summary>\n\n{}",
            title(record),
            head(["After", "What happened"])
        ),
        foot: "\n</details>\n",
        most: INCIDENTS,
    };
    let lines = rows
        .into_iter()
        .map(|(at, what)| row(&[duration::show(at), capitalize(&what)]));
    budget.lines(frame, lines)
}

fn title(record: &Record) -> String {
    let refreshes = count(record.token_refreshes, "token refresh", "token refreshes");
    let outages = count(record.outages.len(), "outage", "outages");
    format!("{refreshes}, {outages}")
}

fn incident_text(incident: &Incident) -> Option<String> {
    Some(match incident {
        Incident::TokenRefreshed { lifetime } => {
            format!("token refreshed, valid for {}", duration::show(*lifetime))
        }
        Incident::TokenRefreshFailed { reason, expires_in } => format!(
            "token refresh failed, present token valid for {}: {}",
            duration::show(*expires_in),
            escape(&cut(reason, MESSAGE))
        ),
        Incident::CancelRequested => "Azure agreed to cancel the deployment".to_owned(),
        Incident::Throttled { .. } => return None,
    })
}

fn outage_text(outage: &Outage, now: Duration) -> String {
    let length = duration::show(outage.length(now));
    let fate = match outage.lasted {
        Some(_) => format!(
            "{length}, {}",
            count(
                outage.attempts as usize,
                "failed request",
                "failed requests"
            )
        ),
        None => format!("{length}, until the end"),
    };
    let reason = escape(&cut(&outage.reason, MESSAGE));
    format!("{} for {fate}: {reason}", trouble::past(outage.trouble))
}

fn throttling_text<'a>(incidents: impl Iterator<Item = &'a Incident>) -> String {
    let waits: Vec<Duration> = incidents
        .filter_map(|incident| match incident {
            Incident::Throttled { wait } => Some(*wait),
            _ => None,
        })
        .collect();
    let number = count(waits.len(), "wait", "waits");
    let sum = duration::show(waits.iter().sum());
    format!("throttled by Azure: {number}, {sum} in total")
}
