//! The points in time at which parts of a run end, and which of them waits for which.

use super::{
    plan::{Plan, Stage},
    wholes::Wholes,
};

/// Moments of a run, each of which comes after others and the work that leads to it.
///
/// A resource has one moment, its end. A nested deployment has two: it begins when what it waits for has ended and the
/// deployment around it has begun, and it ends when all that is in it has ended. One that is expected as a whole also
/// takes that time.
/// What has begun waits for nothing more, and what has ended is left out.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// All moments, none before one that it comes after.
    order: Vec<usize>,
    moments: Vec<Moment>,
}

/// A moment.
#[derive(Clone, Debug, Default)]
struct Moment {
    after: Vec<usize>,
    /// The resource that ends then.
    resource: Option<usize>,
    /// Whether nothing comes after it.
    is_last: bool,
}

/// What decides when a run ends.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Longest {
    /// Seconds from now.
    pub(super) end: f64,
    /// The resources that the end waits for, the last one first.
    pub(super) resources: Vec<usize>,
}

/// The moments of a part.
#[derive(Clone, Copy)]
struct Own {
    begin: usize,
    end: usize,
}

impl Network {
    pub(super) fn new(plan: &Plan<'_>, wholes: &Wholes) -> Self {
        let mut network = Self::default();
        let own = network.add_moments(plan, wholes);
        let has_begun = begun(plan);
        for (at, part) in plan.parts.iter().enumerate() {
            let (Some(moment), Some(around)) = (own[at], part.around.and_then(|at| own[at])) else {
                continue;
            };
            network.comes_after(around.end, moment.end);
            if !has_begun[at] {
                network.comes_after(moment.begin, around.begin);
            }
        }
        for &(before, after) in &plan.waits {
            if let (Some(before), Some(after), false) = (own[before], own[after], has_begun[after])
            {
                network.comes_after(after.begin, before.end);
            }
        }
        network.sort();
        network.mark_last();
        network
    }

    /// The resources that have not ended.
    pub(super) fn resources(&self) -> impl Iterator<Item = usize> + '_ {
        self.order
            .iter()
            .filter_map(|at| self.moments[*at].resource)
    }

    /// The longest path, if each resource takes so many seconds from when it can begin.
    pub(super) fn longest(&self, seconds: impl Fn(usize) -> f64) -> Longest {
        let mut ends = vec![0.0_f64; self.moments.len()];
        let mut came_after = vec![None; self.moments.len()];
        let mut last = None;
        for &at in &self.order {
            let moment = &self.moments[at];
            for &before in &moment.after {
                if came_after[at].is_none() || ends[before] > ends[at] {
                    (ends[at], came_after[at]) = (ends[before], Some(before));
                }
            }
            ends[at] += moment.resource.map_or(0.0, &seconds);
            if last.is_none_or(|last: usize| ends[at] > ends[last]) {
                last = Some(at);
            }
        }
        let path = std::iter::successors(last, |at| came_after[*at]);
        Longest {
            end: last.map_or(0.0, |last| ends[last]),
            resources: path.filter_map(|at| self.moments[at].resource).collect(),
        }
    }

    /// The end of the run in each of several courses of events; `seconds` tells how long a resource takes in each.
    pub(super) fn ends<const COURSES: usize>(
        &self,
        mut seconds: impl FnMut(usize) -> [f32; COURSES],
    ) -> [f32; COURSES] {
        let mut ends = vec![[0.0; COURSES]; self.moments.len()];
        let mut last = [0.0; COURSES];
        for &at in &self.order {
            let moment = &self.moments[at];
            let mut own = match moment.after.first() {
                Some(before) => ends[*before],
                None => [0.0; COURSES],
            };
            for &before in moment.after.iter().skip(1) {
                raise(&mut own, &ends[before]);
            }
            if let Some(resource) = moment.resource {
                for (end, took) in own.iter_mut().zip(seconds(resource)) {
                    *end += took;
                }
            }
            if moment.is_last {
                raise(&mut last, &own);
            }
            ends[at] = own;
        }
        last
    }

    fn add_moments(&mut self, plan: &Plan<'_>, wholes: &Wholes) -> Vec<Option<Own>> {
        let mut add = |at: usize| {
            let part = &plan.parts[at];
            if part.stage == Stage::Over {
                return None;
            }
            let begin = self.moments.len();
            self.moments.push(Moment::default());
            if !part.is_deployment {
                self.moments[begin].resource = (!wholes.is_untold(at)).then_some(at);
                return Some(Own { begin, end: begin });
            }
            let mut after = vec![begin];
            if wholes.is_whole(at) {
                self.moments.push(Moment {
                    after: vec![begin],
                    resource: Some(at),
                    ..Moment::default()
                });
                after.push(begin + 1);
            }
            let end = self.moments.len();
            self.moments.push(Moment {
                after,
                ..Moment::default()
            });
            Some(Own { begin, end })
        };
        (0..plan.parts.len()).map(&mut add).collect()
    }

    fn comes_after(&mut self, later: usize, earlier: usize) {
        self.moments[later].after.push(earlier);
    }

    /// Orders the moments. In a circle, which only wrong answers can have, one does not wait for the others.
    fn sort(&mut self) {
        let count = self.moments.len();
        let mut open: Vec<usize> = self
            .moments
            .iter()
            .map(|moment| moment.after.len())
            .collect();
        let mut later = vec![Vec::new(); count];
        for (at, moment) in self.moments.iter().enumerate() {
            for &before in &moment.after {
                later[before].push(at);
            }
        }
        let mut ready: Vec<usize> = (0..count).filter(|at| open[*at] == 0).collect();
        let mut is_placed = vec![false; count];
        for in_circle in 0..=count {
            while let Some(at) = ready.pop() {
                if std::mem::replace(&mut is_placed[at], true) {
                    continue;
                }
                self.order.push(at);
                for &next in &later[at] {
                    open[next] -= 1;
                    if open[next] == 0 {
                        ready.push(next);
                    }
                }
            }
            if in_circle < count && !is_placed[in_circle] {
                self.moments[in_circle]
                    .after
                    .retain(|before| is_placed[*before]);
                ready.push(in_circle);
            }
        }
    }

    /// Marks the moments that nothing comes after.
    fn mark_last(&mut self) {
        let mut is_last = vec![true; self.moments.len()];
        for before in self.moments.iter().flat_map(|moment| &moment.after) {
            is_last[*before] = false;
        }
        for (moment, is_last) in self.moments.iter_mut().zip(is_last) {
            moment.is_last = is_last;
        }
    }
}

/// Which parts have begun: a nested deployment of which only the name is known has if something in it has.
fn begun(plan: &Plan<'_>) -> Vec<bool> {
    let mut begun: Vec<_> = plan
        .parts
        .iter()
        .map(|part| part.stage != Stage::Ahead)
        .collect();
    for at in 0..begun.len() {
        if begun[at] {
            for around in plan.around(at) {
                begun[around] = true;
            }
        }
    }
    begun
}

fn raise<const COURSES: usize>(ends: &mut [f32; COURSES], least: &[f32; COURSES]) {
    for (end, least) in ends.iter_mut().zip(least) {
        if *least > *end {
            *end = *least;
        }
    }
}
