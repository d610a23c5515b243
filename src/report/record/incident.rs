//! Incidents of a run: token refreshes, outages, throttling, cancellation.

use std::time::Duration;

use crate::event::{Event, Trouble};

/// Something that happened at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incident {
    /// A new token with this lifetime.
    TokenRefreshed { lifetime: Duration },
    /// A refresh failed; the present token was valid for `expires_in` more.
    TokenRefreshFailed {
        reason: String,
        expires_in: Duration,
    },
    /// Azure throttled a request for this long.
    Throttled { wait: Duration },
    /// This run asked Azure to cancel the deployment.
    CancelRequested,
}

/// A period in which Azure could not be reached. `began` counts from the run's start.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    pub(crate) trouble: Trouble,
    pub(crate) began: Duration,
    /// How long it lasted; `None` while it lasts.
    pub(crate) lasted: Option<Duration>,
    /// The error of the first failed request. Untrusted text.
    pub(crate) reason: String,
    /// Requests that failed; 0 while it lasts.
    pub(crate) attempts: u32,
}

impl Incident {
    /// The incident for `event`, if it is one.
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
    pub(crate) fn new(began: Duration, trouble: Trouble, reason: &str) -> Self {
        Self {
            trouble,
            began,
            lasted: None,
            reason: reason.to_owned(),
            attempts: 0,
        }
    }

    pub(crate) fn end(&mut self, lasted: Duration, attempts: u32) {
        (self.lasted, self.attempts) = (Some(lasted), attempts);
    }

    /// How long it lasted, up to `now` if it has not ended.
    pub(crate) fn length(&self, now: Duration) -> Duration {
        self.lasted
            .unwrap_or_else(|| now.saturating_sub(self.began))
    }
}
