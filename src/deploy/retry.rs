//! Retries with back-off, and reports outages and throttling.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Context, Failure,
    pace::{CALM, FIRST_PAUSE, FOREIGN_REFUSALS, LONGEST_PAUSE, NOT_FOUND_IS_NEWS, Tolerance},
};
use crate::{
    arm::{Arm, ArmError, Cause},
    event::{Event, Trouble},
};

/// What a request is for. Each purpose backs off by itself, and an outage is over when none is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// To submit, delete or cancel.
    Change,
    /// To see how the deployment stands.
    Read,
    /// To validate or predict.
    Preview,
    /// To read operations.
    Progress,
}

/// Repeats requests through faults that pass, and tells of each outage and of each time of throttling when it begins
/// and when it ends.
///
/// It has no limit of its own: the run's time-out ends what never passes.
pub(super) struct Retry<'a> {
    context: Context<'a>,
    longest_pause: Duration,
    troubles: BTreeMap<Purpose, Failing>,
    outage: Option<Outage>,
    throttling: Option<Throttling>,
    /// Whether any request of this run came through, whatever the answer.
    has_come_through: bool,
}

/// The failures of one purpose since its last success.
#[derive(Debug)]
struct Failing {
    since: Duration,
    attempts: u32,
    reason: String,
    is_throttling: bool,
    /// The causes, if Azure denies us a right.
    denied: Vec<Cause>,
}

/// What fails at present.
pub(super) struct Failures<'a> {
    /// Since when, on the run's clock.
    pub(super) since: Duration,
    /// How, as seen last.
    pub(super) reason: &'a str,
    /// The causes, if Azure denies us a right; else none.
    pub(super) denied: &'a [Cause],
}

/// An outage that was told.
#[derive(Debug)]
struct Outage {
    since: Duration,
    attempts: u32,
}

/// A time in which Azure puts some requests off and takes others.
#[derive(Debug)]
struct Throttling {
    since: Duration,
    /// When the last request that was put off may be sent again.
    until: Duration,
    attempts: u32,
}

impl<'a> Retry<'a> {
    pub(super) fn new(context: Context<'a>, poll_interval: Duration) -> Self {
        Self {
            context,
            longest_pause: LONGEST_PAUSE.min(poll_interval),
            troubles: BTreeMap::new(),
            outage: None,
            throttling: None,
            has_come_through: false,
        }
    }

