//! Means, percentiles and extremes of durations.

use std::time::Duration;

/// Durations that were measured, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spread(Vec<Duration>);

impl FromIterator<Duration> for Spread {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut sorted: Vec<_> = durations.into_iter().collect();
        sorted.sort();
        Self(sorted)
    }
}

impl Spread {
    /// Their mean; zero if there are none.
    pub(super) fn mean(&self) -> Duration {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX).max(1);
        self.0.iter().sum::<Duration>() / count
    }

    /// The duration that this share of them, from 0 to 1, does not exceed; zero if there are none.
    pub(super) fn percentile(&self, share: f64) -> Duration {
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        self.0.get(rank.max(1) - 1).copied().unwrap_or_default()
    }

    /// The longest; zero if there are none.
    pub(super) fn worst(&self) -> Duration {
        self.0.last().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_all_durations_in_any_order() {
        let seconds = |numbers: &[u64]| -> Spread {
            let durations = numbers.iter().map(|number| Duration::from_secs(*number));
            durations.collect()
        };
        let hundred: Vec<u64> = (1..=100).rev().collect();
        for (spread, mean, median, high, worst) in [
            (seconds(&[]), 0, 0, 0, 0),
            (seconds(&[7]), 7, 7, 7, 7),
            (seconds(&[9, 1, 2]), 4, 2, 9, 9),
            (seconds(&hundred), 50, 50, 95, 100),
        ] {
            assert_eq!(spread.mean().as_secs(), mean, "{spread:?}");
            assert_eq!(spread.percentile(0.5).as_secs(), median, "{spread:?}");
            assert_eq!(spread.percentile(0.95).as_secs(), high, "{spread:?}");
            assert_eq!(spread.worst().as_secs(), worst, "{spread:?}");
        }
    }
}
