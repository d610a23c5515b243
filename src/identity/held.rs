//! A token and its age.

use std::time::Duration;

use azure_core::credentials::Secret;
use jiff::Timestamp;

use super::{credential::Issued, news::Token};
use crate::clock::Clock;

/// So that no limit and no lifetime makes the keeper spin.
const SHORTEST_REFRESH: Duration = Duration::from_secs(1);

/// A token and when it was issued, by both clocks.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) secret: Secret,
    pub(super) token: Token,
    issued: Duration,
    issued_at: Timestamp,
}

impl Held {
    /// Holds a token that was issued just now, to be used for `limit` at most.
    pub(super) fn new(issued: Issued, limit: Duration, clock: &Clock) -> Self {
        Self {
            secret: issued.secret,
            token: Token {
                lifetime: issued.lifetime,
                refresh_in: limit.min(issued.lifetime * 3 / 4).max(SHORTEST_REFRESH),
            },
            issued: clock.elapsed(),
            issued_at: clock.now(),
        }
    }

    /// Time since it was issued, by the clock that moved further: the monotonic one stands still while the machine is suspended, the wall
    /// clock can be set back.
    pub(super) fn age(&self, clock: &Clock) -> Duration {
        let by_wall = clock.now().duration_since(self.issued_at);
        let by_wall = Duration::try_from(by_wall).unwrap_or_default();
        by_wall.max(clock.elapsed().saturating_sub(self.issued))
    }

    pub(super) fn is_alive(&self, clock: &Clock) -> bool {
        !self.expires_in(clock).is_zero()
    }

    /// How long it is still good.
    pub(super) fn expires_in(&self, clock: &Clock) -> Duration {
        self.token.lifetime.saturating_sub(self.age(clock))
    }

    /// When the next one is due.
    pub(super) fn due_in(&self, clock: &Clock) -> Duration {
        self.token.refresh_in.saturating_sub(self.age(clock))
    }
}
