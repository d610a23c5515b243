//! How long resources took in earlier runs, with creations and updates told apart.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use crate::event::{EarlierResource, EarlierRun, History};

/// Number of earlier runs that are used, the newest ones.
const RUNS: usize = 10;
/// Azure ends a deployment after seven days.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Seconds below which durations are not told apart: polling and Azure's own steps are not finer.
const RESOLUTION: f64 = 1.0;
/// With fewer factors of a type, those of all types are used.
const FEWEST: usize = 5;
/// Factors that are assumed where earlier runs do not show any: ends that are half to twice as late.
const ASSUMED: [f64; 9] = [0.5, 0.65, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0];

/// What earlier runs tell.
#[derive(Debug, Default)]
pub(super) struct Samples<'a> {
    resources: HashMap<String, Own<'a>>,
    /// Creations by type in lower case.
    creations: HashMap<String, Sample>,
    factors: Factors,
}

/// What earlier runs tell of one resource.
#[derive(Debug)]
pub(super) struct Own<'a> {
    /// As the newest run with it knows it.
    pub(super) newest: &'a EarlierResource,
    /// Whether the newest run had it, so that this run updates it.
    pub(super) exists: bool,
    /// How long its updates took.
    pub(super) updates: Sample,
    /// Seconds that the first run with it took, which may have created it.
    pub(super) first: f64,
    /// The run that had it last, counted from the oldest.
    last: usize,
}

/// Seconds that something took several times, in order.
#[derive(Debug, Default)]
pub(super) struct Sample(Vec<f64>);

/// By how much durations differed from the median of the others of the same kind.
#[derive(Debug, Default)]
struct Factors {
    all: Vec<f64>,
    /// By type in lower case.
    by_type: HashMap<String, Vec<f64>>,
}

impl<'a> Samples<'a> {
    /// Reads earlier runs, the newest first.
    ///
    /// A resource was created by the first run that had it, if that is known to be the first, and updated by the later
    /// ones. What the oldest run did where there are older ones that were not read is not known, and not used.
    pub(super) fn read(history: &'a History) -> Self {
        let mut samples = Self::default();
        let runs = &history.runs[..history.runs.len().min(RUNS)];
        let has_older = history.has_older || runs.len() < history.runs.len();
        for (at, run) in runs.iter().rev().enumerate() {
            samples.add(run, at, at > 0 || !has_older, at + 1 == runs.len());
        }
        samples.sort();
        samples
    }

    /// What earlier runs tell of the resource with this id in lower case.
    pub(super) fn of(&self, id: &str) -> Option<&Own<'a>> {
        self.resources.get(id)
    }

    /// How long creations of this type in lower case took.
    pub(super) fn creations(&self, kind: &str) -> Option<&Sample> {
        self.creations.get(kind)
    }

    /// By how much resources of this type in lower case differ, in order.
    pub(super) fn factors(&self, kind: &str) -> &[f64] {
        self.factors.of(kind)
    }

    fn add(&mut self, run: &'a EarlierRun, at: usize, can_tell_first: bool, is_newest: bool) {
        for resource in &run.resources {
            let took = resource.duration.min(LONGEST).as_secs_f64();
            match self.resources.entry(resource.id.to_lowercase()) {
                // Twice in one run: what it did is not clear.
                Entry::Occupied(known) if known.get().last == at => {}
                Entry::Occupied(mut known) => {
                    let own = known.get_mut();
                    own.updates.0.push(took);
                    (own.newest, own.exists, own.last) = (resource, is_newest, at);
                }
                Entry::Vacant(new) => {
                    if can_tell_first {
                        let kind = resource.kind.to_lowercase();
                        self.creations.entry(kind).or_default().0.push(took);
                    }
                    new.insert(Own {
                        newest: resource,
                        exists: is_newest,
                        updates: Sample::default(),
                        first: took,
                        last: at,
                    });
                }
            }
        }
    }

    fn sort(&mut self) {
        for (kind, creations) in &mut self.creations {
            creations.0.sort_by(f64::total_cmp);
            self.factors.add(kind, creations);
        }
        for own in self.resources.values_mut() {
            own.updates.0.sort_by(f64::total_cmp);
            if own.updates.0.len() > 1 {
                let kind = own.newest.kind.to_lowercase();
                self.factors.add(&kind, &own.updates);
            }
        }
        self.factors.sort();
    }
}

impl Sample {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Seconds; 0 if there are none.
    pub(super) fn longest(&self) -> f64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// Seconds; 0 if there are none.
    pub(super) fn median(&self) -> f64 {
        let count = self.0.len();
        middle(count, |at| self.0[at])
    }

    /// The median of all but the one at `left_out`.
    fn median_without(&self, left_out: usize) -> f64 {
        let at = |at: usize| self.0[at + usize::from(at >= left_out)];
        middle(self.0.len() - 1, at)
    }
}

