//! Which texts may hold one another, by the words that they have in common.
//!
//! A text within another one has all its words in it as they are, except for its first and its last one, which may be
//! parts of longer words. Texts are in the form of `comparable`: words with one space between them.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// A word. Two that are taken for one by mistake cost a comparison and nothing else.
type Word = u64;

/// In how many texts each word is.
pub(super) struct Rarity(HashMap<Word, usize>);

/// Texts, each under a number.
#[derive(Default)]
pub(super) struct Index {
    /// All of them, in the order in which they were added.
    all: Vec<usize>,
    /// Those with a word.
    with: HashMap<Word, Vec<usize>>,
    /// Those whose rarest inner word it is.
    rarest: HashMap<Word, Vec<usize>>,
    /// Those without an inner word.
    short: Vec<usize>,
}

impl Rarity {
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut counts = HashMap::new();
        for word in texts.flat_map(words) {
            *counts.entry(word).or_default() += 1;
        }
        Self(counts)
    }

    /// The rarest of the words of `text` but the first and the last.
    fn rarest_inner(&self, text: &str) -> Option<Word> {
        let (_, text) = text.split_once(' ')?;
        let (text, _) = text.rsplit_once(' ')?;
        words(text).min_by_key(|word| self.0.get(word))
    }
}

impl Index {
    /// Adds `text` under `number`.
    pub(super) fn add(&mut self, number: usize, text: &str, rarity: &Rarity) {
        push(&mut self.all, number);
        for word in words(text) {
            push(self.with.entry(word).or_default(), number);
        }
        let list = match rarity.rarest_inner(text) {
            Some(word) => self.rarest.entry(word).or_default(),
            None => &mut self.short,
        };
        push(list, number);
    }

    /// The texts that may hold `text`, and those that it may hold: never fewer than do.
    pub(super) fn candidates(&self, text: &str, rarity: &Rarity) -> impl Iterator<Item = usize> {
        let holding = match rarity.rarest_inner(text) {
            Some(word) => self.with.get(&word),
            None => Some(&self.all),
        };
        let held = words(text).filter_map(|word| self.rarest.get(&word));
        let lists = held.chain([&self.short]).chain(holding);
        lists.flatten().copied()
    }
}

fn push(list: &mut Vec<usize>, number: usize) {
    if list.last() != Some(&number) {
        list.push(number);
    }
}

fn words(text: &str) -> impl Iterator<Item = Word> {
    text.split(' ').map(|word| {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index(texts: &[String]) -> (Index, Rarity) {
        let rarity = Rarity::of(texts.iter().map(String::as_str));
        let mut index = Index::default();
        for (number, text) in texts.iter().enumerate() {
            index.add(number, text, &rarity);
        }
        (index, rarity)
    }

    #[test]
    fn texts_without_a_word_in_common_are_no_candidates() {
        let texts = (0..100).map(|n| format!("the property p{n} is not known"));
        let (index, rarity) = index(&texts.collect::<Vec<_>>());
        let candidates = |text| index.candidates(text, &rarity).collect::<Vec<_>>();
        assert_eq!(candidates("the property p7 is wrong"), [7, 7]);
        assert_eq!(candidates("nothing of the kind"), [0; 0]);
    }

    proptest! {
        #[test]
        fn what_holds_another_text_is_a_candidate(
            texts in prop::collection::vec("[ab]{1,2}( [ab]{1,2}){0,4}", 1..12),
            text in "[ab]{1,2}( [ab]{1,2}){0,4}",
        ) {
            let (index, rarity) = index(&texts);
            let candidates: Vec<_> = index.candidates(&text, &rarity).collect();
            for (number, other) in texts.iter().enumerate() {
                let is_within = other.contains(&text) || text.contains(other);
                prop_assert!(!is_within || candidates.contains(&number), "{other:?}");
            }
        }
    }
}
