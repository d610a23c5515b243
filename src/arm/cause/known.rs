//! Causes that differ from one another.

use std::collections::HashMap;

use super::{
    seen::Seen,
    words::{Index, Rarity},
};

/// How much is spent on comparing causes that have words in common, in bytes of their words: less than a tenth of a
/// second. Azure's errors stay far below it.
const WORK: usize = 50_000_000;

/// The causes so far.
///
/// A cause is compared with those alone that may be about its resource and have words in common with it, so that what
/// a failure of thousands of resources costs grows with their number. Where very many have, as long as `work` lasts:
/// beyond that, only causes with equal words are found to be the same.
pub(super) struct Known {
    /// In the order in which they were first met; none where a cause proved to be the same as an earlier one.
    seen: Vec<Option<Seen>>,
    rarity: Rarity,
    /// Those of one resource, by its id in lower case.
    at_resource: HashMap<String, Index>,
    everywhere: Index,
    /// Where a cause is, by its hashes.
    by_hash: HashMap<u64, usize>,
    work: usize,
}

impl Known {
    /// `causes` with those that are the same as one, in the order in which they were first met.
    pub(super) fn of(causes: Vec<Seen>) -> Vec<Seen> {
        let words = causes.iter().map(|seen| seen.words.as_str());
        let mut known = Self {
            rarity: Rarity::of(words),
            seen: Vec::with_capacity(causes.len()),
            at_resource: HashMap::new(),
            everywhere: Index::default(),
            by_hash: HashMap::new(),
            work: WORK,
        };
        for (at, seen) in causes.into_iter().enumerate() {
            known.seen.push(None);
            known.put(at, seen);
        }
        known.seen.into_iter().flatten().collect()
    }

    /// Puts `seen` to `at`, or makes it one with what is the same: at the place of the first. What that learns may make
    /// it the same as another one.
    fn put(&mut self, mut at: usize, mut seen: Seen) {
        while let Some(place) = self.find(&seen) {
            let Some(known) = self.seen[place].take() else {
                break;
            };
            let (mut first, later) = if place < at {
                (known, seen)
            } else {
                (seen, known)
            };
            at = at.min(place);
            let has_learned = first.learn(later);
            seen = first;
            if !has_learned {
                self.seen[at] = Some(seen);
                return;
            }
        }
        self.index(at, &seen);
        self.seen[at] = Some(seen);
    }

    fn index(&mut self, at: usize, seen: &Seen) {
        let place = self.at_resource.entry(seen.resource.clone()).or_default();
        place.add(at, &seen.words, &self.rarity);
        self.everywhere.add(at, &seen.words, &self.rarity);
        for hash in seen.hashes() {
            self.by_hash.insert(hash, at);
        }
    }

    /// Where the failure that `seen` tells of is known.
    fn find(&mut self, seen: &Seen) -> Option<usize> {
        self.find_equal(seen).or_else(|| self.find_similar(seen))
    }

    fn find_equal(&self, seen: &Seen) -> Option<usize> {
        let hashes = seen.hashes();
        let mut places = hashes.iter().filter_map(|hash| self.by_hash.get(hash));
        places.find(|place| self.is_same(**place, seen)).copied()
    }

    fn find_similar(&mut self, seen: &Seen) -> Option<usize> {
        let mut left = self.work;
        let found = self.candidates(seen).find(|place| {
            let known = self.seen[*place].as_ref();
            let work = known.map_or(1, |known| known.work(seen));
            left = left.saturating_sub(work);
            left == 0 || self.is_same(*place, seen)
        });
        self.work = left;
        found.filter(|_| left > 0)
    }

    /// Where causes are that may be the same.
    fn candidates(&self, seen: &Seen) -> impl Iterator<Item = usize> {
        let indices = match seen.resource.as_str() {
            "" => [Some(&self.everywhere), None],
            resource => [resource, ""].map(|id| self.at_resource.get(id)),
        };
        let indices = indices.into_iter().flatten();
        indices.flat_map(|index| index.candidates(&seen.words, &self.rarity))
    }

    fn is_same(&self, place: usize, seen: &Seen) -> bool {
        let known = self.seen[place].as_ref();
        known.is_some_and(|known| known.is_same(seen))
    }
}
