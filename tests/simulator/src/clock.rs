//! Simulated time: it starts with the first request and runs faster.

use std::{
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::world::lock;

/// How long to wait in real time before looking whether somebody put the clock forward.
const LOOK: Duration = Duration::from_millis(10);

/// A clock that runs `scale` times as fast as the real one.
#[derive(Debug)]
pub(crate) struct Clock {
    started: OnceLock<Instant>,
    epoch: Timestamp,
    scale: f64,
    /// How far the clock was put forward.
    skipped: Mutex<Duration>,
}

impl Clock {
    /// A clock that stands still until it is started; so long ago it began to count.
    pub(crate) fn new(scale: f64, past: Duration) -> Self {
        let now = Timestamp::now();
        Self {
            started: OnceLock::new(),
            epoch: now.checked_sub(past).unwrap_or(now),
            scale,
            skipped: Mutex::new(past),
        }
    }

    /// Starts it, unless it runs already. What a client does before it first asks takes real time.
    pub(crate) fn start(&self) {
        self.started.get_or_init(Instant::now);
    }

    /// Simulated time since the start, what there was before it included.
    pub(crate) fn elapsed(&self) -> Duration {
        let real = self.started.get().map_or(Duration::ZERO, Instant::elapsed);
        real.mul_f64(self.scale) + *lock(&self.skipped)
    }

    /// Waits until the clock stands at this moment, however it gets there.
    pub(crate) async fn reaches(&self, moment: Duration) {
        while let Some(left) = moment
            .checked_sub(self.elapsed())
            .filter(|left| !left.is_zero())
        {
            let real = Duration::try_from_secs_f64(left.as_secs_f64() / self.scale);
            tokio::time::sleep(real.map_or(LOOK, |real| real.min(LOOK))).await;
        }
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        *lock(&self.skipped) += by;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.at(self.elapsed())
    }

    /// The date of a moment counted from the start.
    pub(crate) fn at(&self, elapsed: Duration) -> Timestamp {
        self.epoch.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}

/// A timestamp with seven digits of fraction, as Azure writes it.
pub(crate) fn precise(time: Timestamp) -> String {
    let ticks = time.subsec_nanosecond() / 100;
    format!("{}.{ticks:07}Z", time.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// A timestamp in the American form that error messages use: `11/24/2025 11:31:00 PM`.
pub(crate) fn american(time: Timestamp) -> String {
    time.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

/// An ISO 8601 duration as Azure writes it: `PT1M39.7689131S`.
pub(crate) fn iso(duration: Duration) -> String {
    let (seconds, ticks) = (duration.as_secs(), duration.subsec_nanos() / 100);
    let mut text = "PT".to_owned();
    for (amount, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
        if amount > 0 {
            text.push_str(&format!("{amount}{unit}"));
        }
    }
    let fraction = format!(".{ticks:07}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    if seconds % 60 > 0 || !fraction.is_empty() || text == "PT" {
        text.push_str(&format!("{}{fraction}S", seconds % 60));
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn times_look_like_azures() {
        let time: Timestamp = "2025-11-24T23:31:00.123456789Z".parse().unwrap();
        assert_eq!(precise(time), "2025-11-24T23:31:00.1234567Z");
        assert_eq!(american(time), "11/24/2025 11:31:00 PM");
    }

    #[test]
    fn durations_look_like_azures() {
        for (millis, text) in [
            (0, "PT0S"),
            (976, "PT0.976S"),
            (99_769, "PT1M39.769S"),
            (3_600_000, "PT1H"),
            (7_807_000, "PT2H10M7S"),
        ] {
            assert_eq!(iso(Duration::from_millis(millis)), text);
        }
    }
}
