//! How the run bears what passes by itself: faults, outages, throttling.

use std::time::Duration;

use super::{event::Event, run::Context};
use crate::arm::ArmError;

/// First wait after a fault; doubled at each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest wait between two tries, unless Azure asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Repeats requests through faults that pass, and tells of each outage once, when it begins and when it ends.
///
/// It has no limit of its own: the run's time-out ends what never passes.
#[derive(Debug)]
pub(crate) struct Patience<'a> {
    context: Context<'a>,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Trouble {
    since: Duration,
    attempts: u32,
    /// A single fault that the next try mends is not worth a line.
    told: bool,
    reason: String,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            trouble: None,
        }
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
        });
        trouble.attempts += 1;
        trouble.reason = error.to_string();
        let doubled = FIRST_PAUSE * 2_u32.saturating_pow(trouble.attempts - 1);
        let pause = error.retry_after().unwrap_or(doubled.min(LONGEST_PAUSE));
        if error.is_throttled() {
            self.context.events.emit(Event::Throttled { wait: pause });
        } else if trouble.attempts > 1 && !trouble.told && !error.is_not_found() {
            trouble.told = true;
            let reason = trouble.reason.clone();
            self.context.events.emit(Event::OutageBegan { reason });
        }
        pause
    }

    /// Notes that Azure answered.
    pub(crate) fn relax(&mut self) {
        let Some(trouble) = self.trouble.take() else {
            return;
        };
        if trouble.told {
            self.context.events.emit(Event::OutageEnded {
                lasted: self.context.clock.elapsed() - trouble.since,
                attempts: trouble.attempts,
            });
        }
    }
}