/// The median of `count` values in order.
fn middle(count: usize, value: impl Fn(usize) -> f64) -> f64 {
    match (count, count % 2) {
        (0, _) => 0.0,
        (_, 1) => value(count / 2),
        _ => f64::midpoint(value(count / 2 - 1), value(count / 2)),
    }
}

impl Factors {
    /// Adds what each of a sample is in relation to the median of the others, which is how far an estimate made from
    /// the others would have been off.
    fn add(&mut self, kind: &str, sample: &Sample) {
        if sample.count() < 2 {
            return;
        }
        let own = self.by_type.entry(kind.to_owned()).or_default();
        for (at, took) in sample.0.iter().enumerate() {
            let usual = sample.median_without(at).max(RESOLUTION);
            own.push(took.max(RESOLUTION) / usual);
        }
    }

    fn sort(&mut self) {
        for own in self.by_type.values_mut() {
            own.sort_by(f64::total_cmp);
            self.all.extend_from_slice(own);
        }
        self.all.sort_by(f64::total_cmp);
    }

    fn of(&self, kind: &str) -> &[f64] {
        let own = self.by_type.get(kind).map(Vec::as_slice);
        let mut known = own.into_iter().chain([self.all.as_slice()]);
        let enough = known.find(|factors| factors.len() >= FEWEST);
        enough.unwrap_or(&ASSUMED)
    }
}

/// Factors for what no earlier run tells about.
pub(super) fn assumed() -> &'static [f64] {
    &ASSUMED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(resources: &[(&str, u64)]) -> EarlierRun {
        let resources = resources.iter().map(|(id, seconds)| EarlierResource {
            id: (*id).to_owned(),
            kind: "T".to_owned(),
            path: Vec::new(),
            duration: Duration::from_secs(*seconds),
        });
        EarlierRun {
            name: String::new(),
            ended: None,
            resources: resources.collect(),
        }
    }

    /// Runs, the newest first.
    fn history(runs: &[&[(&str, u64)]], has_older: bool) -> History {
        History {
            runs: runs.iter().map(|resources| run(resources)).collect(),
            has_older,
        }
    }

    #[test]
    fn the_first_run_with_a_resource_created_it() {
        let runs: [&[(&str, u64)]; 4] = [
            &[("A", 30), ("c", 500)],
            &[("a", 20), ("gone", 7)],
            &[("a", 400), ("b", 40)],
            &[("b", 600)],
        ];
        for (has_older, creations) in [
            (false, vec![7.0, 400.0, 500.0, 600.0]),
            // The oldest that was read may have been an update.
            (true, vec![7.0, 400.0, 500.0]),
        ] {
            let history = history(&runs, has_older);
            let samples = Samples::read(&history);
            let a = samples.of("a").expect("known");
            assert_eq!((a.exists, a.first), (true, 400.0));
            assert_eq!(a.updates.0, [20.0, 30.0]);
            let b = samples.of("b").expect("known");
            assert_eq!((b.exists, b.first), (false, 600.0));
            assert_eq!(b.updates.0, [40.0]);
            assert_eq!(samples.creations("t").expect("some").0, creations);
        }
    }

    #[test]
    fn what_is_told_twice_by_one_run_is_no_update() {
        let history = history(&[&[("a", 10), ("A", 20)]], false);
        let samples = Samples::read(&history);
        let a = samples.of("a").expect("known");
        assert!(a.updates.is_empty() && a.first == 10.0);
    }

    #[test]
    fn only_the_newest_runs_count() {
        let one: &[(&str, u64)] = &[("a", 10)];
        let history = history(&[one; RUNS + 1], false);
        let samples = Samples::read(&history);
        let a = samples.of("a").expect("known");
        assert_eq!(a.updates.count(), RUNS - 1);
        assert!(samples.creations("t").is_none(), "there was an older one");
    }

    #[test]
    fn each_is_compared_with_the_median_of_the_others() {
        let sample = Sample(vec![10.0, 20.0, 30.0, 40.0]);
        assert_eq!((sample.median(), sample.longest()), (25.0, 40.0));
        let mut factors = Factors::default();
        factors.add("t", &sample);
        factors.sort();
        assert_eq!(factors.by_type["t"], [10.0 / 30.0, 20.0 / 30.0, 1.5, 2.0]);
        assert_eq!(factors.of("t"), ASSUMED, "four are too few");
        factors.by_type.get_mut("t").expect("some").push(3.0);
        assert_eq!(factors.of("t").len(), 5);
        assert_eq!(Sample::default().median(), 0.0);
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        let runs: [&[(&str, u64)]; 5] = [&[("a", 0)]; 5];
        let mut history = history(&runs, false);
        history.runs[0].resources[0].duration = Duration::MAX;
        let samples = Samples::read(&history);
        let own = samples.of("a").expect("known");
        assert_eq!(own.updates.longest(), LONGEST.as_secs_f64());
        assert!(samples.factors.all.iter().all(|factor| factor.is_finite()));
    }
}
