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
    /// What was known.
    news: News,
}

/// How much is known of a run. While that stays as it is, the time left does not grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// Resources that have ended.
    pub(crate) ended: usize,
    /// Resources that have been seen.
    pub(crate) seen: usize,
    /// Resources that Azure said it would deploy.
    pub(crate) foreseen: usize,
    /// Deployments of which it is known what waits for what.
    pub(crate) dependencies: usize,
    /// Earlier runs.
    pub(crate) runs: usize,
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::forecast::outlook::Basis, testing::stories::minutes};

    /// So many resources have ended, and nothing else is new.
    fn ended(ended: usize) -> News {
        News {
            ended,
            ..News::default()
        }
    }

    /// Minutes after the start, what was computed and what was told, in minutes.
    fn told(steps: &[(u64, usize, [u64; 3], [u64; 3])]) {
        let mut all = Told::default();
        for &(at, has_ended, [left, low, high], expected) in steps {
            let forecast = Forecast {
                left: minutes(left),
                low: minutes(low),
                high: minutes(high),
                basis: Basis {
                    runs: 5,
                    percent: 90,
                },
            };
            let outlook = Outlook {
                left: Some(forecast),
                notes: Vec::new(),
            };
            all.tell(outlook, ended(has_ended), minutes(at));
            let shown = all.latest.left.expect("told");
            let shown = [shown.left, shown.low, shown.high].map(|time| time.as_secs() / 60);
            assert_eq!(shown, expected, "at {at}");
        }
        assert_eq!(all.estimates.len(), steps.len());
    }

    #[test]
    fn the_end_moves_only_if_it_moves_by_a_tenth_of_what_is_left() {
        told(&[
            (0, 0, [100, 50, 200], [100, 50, 200]),
            // Ends at 109, 56 and 209 instead of 100, 50 and 200.
            (10, 1, [99, 46, 199], [90, 40, 190]),
            // Ends at 110 and 61.
            (20, 2, [90, 41, 180], [90, 41, 180]),
            (30, 3, [73, 20, 171], [80, 20, 170]),
        ]);
    }

    #[test]
    fn a_late_end_moves_away_without_more_time_left() {
        told(&[
            (0, 1, [10, 5, 20], [10, 5, 20]),
            (8, 1, [2, 0, 12], [2, 0, 12]),
            (12, 1, [7, 4, 15], [2, 2, 15]),
            // Something ended.
            (13, 2, [7, 4, 15], [7, 4, 15]),
        ]);
    }

    #[test]
    fn the_time_left_stays_within_its_range() {
        told(&[
            (0, 1, [60, 55, 65], [60, 55, 65]),
            (10, 2, [55, 54, 56], [50, 50, 55]),
            (20, 3, [36, 35, 37], [40, 35, 40]),
        ]);
    }

    #[test]
    fn silence_is_no_estimate() {
        let mut told = Told::default();
        told.tell(Outlook::default(), ended(0), minutes(1));
        assert!(told.estimates.is_empty());
    }
}
