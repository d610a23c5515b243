//! The range in which a run's end lies.

use super::{expected::Outcomes, network::Network};

/// Courses of events that are compared.
const COURSES: usize = 200;

/// When a run may end, in seconds from now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    /// One course of events in ten ends earlier.
    pub(super) low: f64,
    pub(super) middle: f64,
    /// One in ten ends later.
    pub(super) high: f64,
}

impl Range {
    /// Plays the run in 200 courses of events. The first of these differ as a whole as the first of `runs` did, and so
    /// on. Each resource takes each of 200 equally likely outcomes once, in an order of its own, so that resources do not
    /// depend on each other.
    ///
    /// That order depends on the resource's id alone: the same record always gives the same range, and a resource that
    /// ends changes nothing about the others.
    pub(super) fn of<'a>(
        network: &Network,
        runs: &[f64],
        left: impl Fn(usize) -> (&'a str, &'a Outcomes<'a>),
    ) -> Self {
        let mut ends = network.ends(|resource| {
            let (id, outcomes) = left(resource);
            courses(id, *outcomes, runs)
        });
        ends.sort_by(f32::total_cmp);
        let at = |tenths: usize| f64::from(ends[(COURSES - 1) * tenths / 10]);
        Self {
            low: at(1),
            middle: at(5),
            high: at(9),
        }
    }
}

/// The outcomes of one resource in each course of events.
fn courses(id: &str, outcomes: Outcomes<'_>, runs: &[f64]) -> [f32; COURSES] {
    if let Outcomes::One(left) = outcomes {
        return [left as f32; COURSES];
    }
    let mut courses = std::array::from_fn(|at| (at as f32 + 0.5) / COURSES as f32);
    shuffle(&mut courses, &mut Random::of(id));
    for (chunk, run) in courses.chunks_mut(COURSES.div_ceil(runs.len())).zip(runs) {
        let outcomes = outcomes.in_run(*run);
        for part in chunk {
            *part = outcomes.at(f64::from(*part)) as f32;
        }
    }
    courses
}

/// Fisher and Yates' shuffle.
fn shuffle(values: &mut [f32], random: &mut Random) {
    for at in (1..values.len()).rev() {
        values.swap(at, random.below(at + 1));
    }
}

/// Numbers that look random, and are the same for the same id (xorshift, begun with the id's FNV-1a).
struct Random(u64);

impl Random {
    fn of(id: &str) -> Self {
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash | 1)
    }

    /// A number below `limit`, which is small.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let high = self.0 >> 32;
        ((high * limit as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_comes_once_in_an_order_that_the_id_decides() {
        let outcomes = Outcomes::Between(0.0, 400.0);
        let [one, again, other] = ["a", "a", "b"].map(|id| courses(id, outcomes, &[1.0]));
        assert_eq!(one, again);
        assert_ne!(one, other);
        let mut sorted = one;
        sorted.sort_by(f32::total_cmp);
        let whole: Vec<_> = sorted.iter().map(|left| left.round() as usize).collect();
        let expected: Vec<_> = (0..COURSES).map(|at| 2 * at + 1).collect();
        assert_eq!(whole, expected);
        assert_ne!(one, sorted);
    }

    #[test]
    fn outcomes_of_two_resources_do_not_depend_on_each_other() {
        let outcomes = Outcomes::Between(-1.0, 1.0);
        let ids: Vec<String> = (0..40).map(|n| format!("/resource/{n}")).collect();
        for pair in ids.windows(2) {
            let [one, other] = [0, 1].map(|at| courses(&pair[at], outcomes, &[1.0]));
            let product: f32 = one.iter().zip(other).map(|(one, other)| one * other).sum();
            // Three standard deviations of the correlation of 200 independent pairs.
            let correlation = product / (COURSES as f32 / 3.0);
            assert!(correlation.abs() < 0.22, "{pair:?}: {correlation}");
        }
    }
}
