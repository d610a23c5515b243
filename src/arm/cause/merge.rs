//! The same cause, seen on several ways, told once.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{model::Cause, text::comparable};

/// How much is spent on comparing all pairs of causes, in bytes of their words: less than a tenth of a second.
const WORK: usize = 50_000_000;
/// What the comparison of two places costs, in the same unit.
const PLACES: usize = 16;

/// What holds resources rather than being one: a failure in it is that of a resource in it.
const DEPLOYMENT: &str = "/microsoft.resources/deployments/";

/// A cause and what it is compared by.
struct Seen {
    cause: Cause,
    words: String,
    /// The resource in lower case; empty if it is unknown, or known only as a deployment around the resource.
    resource: String,
}

/// `causes` without repetitions, in the order in which they were first met. What says nothing is left out where
/// something tells more.
pub(super) fn merge(causes: Vec<Cause>) -> Vec<Cause> {
    let mut merged = unite(causes.into_iter().map(Seen::new).collect());
    let telling = merged.iter().filter(|seen| seen.cause.is_telling());
    let told: HashSet<String> = telling.map(|seen| seen.resource.clone()).collect();
    merged.retain(|seen| {
        let explained = || seen.resource.is_empty() || told.contains(&seen.resource);
        told.is_empty() || seen.cause.is_telling() || !explained()
    });
    merged.into_iter().map(|seen| seen.cause).collect()
}

/// `causes` with those that are the same as one. Repeated, as what a cause learns may make it the same as another.
fn unite(mut causes: Vec<Seen>) -> Vec<Seen> {
    loop {
        let count = causes.len();
        let mut known = Known::default();
        for cause in causes {
            known.take(cause);
        }
        if known.seen.len() == count {
            return known.seen;
        }
        causes = known.seen;
    }
}

/// The causes so far.
///
/// Each is compared with all others as long as `work` lasts: for about 700 causes without a resource, or 2,500 of
/// different resources. Beyond that, only causes with the same words are found to be the same.
struct Known {
    seen: Vec<Seen>,
    /// Where a cause was first met, by the hash of its words, and by that of its words, resource and code.
    by_hash: HashMap<u64, usize>,
    work: usize,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            seen: Vec::new(),
            by_hash: HashMap::new(),
            work: WORK,
        }
    }
}

impl Known {
    fn take(&mut self, seen: Seen) {
        match self.find(&seen) {
            Some(at) => self.seen[at].learn(seen),
            None => {
                let at = self.seen.len();
                for hash in seen.hashes() {
                    self.by_hash.entry(hash).or_insert(at);
                }
                self.seen.push(seen);
            }
        }
    }

    /// Where the failure that `seen` tells of is known.
    fn find(&mut self, seen: &Seen) -> Option<usize> {
        for (at, known) in self.seen.iter().enumerate() {
            let Some(rest) = self.work.checked_sub(known.work(seen)) else {
                return self.find_equal(seen);
            };
            self.work = rest;
            if known.is_same(seen) {
                return Some(at);
            }
        }
        None
    }

    fn find_equal(&self, seen: &Seen) -> Option<usize> {
        let hashes = seen.hashes();
        let mut candidates = hashes.iter().filter_map(|hash| self.by_hash.get(hash));
        candidates.find(|&&at| self.seen[at].is_same(seen)).copied()
    }
}

