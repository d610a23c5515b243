//! How long resources took in earlier runs, with creations and updates told apart.

use std::{collections::HashMap, time::Duration};

use super::factors::{Difference, Factors, middle};
use crate::event::{EarlierResource, EarlierRun, History};

/// Number of earlier runs that are used, the newest ones.
const RUNS: usize = 10;
/// Seconds below which durations are not told apart: polling and Azure's own steps are not finer.
const RESOLUTION: f64 = 1.0;
/// Azure ends a deployment after seven days.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What earlier runs tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    resources: Vec<Own>,
    /// Ids in lower case, and where in `resources` they are.
    ids: HashMap<String, usize>,
    /// How long creations took, by type.
    creations: Vec<Sample>,
    /// Types in lower case, and where in `creations` they are.
    kinds: HashMap<String, usize>,
    factors: Factors,
    /// Number of runs.
    pub(super) runs: usize,
}

/// What earlier runs tell of one resource.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// Where the newest run with it is in the history, and where it is in that run.
    newest: (usize, usize),
    /// Whether the newest run had it, so that this run updates it.
    pub(super) exists: bool,
    /// How long its updates took.
    pub(super) updates: Sample,
    /// Seconds that the first run with it took, which may have created it.
    pub(super) first: f64,
    /// Where its type is among all.
    kind: usize,
}

/// How long something took several times: the shortest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample(Vec<Took>);

/// How long something took once.
#[derive(Clone, Copy, Debug)]
struct Took {
    seconds: f64,
    /// In which run of the history.
    run: usize,
}

impl Samples {
    /// Reads earlier runs.
    ///
    /// A resource was created by the first run that had it, if that is known to be the first, and updated by the later
    /// ones. What the oldest run did where there are older ones that were not read is not known, and not used.
    pub(crate) fn read(history: &History) -> Self {
        let runs = &history.runs[..history.runs.len().min(RUNS)];
        let mut samples = Self {
            runs: runs.len(),
            ..Self::default()
        };
        let has_older = history.has_older || runs.len() < history.runs.len();
        for (at, run) in runs.iter().enumerate().rev() {
            let is_oldest = at + 1 == runs.len();
            samples.add(run, at, !is_oldest || !has_older);
        }
        samples.compare();
        samples
    }

    /// Number of resources.
    pub(super) fn count(&self) -> usize {
        self.resources.len()
    }

    /// Where the resource with this id in lower case is.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    /// What is told of the resource that is there.
    pub(super) fn own(&self, at: usize) -> &Own {
        &self.resources[at]
    }

    /// How long creations of a type took, and by how much durations of this type differ, the least first: for a resource
    /// of which something is told, else for its type.
    pub(super) fn of_type(&self, own: Option<&Own>, kind: &str) -> (Option<&Sample>, &[f64]) {
        let known = own.map(|own| own.kind);
        let at = known.or_else(|| self.kinds.get(&kind.to_lowercase()).copied());
        let creations = at.map(|at| &self.creations[at]);
        let creations = creations.filter(|creations| !creations.is_empty());
        (creations, self.factors.of(at))
    }

    /// By how much runs differ as a whole, the least first; never none.
    pub(super) fn whole_runs(&self) -> &[f64] {
        self.factors.runs()
    }

    /// Adds the run that is `at` this place of the history; newer ones come later.
    fn add(&mut self, run: &EarlierRun, at: usize, can_tell_first: bool) {
        for (place, resource) in run.resources.iter().enumerate() {
            let seconds = resource.duration.min(LONGEST).as_secs_f64();
            let took = Took { seconds, run: at };
            let id = resource.id.to_lowercase();
            if let Some(own) = self.ids.get(&id) {
                let own = &mut self.resources[*own];
                // Twice in one run: what it did is not clear.
                if own.newest.0 != at {
                    own.updates.0.push(took);
                    (own.newest, own.exists) = ((at, place), at == 0);
                }
                continue;
            }
            let kind = self.kind(&resource.kind);
            if can_tell_first {
                self.creations[kind].0.push(took);
            }
            self.resources.push(Own {
                newest: (at, place),
                exists: at == 0,
                updates: Sample::default(),
                first: seconds,
                kind,
            });
            self.ids.insert(id, self.resources.len() - 1);
        }
    }

