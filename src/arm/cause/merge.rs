//! The same cause, seen on several ways, told once.

use std::collections::HashSet;

use super::{known::Known, model::Cause, seen::Seen};

/// `causes` without repetitions, in the order in which they were first met. What says nothing is left out where
/// something tells more.
pub(super) fn merge(causes: Vec<Cause>) -> Vec<Cause> {
    let mut merged = Known::of(causes.into_iter().map(Seen::new).collect());
    let telling = merged.iter().filter(|seen| seen.cause.is_telling());
    let told: HashSet<String> = telling.map(|seen| seen.resource.clone()).collect();
    merged.retain(|seen| {
        let explained = || seen.resource.is_empty() || told.contains(&seen.resource);
        told.is_empty() || seen.cause.is_telling() || !explained()
    });
    merged.into_iter().map(|seen| seen.cause).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn what_was_merged_stays_as_it_is(
            causes in prop::collection::vec(
                ("(|A|B|Conflict)", "[ab]{1,2}( [ab]{1,2}){0,4}|", "(|/X|/x|/y)"),
                0..12,
            )
        ) {
            let causes = causes.iter().map(|(code, message, resource)| {
                cause(code, message, Some(resource.as_str()).filter(|id| !id.is_empty()), &[])
            });
            let merged = merge(causes.collect());
            for (at, one) in merged.iter().enumerate() {
                let is_same = |other: &Cause| Seen::new(one.clone()).is_same(&Seen::new(other.clone()));
                prop_assert!(!merged[..at].iter().any(is_same), "{one:?} twice");
            }
            prop_assert_eq!(merge(merged.clone()), merged);
        }
    }
}
