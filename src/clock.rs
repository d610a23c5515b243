//! The time a run lives by.

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

/// The network is as fast as the machine, however fast time runs: a limit on an answer is never shorter than this.
const REAL_ANSWER: Duration = Duration::from_secs(2);

/// The time a run lives by: a monotonic clock for waiting and a wall clock for expiry.
///
/// The two part when a machine is suspended or its clock is set; [`identity`](crate::identity) watches for that.
/// Every wait of the program goes through here, so that one scale moves all of it.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    scale: u32,
    /// Nanoseconds that ran too fast, because this machine's own work does not.
    too_fast: Arc<AtomicU64>,
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
            too_fast: Arc::default(),
            origin: Instant::now(),
            wall: Wall::System {
                origin: Timestamp::now(),
            },
        }
    }

    /// Time since the run began, by the monotonic clock.
    #[must_use]
    pub(crate) fn elapsed(&self) -> Duration {
        (self.origin.elapsed() * self.scale).saturating_sub(self.too_fast())
    }

    /// The wall clock.
    #[must_use]
    pub(crate) fn now(&self) -> Timestamp {
        match &self.wall {
            Wall::System { origin } => {
                let passed = Timestamp::now().duration_since(*origin);
                let passed = passed * i32::try_from(self.scale).unwrap_or(i32::MAX);
                *origin + passed - self.too_fast()
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

    /// Waits for `future`, which works on this machine; its time passes as it is, however fast time runs.
    pub(crate) async fn run_local<F: Future>(&self, future: F) -> F::Output {
        let begun = Instant::now();
        let output = future.await;
        let too_fast = begun.elapsed() * (self.scale - 1);
        let nanoseconds = u64::try_from(too_fast.as_nanos()).unwrap_or(u64::MAX);
        self.too_fast.fetch_add(nanoseconds, Ordering::Relaxed);
        output
    }

    fn too_fast(&self) -> Duration {
        Duration::from_nanos(self.too_fast.load(Ordering::Relaxed))
    }

    /// Waits for `duration`.
    pub(crate) async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.scale).await;
    }

    /// Waits for `future`, which asks somebody over the network, but no longer than `limit`.
    ///
    /// # Errors
    /// [`Elapsed`] when the limit passes first; the future is dropped then.
    pub(crate) async fn timeout<F: Future>(
        &self,
        limit: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let limit = (limit / self.scale).max(limit.min(REAL_ANSWER));
        tokio::time::timeout(limit, future).await
    }

    /// Waits for `future`, which works on this machine or moves large files, but no longer than `limit` by the
    /// machine's own clock: that takes as long however fast time runs.
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
    /// A clock for tests on tokio's paused time: its wall clock follows tokio's, and [`Self::step`] sets it off.
    pub(crate) fn paused() -> Self {
        let origin = "2026-01-05T02:00:00Z".parse().expect("a timestamp");
        Self {
            scale: 1,
            too_fast: Arc::default(),
            origin: Instant::now(),
            wall: Wall::Manual(Arc::new(std::sync::Mutex::new((
                origin,
                SignedDuration::ZERO,
            )))),
        }
    }

    /// Steps the wall clock, as a resume after suspension or a time server does.
    pub(crate) fn step(&self, by: SignedDuration) {
        if let Wall::Manual(wall) = &self.wall {
            wall.lock()
                .expect("no test panics while it holds the clock")
                .1 += by;
        }
    }
}
