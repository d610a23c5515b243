//! Monotonic and wall clock, with an optional speed-up for tests.

pub(crate) mod seconds;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

#[cfg(test)]
use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::time::{Instant, error::Elapsed};

/// Environment variable that makes time run faster, for the demo and the tests against the simulator, whose clock
/// has the same scale: `120` lets two minutes pass in a second.
pub(crate) const TIME_SCALE: &str = "LONG_DEPLOY_TIME_SCALE";

/// Minimum time limit for network requests in real time: the network does not run faster with the clock.
const SHORTEST_REAL_LIMIT: Duration = Duration::from_secs(2);

/// A monotonic clock for waiting and a wall clock for expiry.
///
/// They diverge when a machine is suspended or its clock is set, which `identity` takes into
/// account. Every wait of the program goes through here, so that the scale applies to all of them.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    scale: u32,
    /// Scaled time to subtract, in nanoseconds: local work (Bicep) runs in real time.
    unscaled: Arc<AtomicU64>,
    origin: Instant,
    wall: Wall,
}

#[derive(Clone, Debug)]
enum Wall {
    System {
        origin: Timestamp,
    },
    #[cfg(test)]
    Manual(Arc<std::sync::Mutex<(Timestamp, SignedDuration)>>),
}

impl Clock {
    /// A clock that runs `scale` times as fast as the machine's; 1 outside of tests and the demo.
    #[must_use]
    pub(crate) fn new(scale: u32) -> Self {
        Self {
            scale: scale.max(1),
            unscaled: Arc::default(),
            origin: Instant::now(),
            wall: Wall::System {
                origin: Timestamp::now(),
            },
        }
    }

    /// Time since the run began, by the monotonic clock.
    #[must_use]
    pub(crate) fn elapsed(&self) -> Duration {
        (self.origin.elapsed() * self.scale).saturating_sub(self.unscaled())
    }

    /// The wall clock.
    #[must_use]
    pub(crate) fn now(&self) -> Timestamp {
        match &self.wall {
            Wall::System { origin } => {
                let passed = Timestamp::now().duration_since(*origin);
                let passed = passed * i32::try_from(self.scale).unwrap_or(i32::MAX);
                *origin + passed - self.unscaled()
            }
            #[cfg(test)]
            Wall::Manual(wall) => {
                let (origin, step) = *wall
                    .lock()
                    .expect("no test panics while it holds the clock");
                origin + step + SignedDuration::try_from(self.elapsed()).expect("tests are short")
            }
        }
    }

    /// Awaits local work such as a compilation, whose time is not scaled.
    pub(crate) async fn run_local<F: Future>(&self, future: F) -> F::Output {
        let begun = Instant::now();
        let output = future.await;
        let excess = begun.elapsed() * (self.scale - 1);
        let nanoseconds = u64::try_from(excess.as_nanos()).unwrap_or(u64::MAX);
        self.unscaled.fetch_add(nanoseconds, Ordering::Relaxed);
        output
    }

    fn unscaled(&self) -> Duration {
        Duration::from_nanos(self.unscaled.load(Ordering::Relaxed))
    }

    /// Waits for `duration`.
    pub(crate) async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.scale).await;
    }

    /// Awaits `future`, a network request, for at most `limit`.
    ///
    /// # Errors
    /// [`Elapsed`] when the limit passes first; the future is dropped then.
    pub(crate) async fn timeout<F: Future>(
        &self,
        limit: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let limit = (limit / self.scale).max(limit.min(SHORTEST_REAL_LIMIT));
        tokio::time::timeout(limit, future).await
    }

    /// Awaits `future`, local work or a large download, for at most `limit` in real time, which is not scaled.
    ///
    /// # Errors
    /// [`Elapsed`] when the limit passes first; the future is dropped then.
    pub(crate) async fn timeout_local<F: Future>(
        limit: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        tokio::time::timeout(limit, future).await
    }
}

#[cfg(test)]
impl Clock {
    /// A clock for tests with tokio's paused time. Its wall clock follows tokio's, plus the offset of [`Self::step`].
    pub(crate) fn paused() -> Self {
        let origin = "2026-01-05T02:00:00Z".parse().expect("a timestamp");
        Self {
            scale: 1,
            unscaled: Arc::default(),
            origin: Instant::now(),
            wall: Wall::Manual(Arc::new(std::sync::Mutex::new((
                origin,
                SignedDuration::ZERO,
            )))),
        }
    }

    /// Steps the wall clock, as after a suspension or by a time server.
    pub(crate) fn step(&self, by: SignedDuration) {
        if let Wall::Manual(wall) = &self.wall {
            wall.lock()
                .expect("no test panics while it holds the clock")
                .1 += by;
        }
    }
}
