//! Nested deployments that are expected as a whole, as earlier runs do not tell enough of what is in them.

use std::collections::HashSet;

use super::{
    expected::{Doing, Expected},
    plan::{Plan, Stage},
};

/// What takes time in a run: resources, and nested deployments as a whole.
#[derive(Debug, Default)]
pub(super) struct Wholes {
    /// Nested deployments that take as long as before, whatever is in them.
    whole: HashSet<usize>,
    /// Resources in these of which earlier runs tell nothing: they take no time of their own.
    untold: HashSet<usize>,
}

impl Wholes {
    /// Finds them: the innermost nested deployment of which earlier runs tell how long it took, around a resource of which
    /// they do not, or around nothing that is known.
    pub(super) fn new(plan: &Plan<'_>, expected: &[Expected<'_>]) -> Self {
        let is_told = |part: usize| {
            let doing = match &expected[part] {
                Expected::Known { doing, .. } => Some(*doing),
                _ => None,
            };
            let is_deployment = plan.parts[part].is_deployment;
            doing.is_some_and(|doing| !is_deployment || doing == Doing::Updating)
        };
        let mut wholes = Self::default();
        let mut filled = HashSet::new();
        for (at, part) in plan.parts.iter().enumerate() {
            if part.is_deployment {
                continue;
            }
            filled.extend(plan.around(at));
            if part.stage == Stage::Over || is_told(at) {
                continue;
            }
            if let Some(around) = plan.around(at).find(|around| is_told(*around)) {
                wholes.whole.insert(around);
                wholes.untold.insert(at);
            }
        }
        let empty = (0..plan.parts.len()).filter(|at| plan.parts[*at].is_deployment);
        let empty = empty.filter(|at| !filled.contains(at) && is_told(*at));
        wholes.whole.extend(empty);
        wholes
    }

    /// Whether a nested deployment takes time as a whole.
    pub(super) fn is_whole(&self, part: usize) -> bool {
        self.whole.contains(&part)
    }

    /// Whether a resource takes no time of its own, as a nested deployment around it does.
    pub(super) fn is_untold(&self, part: usize) -> bool {
        self.untold.contains(&part)
    }
}
