//! By how much durations differ from what is usual.

use std::collections::HashMap;

/// With fewer factors of a type, those of all types are used.
const FEWEST: usize = 5;
/// With fewer factors of a run, nothing is said of it as a whole.
const FEWEST_OF_RUN: usize = 3;
/// Factors that are assumed where earlier runs do not show any: half as long to twice as long as usual.
const ASSUMED: [f64; 9] = [0.5, 0.65, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0];

/// By how much a duration differed from the median of the others of its kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    /// The run that it is of.
    pub(super) run: usize,
    pub(super) factor: f64,
}

/// By how much durations differ, in two steps: a run as a whole is faster or slower than usual, on a slow day say, and
/// its resources differ from that each by itself. All lists are in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Factors {
    /// Those of runs as a whole.
    runs: Vec<f64>,
    /// Those of resources, by type.
    by_type: Vec<Vec<f64>>,
    /// Those of all resources.
    all: Vec<f64>,
}

impl Factors {
    /// The factors of these differences, by type.
    pub(super) fn new(differences: &[Vec<Difference>]) -> Self {
        let runs = by_run(differences);
        let own = |difference: &Difference| {
            let run = runs.get(&difference.run).copied();
            difference.factor / run.unwrap_or(1.0)
        };
        let by_type = differences.iter().map(|list| sorted(list.iter().map(own)));
        let by_type: Vec<_> = by_type.collect();
        Self {
            all: sorted(by_type.iter().flatten().copied()),
            by_type,
            runs: sorted(runs.into_values()),
        }
    }

    /// The factors of runs as a whole; never none.
    pub(super) fn runs(&self) -> &[f64] {
        match self.runs.as_slice() {
            [] => &[1.0],
            runs => runs,
        }
    }

    /// The factors of resources of the type at this place; never none.
    pub(super) fn of(&self, kind: Option<usize>) -> &[f64] {
        let own = kind.and_then(|kind| self.by_type.get(kind));
        let mut known = own.into_iter().chain([&self.all]);
        let enough = known.find(|factors| factors.len() >= FEWEST);
        enough.map_or(&ASSUMED, Vec::as_slice)
    }
}

fn sorted(factors: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut factors: Vec<_> = factors.collect();
    factors.sort_unstable_by(f64::total_cmp);
    factors
}

/// Factors of what no earlier run tells about, in order.
pub(super) fn assumed() -> &'static [f64] {
    &ASSUMED
}

/// By how much each run as a whole differed: the median of its differences.
fn by_run(differences: &[Vec<Difference>]) -> HashMap<usize, f64> {
    let mut by_run: HashMap<usize, Vec<f64>> = HashMap::new();
    for difference in differences.iter().flatten() {
        let run = by_run.entry(difference.run).or_default();
        run.push(difference.factor);
    }
    by_run.retain(|_, factors| factors.len() >= FEWEST_OF_RUN);
    let medians = by_run.into_iter().map(|(run, factors)| {
        let factors = sorted(factors.into_iter());
        (run, middle(factors.len(), |at| factors[at]))
    });
    medians.collect()
}

/// The median of `count` values in order; 0 if there are none.
pub(super) fn middle(count: usize, value: impl Fn(usize) -> f64) -> f64 {
    match (count, count % 2) {
        (0, _) => 0.0,
        (_, 1) => value(count / 2),
        _ => f64::midpoint(value(count / 2 - 1), value(count / 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(factors: &[(usize, f64)]) -> Vec<Difference> {
        let list = factors
            .iter()
            .map(|&(run, factor)| Difference { run, factor });
        list.collect()
    }

    #[test]
    fn a_slow_run_is_told_apart_from_slow_resources() {
        let slow_run = [(1, 2.0), (1, 2.2), (1, 2.0), (1, 1.8), (1, 2.0), (0, 0.9)];
        let factors = Factors::new(&[list(&slow_run), list(&[(0, 1.5)])]);
        assert_eq!(factors.runs(), [2.0], "of the other run two are too few");
        assert_eq!(factors.of(Some(0)), [0.9, 0.9, 1.0, 1.0, 1.0, 1.1]);
        for few in [Some(1), None] {
            assert_eq!(factors.of(few), [0.9, 0.9, 1.0, 1.0, 1.0, 1.1, 1.5]);
        }
    }

    #[test]
    fn without_enough_of_them_factors_are_assumed() {
        let factors = Factors::new(&[list(&[(0, 3.0), (0, 3.0), (1, 3.0), (1, 3.0)])]);
        assert_eq!(
            (factors.of(Some(0)), factors.runs()),
            (assumed(), &[1.0][..])
        );
    }

    #[test]
    fn the_middle_is_the_median() {
        let values = [1.0, 3.0, 4.0, 9.0];
        for (count, median) in [(0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0), (4, 3.5)] {
            assert_eq!(middle(count, |at| values[at]), median);
        }
    }
}
