//! Finds parts of a run by their ids in lower case.

use std::collections::{HashMap, hash_map::Entry};

use super::samples::{Own, Samples};

/// Where the parts of a run are. Most of them are in earlier runs too, of which the ids are known already.
#[derive(Debug)]
pub(super) struct Index<'a> {
    samples: &'a Samples,
    /// By the place in `samples`.
    earlier: Vec<Option<usize>>,
    others: HashMap<String, usize>,
}

/// What came of entering a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entered<'a> {
    /// Whether its id was not there before.
    pub(super) is_new: bool,
    /// What earlier runs tell of it.
    pub(super) own: Option<&'a Own>,
}

impl<'a> Index<'a> {
    pub(super) fn new(samples: &'a Samples) -> Self {
        Self {
            samples,
            earlier: vec![None; samples.count()],
            others: HashMap::new(),
        }
    }

    /// The part with this id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        match self.samples.find(id) {
            Some(at) => self.earlier[at],
            None => self.others.get(id).copied(),
        }
    }

    /// Enters a part, unless there is one with this id.
    pub(super) fn enter(&mut self, id: String, part: usize) -> Entered<'a> {
        let earlier = self.samples.find(&id);
        let own = earlier.map(|at| self.samples.own(at));
        let is_new = match earlier.map(|at| &mut self.earlier[at]) {
            Some(known) => known.replace(known.unwrap_or(part)).is_none(),
            None => match self.others.entry(id) {
                Entry::Occupied(_) => false,
                Entry::Vacant(new) => {
                    new.insert(part);
                    true
                }
            },
        };
        Entered { is_new, own }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::{EarlierResource, EarlierRun, History};

    #[test]
    fn the_first_part_with_an_id_is_found() {
        let resource = EarlierResource {
            id: "Known".to_owned(),
            kind: "T".to_owned(),
            path: Vec::new(),
            duration: Duration::from_secs(9),
        };
        let run = EarlierRun {
            name: String::new(),
            ended: None,
            resources: vec![resource],
        };
        let samples = Samples::read(&History {
            runs: vec![run],
            has_older: false,
        });
        let mut index = Index::new(&samples);
        for (id, is_known) in [("known", true), ("new", false)] {
            assert_eq!(index.find(id), None);
            for (part, is_new) in [(7, true), (8, false)] {
                let entered = index.enter(id.to_owned(), part);
                assert_eq!((entered.is_new, entered.own.is_some()), (is_new, is_known));
                assert_eq!(index.find(id), Some(7));
            }
        }
    }
}