impl Seen {
    fn new(cause: Cause) -> Self {
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

    /// The hash of the words, and that of all by which causes are compared.
    fn hashes(&self) -> [u64; 2] {
        let mut hasher = DefaultHasher::new();
        self.words.hash(&mut hasher);
        let by_words = hasher.finish();
        self.resource.hash(&mut hasher);
        self.cause.code.to_ascii_lowercase().hash(&mut hasher);
        [by_words, hasher.finish()]
    }

    /// What comparing both costs, as a part of [`WORK`].
    fn work(&self, other: &Self) -> usize {
        if self.may_be_at(other) {
            PLACES + self.words.len() + other.words.len()
        } else {
            PLACES
        }
    }

    /// Whether both may be about one resource.
    fn may_be_at(&self, other: &Self) -> bool {
        self.resource == other.resource || self.resource.is_empty() || other.resource.is_empty()
    }

    /// Whether both tell of the same failure, one of them perhaps less precisely.
    fn is_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.cause, &other.cause);
        let place = self.may_be_at(other);
        let code = mine.code.eq_ignore_ascii_case(&theirs.code)
            || !(mine.is_specific() && theirs.is_specific());
        place && code && self.says(other)
    }

    fn says(&self, other: &Self) -> bool {
        if self.words.is_empty() || other.words.is_empty() {
            return self.words == other.words && self.cause.code == other.cause.code;
        }
        self.words.contains(&other.words) || other.words.contains(&self.words)
    }

    /// Takes over what `other` knows better.
    fn learn(&mut self, other: Self) {
        if !self.cause.is_specific() && !other.cause.code.is_empty() {
            self.cause.code = other.cause.code;
        }
        if other.words.len() > self.words.len() {
            self.cause.message = other.cause.message;
            self.words = other.words;
        }
        if self.resource.is_empty() && !other.resource.is_empty() || self.cause.resource.is_none() {
            self.cause.resource = other.cause.resource;
            self.resource = other.resource;
        }
        if other.cause.path.len() > self.cause.path.len() {
            self.cause.path = other.cause.path;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREWALL: &str =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/azureFirewalls/afw";
    const INNER: &str =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Resources/deployments/inner";

    fn cause(code: &str, message: &str, resource: Option<&str>, path: &[&str]) -> Cause {
        Cause {
            code: code.to_owned(),
            message: message.to_owned(),
            resource: resource.map(str::to_owned),
            path: path.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn what_a_later_cause_joins_is_told_once() {
        let parts = ["quota is", "is exceeded", "the quota is exceeded"];
        let merged = merge(parts.map(|part| cause("", part, None, &[])).into());
        assert_eq!(merged, [cause("", "the quota is exceeded", None, &[])]);
    }

    #[test]
    fn one_failure_seen_on_three_ways_is_told_once_with_all_that_is_known() {
        let whole = cause("SkuNotAvailable", "no capacity", Some(FIREWALL), &["inner"]);
        let seen = [
            cause("Conflict", "No  capacity", None, &[]),
            cause("SkuNotAvailable", "no", Some(INNER), &[]),
            cause(
                "",
                "no capacity",
                Some(&FIREWALL.to_uppercase()),
                &["inner"],
            ),
            whole.clone(),
        ];
        let merged = merge(seen.to_vec());
        assert_eq!(merged.len(), 1, "{merged:?}");
        assert_eq!(merged[0].code, whole.code);
        assert_eq!(merged[0].path, whole.path);
        assert!(
            merged[0]
                .resource
                .as_deref()
                .is_some_and(|id| id.eq_ignore_ascii_case(FIREWALL))
        );
    }

    #[test]
    fn the_error_of_the_whole_adds_only_what_no_operation_tells() {
        let leaf = cause("SkuNotAvailable", "no capacity", Some(FIREWALL), &["inner"]);
        let whole = [
            cause(
                "DeploymentFailed",
                "At least one resource deployment operation failed.",
                None,
                &[],
            ),
            cause("SkuNotAvailable", "no capacity", None, &[]),
            cause(
                "DeploymentOutputEvaluationFailed",
                "no such property",
                None,
                &[],
            ),
        ];
        let all: Vec<_> = [leaf.clone()].into_iter().chain(whole.clone()).collect();
        assert_eq!(merge(all), [leaf, whole[2].clone()]);
    }

    #[test]
    fn two_resources_that_fail_alike_are_two_causes() {
        let other = FIREWALL.replace("afw", "other");
        let causes = vec![
            cause("SkuNotAvailable", "no capacity", Some(FIREWALL), &[]),
            cause("SkuNotAvailable", "no capacity", Some(&other), &[]),
            cause("QuotaExceeded", "no capacity", Some(&other), &[]),
        ];
        assert_eq!(merge(causes.clone()), causes);
    }

    /// Quadratic work would take minutes.
    #[test]
    fn tens_of_thousands_of_details_are_merged() {
        let many = 20_000;
        let numbered = |at: usize| cause("BadRequest", &format!("property {at}: wrong"), None, &[]);
        let at_resource = |at: usize| {
            let resource = format!("{FIREWALL}-{at}");
            cause("SkuNotAvailable", "no capacity", Some(&resource), &[])
        };
        let twice = |causes: &[Cause]| [causes, causes].concat();
        let distinct: Vec<_> = (0..many).map(numbered).collect();
        assert_eq!(merge(distinct.clone()), distinct);
        assert_eq!(merge(twice(&distinct)), distinct);
        let resources: Vec<_> = (0..many).map(at_resource).collect();
        assert_eq!(merge(twice(&resources)), resources);
    }

    /// Far beyond what a template can have, one resource's failure is still known again in the error of the whole.
    #[test]
    fn thousands_of_resources_are_compared_with_the_error_of_the_whole() {
        let of = |at: usize| cause("Conflict", &format!("size {at}. too small"), None, &[]);
        let leaf = |at: usize| Cause {
            code: "SkuNotAvailable".to_owned(),
            resource: Some(format!("{FIREWALL}-{at}")),
            message: format!("allocation failed: size {at}. too small in this region"),
            ..Cause::default()
        };
        let leaves: Vec<_> = (0..500).map(leaf).collect();
        let all = leaves.iter().cloned().chain((0..500).map(of)).collect();
        assert_eq!(merge(all), leaves);
    }

    #[test]
    fn what_says_nothing_stays_only_where_nothing_else_tells_of_its_resource() {
        let telling = cause("SkuNotAvailable", "no capacity", Some(FIREWALL), &[]);
        let silent = |resource| cause("BadRequest", "", resource, &[]);
        let other = FIREWALL.replace("afw", "other");
        let merged = merge(vec![
            silent(None),
            silent(Some(FIREWALL)),
            telling.clone(),
            silent(Some(&other)),
        ]);
        assert_eq!(merged, [telling, silent(Some(&other))]);
        assert_eq!(merge(vec![silent(None)]), [silent(None)]);
    }
}
