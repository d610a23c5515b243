//! The present token, its age and when to ask for the next one.

use std::time::Duration;

use azure_core::credentials::Secret;
use jiff::Timestamp;

use super::{credential::Issued, news::Token};
use crate::clock::Clock;

/// Minimum refresh interval.
const SHORTEST_REFRESH: Duration = Duration::from_secs(1);
/// Minimum wait after the issuer returned the present token again, unless it expires before.
const SHORTEST_RECHECK: Duration = Duration::from_secs(2 * 60);

/// A token, when it was issued, and when it was last confirmed.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) secret: Secret,
    pub(super) token: Token,
    issued: Moment,
    /// When the issuer last returned this token; at first when it was issued.
    confirmed: Moment,
    /// How long it was valid then.
    valid_for: Duration,
    /// When the next one is due, counted from then.
    next_in: Duration,
}

impl Held {
    /// Holds a token that was issued just now, to be used for `limit` at most.
    pub(super) fn new(issued: Issued, limit: Duration, clock: &Clock) -> Self {
        let refresh_in = limit.min(issued.lifetime * 3 / 4).max(SHORTEST_REFRESH);
        let now = Moment::now(clock);
        Self {
            secret: issued.secret,
            token: Token {
                lifetime: issued.lifetime,
                refresh_in,
            },
            issued: now,
            confirmed: now,
            valid_for: issued.lifetime,
            next_in: refresh_in,
        }
    }

    /// The same token, returned from the issuer's cache and valid for another `lifetime`. The cache holds it until it
    /// is almost over: half of that time passes before the next request.
    pub(super) fn confirm(&mut self, lifetime: Duration, clock: &Clock) {
        self.confirmed = Moment::now(clock);
        self.valid_for = lifetime;
        self.next_in = (lifetime / 2)
            .max(SHORTEST_RECHECK)
            .min(lifetime)
            .max(SHORTEST_REFRESH);
    }

    /// Time since it was issued.
    pub(super) fn age(&self, clock: &Clock) -> Duration {
        self.issued.elapsed(clock)
    }

    pub(super) fn is_alive(&self, clock: &Clock) -> bool {
        !self.expires_in(clock).is_zero()
    }

    /// How long it is still valid.
    pub(super) fn expires_in(&self, clock: &Clock) -> Duration {
        self.valid_for.saturating_sub(self.confirmed.elapsed(clock))
    }

    /// When the next one is due.
    pub(super) fn due_in(&self, clock: &Clock) -> Duration {
        self.next_in.saturating_sub(self.confirmed.elapsed(clock))
    }
}

/// A point in time on both clocks.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    monotonic: Duration,
    wall: Timestamp,
}

impl Moment {
    pub(super) fn now(clock: &Clock) -> Self {
        Self {
            monotonic: clock.elapsed(),
            wall: clock.now(),
        }
    }

    /// Time since then, by the clock that moved further: the monotonic one stands still while the machine is suspended,
    /// the wall clock can be set back.
    pub(super) fn elapsed(&self, clock: &Clock) -> Duration {
        let by_wall = clock.now().duration_since(self.wall);
        let by_wall = Duration::try_from(by_wall).unwrap_or_default();
        by_wall.max(clock.elapsed().saturating_sub(self.monotonic))
    }
}