    fn kind(&mut self, kind: &str) -> usize {
        let next = self.creations.len();
        let at = *self.kinds.entry(kind.to_lowercase()).or_insert(next);
        if at == next {
            self.creations.push(Sample::default());
        }
        at
    }

    fn compare(&mut self) {
        let mut differences = vec![Vec::new(); self.creations.len()];
        for (creations, differences) in self.creations.iter_mut().zip(&mut differences) {
            creations.sort();
            creations.add_differences(differences);
        }
        for own in &mut self.resources {
            own.updates.sort();
            own.updates.add_differences(&mut differences[own.kind]);
        }
        self.factors = Factors::new(&differences);
    }
}

impl Own {
    /// What the newest run with it says.
    pub(super) fn newest<'a>(&self, history: &'a History) -> Option<&'a EarlierResource> {
        let (run, at) = self.newest;
        history.runs.get(run)?.resources.get(at)
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

    /// Adds what each is in relation to the median of the others: how far off an estimate made from these would have
    /// been.
    fn add_differences(&self, differences: &mut Vec<Difference>) {
        let others = self.0.len().saturating_sub(1);
        if others == 0 {
            return;
        }
        differences.extend(self.0.iter().enumerate().map(|(left_out, took)| {
            let at = |at: usize| self.0[at + usize::from(at >= left_out)].seconds;
            let usual = middle(others, at).max(RESOLUTION);
            Difference {
                run: took.run,
                factor: took.seconds.max(RESOLUTION) / usual,
            }
        }));
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

    fn differences(sample: &Sample) -> Vec<Difference> {
        let mut differences = Vec::new();
        sample.add_differences(&mut differences);
        differences
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
            let own = |id| samples.own(samples.find(id).expect("known"));
            let a = own("a");
            assert_eq!((a.exists, a.first), (true, 400.0));
            assert_eq!(seconds(&a.updates), [20.0, 30.0]);
            let b = own("b");
            assert_eq!((b.exists, b.first), (false, 600.0));
            assert_eq!(seconds(&b.updates), [40.0]);
            assert_eq!(
                seconds(samples.of_type(None, "T").0.expect("some")),
                creations
            );
        }
    }

    #[test]
    fn what_is_told_twice_by_one_run_is_no_update() {
        let history = history(&[&[("a", 10), ("A", 20)]], false);
        let samples = Samples::read(&history);
        let a = samples.own(0);
        assert!(a.updates.is_empty() && a.first == 10.0);
    }

    #[test]
    fn only_the_newest_runs_count() {
        let one: &[(&str, u64)] = &[("a", 10)];
        let history = history(&[one; RUNS + 1], false);
        let samples = Samples::read(&history);
        let a = samples.own(0);
        assert_eq!((a.updates.count(), samples.runs), (RUNS - 1, RUNS));
        assert!(
            samples.of_type(None, "t").0.is_none(),
            "there was an older one"
        );
    }

    #[test]
    fn each_is_compared_with_the_median_of_the_others() {
        let times = [40.0, 10.0, 30.0, 20.0].into_iter().zip(0..);
        let mut sample = Sample(times.map(|(seconds, run)| Took { seconds, run }).collect());
        sample.sort();
        assert_eq!((sample.median(), sample.longest()), (25.0, 40.0));
        let told = differences(&sample).into_iter();
        let told: Vec<_> = told.map(|each| (each.run, each.factor)).collect();
        assert_eq!(
            told,
            [(1, 10.0 / 30.0), (3, 20.0 / 30.0), (2, 1.5), (0, 2.0)]
        );
        sample.0.truncate(1);
        assert!(differences(&sample).is_empty());
        assert_eq!(Sample::default().median(), 0.0);
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        let runs: [&[(&str, u64)]; 5] = [&[("a", 0)]; 5];
        let mut history = history(&runs, false);
        history.runs[0].resources[0].duration = Duration::MAX;
        let samples = Samples::read(&history);
        let own = samples.own(0);
        assert_eq!(own.updates.longest(), LONGEST.as_secs_f64());
        let told = differences(&own.updates);
        assert!(told.iter().all(|each| each.factor.is_finite()));
    }
}
