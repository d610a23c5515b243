//! The range in which a run's end lies.

use super::{expected::Outcomes, network::Network, seed::Seed};

/// Courses of events that are compared.
const COURSES: usize = 100;

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
    /// Plays the run in 100 courses of events. The first of these differ as a whole as the first of `runs` did, and so
    /// on. Each resource takes each of 100 equally likely outcomes once, in an order of its own, so that resources do not
    /// depend on each other.
    ///
    /// That order depends on the resource's id alone ([`Seed`]): the same record always gives the same range, and a resource that
    /// ends changes nothing about the others.
    pub(super) fn of<'a>(
        network: &Network,
        runs: &[f64],
        left: impl Fn(usize) -> (Seed, Outcomes<'a>),
    ) -> Self {
        let mut ends = network.ends(|resource| {
            let (seed, outcomes) = left(resource);
            courses(seed, outcomes, runs)
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
fn courses(seed: Seed, outcomes: Outcomes<'_>, runs: &[f64]) -> [f32; COURSES] {
    let mut courses = [0.0; COURSES];
    if let Outcomes::One(left) = outcomes {
        courses.fill(left as f32);
        return courses;
    }
    let order: [u8; COURSES] = seed.order();
    let length = COURSES.div_ceil(runs.len());
    for ((courses, order), run) in courses
        .chunks_mut(length)
        .zip(order.chunks(length))
        .zip(runs)
    {
        let outcomes = outcomes.in_run(*run);
        for (course, at) in courses.iter_mut().zip(order) {
            *course = outcomes.at(usize::from(*at), COURSES) as f32;
        }
    }
    courses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_comes_once_in_an_order_that_the_id_decides() {
        let outcomes = Outcomes::Between(0.0, 2.0 * COURSES as f64);
        let [one, again, other] = ["a", "a", "b"].map(|id| courses(Seed::of(id), outcomes, &[1.0]));
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
            let [one, other] = [0, 1].map(|at| courses(Seed::of(&pair[at]), outcomes, &[1.0]));
            let product: f32 = one.iter().zip(other).map(|(one, other)| one * other).sum();
            // Three standard deviations of the correlation of 100 independent pairs.
            let correlation = product / (COURSES as f32 / 3.0);
            assert!(correlation.abs() < 0.3, "{pair:?}: {correlation}");
        }
    }
}
