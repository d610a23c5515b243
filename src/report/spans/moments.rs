//! What happened in a step: signing in, the submission, incidents, and what the post step found.

use std::time::Duration;

use super::{
    facts::Facts,
    told::{Look, Step},
};
use crate::{
    deploy::Aftermath,
    otlp::{Attributes, Moment},
    report::{
        record::{
            incident::{Incident, Outage},
            submission::Submission,
        },
        words::trouble,
    },
};

/// Most moments that are told, as in OpenTelemetry's own programs.
const MOST: usize = 128;

/// In the order in which they happened, from the run's start.
type Moments = Vec<(Duration, &'static str, Attributes)>;

pub(super) fn all(facts: &Facts<'_>) -> Vec<Moment> {
    let record = facts.record();
    let mut moments: Moments = Vec::new();
    moments.extend(record.signed_in.map(|at| (at, "signed in", none())));
    moments.extend(record.submission.map(|(at, how)| (at, name(how), none())));
    let incidents = record.incidents.iter();
    moments.extend(incidents.map(|(at, incident)| {
        let (name, attributes) = of_incident(incident);
        (*at, name, attributes)
    }));
    let now = record.duration().unwrap_or_default();
    moments.extend(record.outages.iter().map(|outage| of_outage(outage, now)));
    if let Step::Post(look) = facts.told.step {
        moments.push((look.took, "found", found(&look)));
    }
    moments.sort_by_key(|(at, ..)| *at);
    moments.truncate(MOST);
    let told = moments.into_iter().map(|(at, name, attributes)| Moment {
        at: record.time(at),
        name,
        attributes,
    });
    told.collect()
}

fn none() -> Attributes {
    Attributes::default()
}

fn name(submission: Submission) -> &'static str {
    match submission {
        Submission::New => "submitted",
        Submission::Adopted => "adopted",
        Submission::Found => "found",
    }
}

fn of_incident(incident: &Incident) -> (&'static str, Attributes) {
    match incident {
        Incident::TokenRefreshed { lifetime } => (
            "token refreshed",
            none().integer("long_deploy.lifetime_seconds", lifetime.as_secs()),
        ),
        Incident::TokenRefreshFailed { reason, expires_in } => (
            "token refresh failed",
            none()
                .text("long_deploy.reason", reason)
                .integer("long_deploy.expires_in_seconds", expires_in.as_secs()),
        ),
        Incident::Throttled { wait } => (
            "throttled",
            none().integer("long_deploy.wait_seconds", wait.as_secs()),
        ),
        Incident::CancelRequested => ("cancel requested", none()),
    }
}

fn of_outage(outage: &Outage, now: Duration) -> (Duration, &'static str, Attributes) {
    let attributes = none()
        .text("long_deploy.trouble", trouble::past(outage.trouble))
        .text("long_deploy.reason", &outage.reason)
        .integer("long_deploy.duration_seconds", outage.length(now).as_secs())
        .integer("long_deploy.attempts", outage.attempts);
    (outage.began, "outage", attributes)
}

/// What became of the deployment.
fn found(look: &Look<'_>) -> Attributes {
    let outcome = match look.aftermath {
        Aftermath::Absent => "absent",
        Aftermath::Replaced => "replaced",
        Aftermath::Ended(_) => "ended",
        Aftermath::Cancelled(_) => "cancelled",
        Aftermath::Running => "running",
        Aftermath::CancelRefused(_) => "cancel refused",
        Aftermath::Unknown { .. } => "unknown",
    };
    none().text("long_deploy.aftermath", outcome)
}
