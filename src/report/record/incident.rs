//! What happens to a run beside its resources: tokens, outages, throttling.

use std::time::Duration;

use crate::deploy::Event;

/// Something that happened at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incident {
    /// A fresh token, and how long it is good.
    TokenRefreshed { lifetime: Duration },
    /// No fresh token, and how long the old one was still good.
    TokenRefreshFailed {
        reason: String,
        expires_in: Duration,
    },
    /// Azure asked us to wait this long.
    Throttled { wait: Duration },
    /// We asked Azure to cancel the deployment.
    CancelRequested,
}

/// A time in which Azure could not be reached. Times count from the run's start.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    pub(crate) began: Duration,
    /// How long it lasted; `None` while it lasts.
    pub(crate) lasted: Option<Duration>,
    /// What was seen. Not to be trusted.
    pub(crate) reason: String,
    /// Requests that failed; 0 while it lasts.
    pub(crate) attempts: u32,
}

impl Incident {
    /// The incident that `event` tells, if it does.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::TokenRefreshed(token) => Self::TokenRefreshed {
                lifetime: token.lifetime,
            },
            Event::TokenRefreshFailed { reason, expires_in } => Self::TokenRefreshFailed {
                reason: reason.clone(),
                expires_in: *expires_in,
            },
            Event::Throttled { wait } => Self::Throttled { wait: *wait },
            Event::CancelRequested => Self::CancelRequested,
            _ => return None,
        })
    }
}

impl Outage {
    pub(crate) fn new(began: Duration, reason: &str) -> Self {
        Self {
            began,
            lasted: None,
            reason: reason.to_owned(),
            attempts: 0,
        }
    }

    pub(crate) fn end(&mut self, lasted: Duration, attempts: u32) {
        (self.lasted, self.attempts) = (Some(lasted), attempts);
    }

    /// How long it lasted; until `now` if it still does.
    pub(crate) fn length(&self, now: Duration) -> Duration {
        self.lasted
            .unwrap_or_else(|| now.saturating_sub(self.began))
    }
}
