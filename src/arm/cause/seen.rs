//! A cause, and what it is compared by.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{model::Cause, text::comparable};

/// What the comparison of two places costs, in bytes of words.
const PLACES: usize = 16;

/// What holds resources rather than being one: a failure in it is that of a resource in it.
const DEPLOYMENT: &str = "/microsoft.resources/deployments/";

/// A cause and what it is compared by.
pub(super) struct Seen {
    pub(super) cause: Cause,
    pub(super) words: String,
    /// The resource in lower case; empty if it is unknown, or known only as a deployment around the resource.
    pub(super) resource: String,
}

impl Seen {
    pub(super) fn new(cause: Cause) -> Self {
        let id = cause
            .resource
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        Self {
            words: comparable(&cause.message),
            resource: if id.contains(DEPLOYMENT) {
                String::new()
            } else {
                id
            },
            cause,
        }
    }

    /// The hash of all by which causes are compared, and that of the words alone.
    pub(super) fn hashes(&self) -> [u64; 2] {
        let mut hasher = DefaultHasher::new();
        self.words.hash(&mut hasher);
        let by_words = hasher.finish();
        self.resource.hash(&mut hasher);
        self.cause.code.to_ascii_lowercase().hash(&mut hasher);
        [hasher.finish(), by_words]
    }

    /// What comparing both costs, in bytes of words.
    pub(super) fn work(&self, other: &Self) -> usize {
        if self.may_be_at(other) {
            PLACES + self.words.len() + other.words.len()
        } else {
            PLACES
        }
    }

    /// Whether both tell of the same failure, one of them perhaps less precisely.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.cause, &other.cause);
        let code = mine.code.eq_ignore_ascii_case(&theirs.code)
            || !(mine.is_specific() && theirs.is_specific());
        self.may_be_at(other) && code && self.says(other)
    }

    /// Whether both may be about one resource.
    fn may_be_at(&self, other: &Self) -> bool {
        self.resource == other.resource || self.resource.is_empty() || other.resource.is_empty()
    }

    fn says(&self, other: &Self) -> bool {
        if self.words.is_empty() || other.words.is_empty() {
            return self.words == other.words && self.cause.code == other.cause.code;
        }
        self.words.contains(&other.words) || other.words.contains(&self.words)
    }

    /// Takes over what `other` knows better; returns whether it is compared by anything else now.
    pub(super) fn learn(&mut self, other: Self) -> bool {
        let mut learned = false;
        if !self.cause.is_specific() && !other.cause.code.is_empty() {
            learned |= self.cause.code != other.cause.code;
            self.cause.code = other.cause.code;
        }
        if other.words.len() > self.words.len() {
            learned = true;
            self.cause.message = other.cause.message;
            self.words = other.words;
        }
        if self.resource.is_empty() && !other.resource.is_empty() || self.cause.resource.is_none() {
            learned |= self.resource != other.resource;
            self.cause.resource = other.cause.resource;
            self.resource = other.resource;
        }
        if other.cause.path.len() > self.cause.path.len() {
            self.cause.path = other.cause.path;
        }
        learned
    }
}
