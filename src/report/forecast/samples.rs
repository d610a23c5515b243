//! How long resources took in earlier runs, with creations and updates told apart.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use super::factors::{Difference, Factors, middle};
use crate::event::{EarlierResource, EarlierRun, History};

/// Number of earlier runs that are used, the newest ones.
const RUNS: usize = 10;
/// Seconds below which durations are not told apart: polling and Azure's own steps are not finer.
const RESOLUTION: f64 = 1.0;
/// Azure ends a deployment after seven days.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What earlier runs tell.
#[derive(Debug, Default)]
pub(super) struct Samples<'a> {
    resources: HashMap<String, Own<'a>>,
    /// Creations by type in lower case.
    creations: HashMap<String, Sample>,
    pub(super) factors: Factors,
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

/// How long something took several times: the shortest first.
#[derive(Debug, Default)]
pub(super) struct Sample(Vec<Took>);

/// How long something took once.
#[derive(Clone, Copy, Debug)]
struct Took {
    seconds: f64,
    /// In which run, counted from the oldest.
    run: usize,
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

    fn add(&mut self, run: &'a EarlierRun, at: usize, can_tell_first: bool, is_newest: bool) {
        for resource in &run.resources {
            let seconds = resource.duration.min(LONGEST).as_secs_f64();
            let took = Took { seconds, run: at };
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
                        first: seconds,
                        last: at,
                    });
                }
            }
        }
    }

    fn sort(&mut self) {
        let mut differences = Vec::new();
        for (kind, creations) in &mut self.creations {
            creations.sort();
            differences.push((kind.clone(), creations.differences()));
        }
        for own in self.resources.values_mut() {
            own.updates.sort();
            let kind = own.newest.kind.to_lowercase();
            differences.push((kind, own.updates.differences()));
        }
        self.factors = Factors::new(&differences);
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
        self.0.last().map_or(0.0, |took| took.seconds)
    }

    /// Seconds; 0 if there are none.
    pub(super) fn median(&self) -> f64 {
        middle(self.0.len(), |at| self.0[at].seconds)
    }

    fn sort(&mut self) {
        self.0
            .sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    }

    /// What each is in relation to the median of the others: how far off an estimate made from these would have been.
    fn differences(&self) -> Vec<Difference> {
        let others = self.0.len().saturating_sub(1);
        if others == 0 {
            return Vec::new();
        }
        let of = |(left_out, took): (usize, &Took)| {
            let at = |at: usize| self.0[at + usize::from(at >= left_out)].seconds;
            let usual = middle(others, at).max(RESOLUTION);
            Difference {
                run: took.run,
                factor: took.seconds.max(RESOLUTION) / usual,
            }
        };
        self.0.iter().enumerate().map(of).collect()
    }
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

    fn seconds(sample: &Sample) -> Vec<f64> {
        sample.0.iter().map(|took| took.seconds).collect()
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
            assert_eq!(seconds(&a.updates), [20.0, 30.0]);
            let b = samples.of("b").expect("known");
            assert_eq!((b.exists, b.first), (false, 600.0));
            assert_eq!(seconds(&b.updates), [40.0]);
            assert_eq!(seconds(samples.creations("t").expect("some")), creations);
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
        let times = [40.0, 10.0, 30.0, 20.0].into_iter().zip(0..);
        let mut sample = Sample(times.map(|(seconds, run)| Took { seconds, run }).collect());
        sample.sort();
        assert_eq!((sample.median(), sample.longest()), (25.0, 40.0));
        let differences = sample.differences().into_iter();
        let differences: Vec<_> = differences.map(|each| (each.run, each.factor)).collect();
        assert_eq!(
            differences,
            [(1, 10.0 / 30.0), (3, 20.0 / 30.0), (2, 1.5), (0, 2.0)]
        );
        sample.0.truncate(1);
        assert!(sample.differences().is_empty());
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
        let differences = own.updates.differences();
        assert!(differences.iter().all(|each| each.factor.is_finite()));
    }
}
