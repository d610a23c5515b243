//! What has been told of the time left. What is told does not move with each small change.

use std::time::Duration;

use super::outlook::{Forecast, Outlook};

/// Part of the time left by which the end must move before another one is told.
const NOTICEABLE: f64 = 0.1;

/// What a run has told of the time left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// Each estimate that was told.
    pub(crate) estimates: Vec<Estimate>,
    /// What was said last, which may be nothing.
    pub(crate) latest: Outlook,
}

/// An estimate and when it was told, counted from the run's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) at: Duration,
    pub(crate) forecast: Forecast,
    /// What was known; if nothing is new, the time left does not grow.
    news: News,
}

/// How much is known of a run: numbers of resources that have ended, that are known, and of earlier runs.
pub(crate) type News = (usize, usize, usize);

impl Told {
    /// Tells `outlook` at `at`, with an end that moves only if it moves by a tenth of the time left.
    pub(crate) fn tell(&mut self, outlook: Outlook, news: News, at: Duration) {
        self.latest = outlook;
        let before = self.estimates.last();
        if let Some(fresh) = self.latest.left {
            let forecast = before.map_or(fresh, |before| steady(before, fresh, news, at));
            self.latest.left = Some(forecast);
            self.estimates.push(Estimate { at, forecast, news });
        }
    }
}

/// `fresh`, as far as it differs from what was told before.
fn steady(before: &Estimate, fresh: Forecast, news: News, at: Duration) -> Forecast {
    let passed = at.saturating_sub(before.at);
    let told = before.forecast;
    let tolerance = told.left.saturating_sub(passed).mul_f64(NOTICEABLE);
    let keep = |told: Duration, fresh: Duration| {
        let told = told.saturating_sub(passed);
        if told.abs_diff(fresh) > tolerance {
            fresh
        } else {
            told
        }
    };
    let mut left = keep(told.left, fresh.left);
    if news == before.news {
        // It is late: the end moves away, and it is not said that there is more to do than before.
        left = left.min(told.left);
    }
    Forecast {
        left,
        low: keep(told.low, fresh.low).min(left),
        high: keep(told.high, fresh.high).max(left),
        basis: fresh.basis,
    }
}
