//! The same cause, seen on several ways, told once.

use super::{model::Cause, text::comparable};

/// What holds resources rather than being one: a failure in it befell a resource in it.
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
    let told: Vec<String> = merged
        .iter()
        .filter(|seen| seen.cause.is_telling())
        .map(|seen| seen.resource.clone())
        .collect();
    merged.retain(|seen| {
        let explained = seen.resource.is_empty() || told.contains(&seen.resource);
        seen.cause.is_telling() || told.is_empty() || !explained
    });
    merged.into_iter().map(|seen| seen.cause).collect()
}

/// `causes` with those that are the same as one. Repeated, as what a cause learns may make it the same as another.
fn unite(mut causes: Vec<Seen>) -> Vec<Seen> {
    loop {
        let count = causes.len();
        let mut united: Vec<Seen> = Vec::new();
        for cause in causes {
            match united.iter_mut().find(|known| known.is_same(&cause)) {
                Some(known) => known.learn(cause),
                None => united.push(cause),
            }
        }
        if united.len() == count {
            return united;
        }
        causes = united;
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

    /// Whether both tell of the same failure, one of them perhaps less precisely.
    fn is_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.cause, &other.cause);
        let place = self.resource == other.resource
            || self.resource.is_empty()
            || other.resource.is_empty();
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
