//! How the run bears what passes by itself: faults, outages, throttling.

use std::time::Duration;

use super::{event::Event, run::Context};
use crate::arm::ArmError;

/// First wait after a fault; doubled at each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest wait between two tries, unless Azure asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long Azure must take every request before throttling is over: it comes in bursts.
const CALM: Duration = Duration::from_secs(90);

/// Repeats requests through faults that pass, and tells of each outage and of each time of throttling when it begins
/// and when it ends.
///
/// It has no limit of its own: the run's time-out ends what never passes.
#[derive(Debug)]
pub(crate) struct Patience<'a> {
    context: Context<'a>,
    trouble: Option<Trouble>,
    throttling: Option<Throttling>,
}

/// What goes wrong since the last request that went right.
#[derive(Debug)]
struct Trouble {
    since: Duration,
    attempts: u32,
    /// A single fault that the next try mends is not worth a line.
    told: bool,
    reason: String,
    /// Azure answers, though only to ask for patience.
    is_throttling: bool,
}

/// A time in which Azure puts some requests off and takes others.
#[derive(Debug)]
struct Throttling {
    since: Duration,
    /// When the last request that was put off may be sent again.
    until: Duration,
    attempts: u32,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            trouble: None,
            throttling: None,
        }
    }

    /// Whether Azure is out of reach.
    pub(crate) fn is_outage(&self) -> bool {
        self.trouble
            .as_ref()
            .is_some_and(|trouble| !trouble.is_throttling)
    }

    /// What went wrong last, while nothing has gone right since.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.trouble.as_ref().map(|trouble| trouble.reason.as_str())
    }

    /// What to say when Azure was out of reach for too long.
    pub(crate) fn give_up(&self) -> ArmError {
        ArmError::Unanswered {
            reason: self.reason().unwrap_or("no answer").to_owned(),
        }
    }

    /// Makes the request until it succeeds.
    ///
    /// # Errors
    /// The first error that `passes` does not call transient.
    pub(crate) async fn persist<T>(
        &mut self,
        passes: impl Fn(&ArmError) -> bool,
        mut request: impl AsyncFnMut() -> Result<T, ArmError>,
    ) -> Result<T, ArmError> {
        loop {
            match request().await {
                Ok(value) => {
                    self.relax();
                    return Ok(value);
                }
                Err(error) if passes(&error) => self.bear(&error).await,
                Err(error) => {
                    self.relax();
                    return Err(error);
                }
            }
        }
    }

    /// Waits as long as `error` asks for before the next try.
    pub(crate) async fn bear(&mut self, error: &ArmError) {
        let pause = self.note(error);
        self.context.clock.sleep(pause).await;
    }

    fn note(&mut self, error: &ArmError) -> Duration {
        let now = self.context.clock.elapsed();
        let trouble = self.trouble.get_or_insert_with(|| Trouble {
            since: now,
            attempts: 0,
            told: false,
            reason: String::new(),
            is_throttling: false,
        });
        trouble.attempts += 1;
        trouble.reason = error.to_string();
        trouble.is_throttling = error.is_throttled();
        let doubled = FIRST_PAUSE * 2_u32.saturating_pow(trouble.attempts - 1);
        let pause = error.retry_after().unwrap_or(doubled.min(LONGEST_PAUSE));
        if error.is_throttled() {
            self.note_throttling(now, pause);
        } else if trouble.attempts > 1 && !trouble.told && !error.is_not_found() {
            trouble.told = true;
            let reason = trouble.reason.clone();
            self.context.events.emit(Event::OutageBegan { reason });
        }
        pause
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

    /// Notes that Azure answered.
    pub(crate) fn relax(&mut self) {
        let now = self.context.clock.elapsed();
        if self
            .throttling
            .as_ref()
            .is_some_and(|throttling| throttling.until + CALM <= now)
        {
            self.close();
        }
        let Some(trouble) = self.trouble.take() else {
            return;
        };
        if trouble.told {
            self.context.events.emit(Event::OutageEnded {
                lasted: now - trouble.since,
                attempts: trouble.attempts,
            });
        }
    }

    /// Tells of the end of what need not be waited for, because the run is over.
    pub(crate) fn close(&mut self) {
        if let Some(throttling) = self.throttling.take() {
            let end = throttling.until.min(self.context.clock.elapsed());
            self.context.events.emit(Event::ThrottlingEnded {
                lasted: end - throttling.since,
                attempts: throttling.attempts,
            });
        }
    }
}
