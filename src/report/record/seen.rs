//! A resource and the time in which it ran.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::event::Resource;

/// A resource as last seen. Durations count from the run's start.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) resource: Resource,
    /// When it began to run, estimated from its duration when it was first seen. Azure states no start.
    pub(crate) began: Duration,
    /// When its last change was seen.
    changed: Duration,
}

/// From when to when something ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Seen {
    /// `resource`, first seen at `at`.
    pub(crate) fn new(resource: &Resource, at: Duration) -> Self {
        Self {
            resource: resource.clone(),
            began: at.saturating_sub(resource.duration),
            changed: at,
        }
    }

    /// Updates it with `resource` as seen at `at`.
    pub(crate) fn update(&mut self, resource: &Resource, at: Duration) {
        self.resource = resource.clone();
        self.changed = at;
    }

    /// The span in which it ran, up to `now` if it still runs. The end is Azure's, if Azure stated one.
    pub(crate) fn span(&self, time: impl Fn(Duration) -> Timestamp, now: Duration) -> Span {
        if !self.resource.state.is_terminal() {
            return Span {
                start: time(self.began),
                end: time(now.max(self.began)),
            };
        }
        let end = self.resource.ended.unwrap_or_else(|| time(self.changed));
        let took = SignedDuration::try_from(self.resource.duration).unwrap_or_default();
        Span {
            start: end.saturating_sub(took).unwrap_or(end),
            end,
        }
    }
}

impl Span {
    /// How long it took.
    pub(crate) fn length(&self) -> Duration {
        since(self.start, self.end)
    }

    /// The part of it that is within `outer`, which is a moment at the edge if it is all outside.
    pub(crate) fn within(self, outer: Option<Self>) -> Self {
        let Some(outer) = outer else { return self };
        Self {
            start: self.start.clamp(outer.start, outer.end),
            end: self.end.clamp(outer.start, outer.end),
        }
    }
}

/// Time from `start` to `end`; zero if `end` is earlier.
pub(crate) fn since(start: Timestamp, end: Timestamp) -> Duration {
    end.duration_since(start).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::{minutes, resource};

    fn time(after: Duration) -> Timestamp {
        Timestamp::UNIX_EPOCH + after
    }

    #[test]
    fn azures_clock_tells_the_span_of_what_has_ended() {
        let mut seen = Seen::new(&resource("afw", "Running", 1), minutes(3));
        let running = seen.span(time, minutes(9));
        assert_eq!(
            (running.start, running.end),
            (time(minutes(2)), time(minutes(9)))
        );
        seen.update(&resource("afw", "Succeeded", 11), minutes(14));
        let ended = seen.span(time, minutes(20));
        assert_eq!(
            (ended.start, ended.end),
            (time(minutes(3)), time(minutes(14)))
        );
        seen.resource.ended = Some(time(minutes(13)));
        let by_azure = seen.span(time, minutes(20));
        assert_eq!(
            (by_azure.start, by_azure.end),
            (time(minutes(2)), time(minutes(13)))
        );
        assert_eq!(by_azure.length(), minutes(11));
    }
}