    pub(super) fn arm(&self) -> &'a Arm {
        self.context.arm
    }

    /// Whether the same request may succeed later without anybody doing anything.
    pub(super) fn may_pass(&self, error: &ArmError) -> bool {
        error.is_transient() || error.is_blocked() && self.has_come_through
    }

    /// Makes the request until it succeeds.
    ///
    /// # Errors
    /// The first error that is not transient and lasts longer than `tolerance`; for a request that starts something,
    /// also the last of several refusals by something other than Azure.
    pub(super) async fn persist<T>(
        &mut self,
        purpose: Purpose,
        tolerance: &Tolerance,
        mut request: impl AsyncFnMut() -> Result<T, ArmError>,
    ) -> Result<T, ArmError> {
        let mut refused_since = None;
        let mut foreign_refusals = 0;
        loop {
            let error = match request().await {
                Ok(value) => {
                    self.succeeded(purpose);
                    return Ok(value);
                }
                Err(error) => error,
            };
            self.has_come_through |= error.status().is_some();
            foreign_refusals += u32::from(error.is_foreign_refusal());
            if tolerance.is_for_a_start() && foreign_refusals == FOREIGN_REFUSALS {
                return Err(error);
            }
            if !error.is_transient() {
                let now = self.context.clock.elapsed();
                let since = *refused_since.get_or_insert(now);
                let is_lasting = error.is_blocked() && !self.has_come_through;
                if is_lasting || now - since >= tolerance.of(&error) {
                    // A refusal that was not believed at first is no answer that was waited for.
                    if since == now {
                        self.settled(purpose);
                    }
                    return Err(error);
                }
            }
            self.wait_after(purpose, &error).await;
        }
    }

    /// Waits before the next attempt of a request that failed.
    pub(super) async fn wait_after(&mut self, purpose: Purpose, error: &ArmError) {
        let pause = self.failed(purpose, error);
        self.context.clock.sleep(pause).await;
    }

    /// Notes that a request failed, and returns how long to wait before the next attempt.
    pub(super) fn failed(&mut self, purpose: Purpose, error: &ArmError) -> Duration {
        let now = self.context.clock.elapsed();
        self.has_come_through |= error.status().is_some();
        let failing = self.troubles.entry(purpose).or_insert_with(|| Failing {
            since: now,
            attempts: 0,
            reason: String::new(),
            is_throttling: false,
            denied: Vec::new(),
        });
        failing.attempts += 1;
        failing.reason = error.sentence();
        failing.is_throttling = error.is_throttled();
        failing.denied = match error.status() {
            Some(403) if error.is_denied() => error.causes(),
            _ => Vec::new(),
        };
        let (since, attempts) = (failing.since, failing.attempts);
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempts - 1));
        let pause = doubled.min(self.longest_pause);
        let pause = pause.max(error.retry_after().unwrap_or_default());
        if error.is_throttled() {
            self.note_throttling(now, pause);
        } else {
            self.note_outage(error, attempts, since);
        }
        pause
    }

    /// A single failure is not reported; a missing deployment is not before a while.
    fn note_outage(&mut self, error: &ArmError, attempts: u32, since: Duration) {
        if let Some(outage) = &mut self.outage {
            outage.attempts += 1;
            return;
        }
        let trouble = trouble(error);
        let is_early = trouble == Trouble::NotFound
            && self.context.clock.elapsed() - since < NOT_FOUND_IS_NEWS;
        if attempts < 2 || is_early {
            return;
        }
        self.outage = Some(Outage { since, attempts });
        self.context.events.emit(Event::OutageBegan {
            trouble,
            reason: error.sentence(),
        });
    }

    fn note_throttling(&mut self, now: Duration, wait: Duration) {
        if self.throttling.is_none() {
            self.context.events.emit(Event::Throttled { wait });
        }
        let throttling = self.throttling.get_or_insert(Throttling {
            since: now,
            until: now,
            attempts: 0,
        });
        throttling.attempts += 1;
        throttling.until = now + wait;
    }

    /// Notes that Azure answered a request of this purpose as hoped, or for certain.
    pub(super) fn succeeded(&mut self, purpose: Purpose) {
        self.has_come_through = true;
        self.settled(purpose);
    }

    /// Notes that requests of this purpose are no longer repeated.
    fn settled(&mut self, purpose: Purpose) {
        let now = self.context.clock.elapsed();
        if self
            .throttling
            .as_ref()
            .is_some_and(|throttling| throttling.until + CALM <= now)
        {
            self.end_throttling();
        }
        self.troubles.remove(&purpose);
        if self.troubles.is_empty()
            && let Some(outage) = self.outage.take()
        {
            self.context.events.emit(Event::OutageEnded {
                lasted: now - outage.since,
                attempts: outage.attempts,
            });
        }
    }

    /// Tells the end of a throttling that need not be waited for, because the run is over.
    pub(super) fn end_throttling(&mut self) {
        if let Some(throttling) = self.throttling.take() {
            let end = throttling.until.min(self.context.clock.elapsed());
            self.context.events.emit(Event::ThrottlingEnded {
                lasted: end - throttling.since,
                attempts: throttling.attempts,
            });
        }
    }

    /// What has failed for the longest time, other than by throttling.
    pub(super) fn outage(&self) -> Option<Failures<'_>> {
        let failing = self.troubles.values();
        let failing = failing.filter(|failing| !failing.is_throttling);
        let longest = failing.min_by_key(|failing| failing.since)?;
        Some(Failures {
            since: longest.since,
            reason: &longest.reason,
            denied: &longest.denied,
        })
    }

    /// What to say of requests that were sent again for too long.
    pub(super) fn give_up(&self) -> Failure {
        let mut reasons = self.troubles.values().map(|failing| &failing.reason);
        Failure::GaveUp {
            reason: reasons
                .next_back()
                .map_or("no answer came", String::as_str)
                .to_owned(),
        }
    }
}

fn trouble(error: &ArmError) -> Trouble {
    match error {
        _ if error.is_not_found() => Trouble::NotFound,
        ArmError::Unreadable { status, .. } if *status < 500 => Trouble::Unreadable,
        ArmError::Refused { .. } if !error.is_transient() => Trouble::Refused,
        _ => Trouble::Unreachable,
    }
}
