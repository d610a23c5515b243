//! What a what-if could not predict, in words.

use crate::{
    arm::{Cause, Unseen},
    report::words::{phrase::count, place},
};

/// Number of parts that are named; the others are counted.
const NAMED: usize = 5;

/// `2 parts`.
pub(crate) fn parts(unseen: &[Unseen]) -> String {
    count(unseen.len(), "part", "parts")
}

/// Where it is: `firewall (deployments)`; empty if Azure names nothing.
pub(crate) fn place_of(unseen: &Unseen) -> String {
    if unseen.id.is_empty() {
        return String::new();
    }
    place::of_cause(&Cause {
        resource: Some(unseen.id.clone()),
        ..Cause::default()
    })
}

/// `firewall (deployments): a nested deployment got short-circuited`
pub(crate) fn sentence(unseen: &Unseen) -> String {
    match place_of(unseen) {
        place if place.is_empty() => unseen.reason.clone(),
        place => format!("{place}: {}", unseen.reason),
    }
}

/// The first parts by their places, or else their codes, and the number of the others.
pub(crate) fn names(unseen: &[Unseen]) -> String {
    let named = unseen.iter().take(NAMED);
    let mut names: Vec<String> = named
        .map(|each| match place_of(each) {
            place if place.is_empty() => each.code.clone(),
            place => place,
        })
        .collect();
    if unseen.len() > NAMED {
        names.push(format!("and {} more", unseen.len() - NAMED));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_counted_and_what_has_no_place_is_named_by_its_code() {
        let part = |id: &str| Unseen {
            id: id.to_owned(),
            code: "Limit".to_owned(),
            reason: "too many".to_owned(),
        };
        let first = part("/subscriptions/s/providers/Microsoft.Resources/deployments/a");
        let mut all = vec![first, part("")];
        assert_eq!(names(&all), "a (deployments), Limit");
        assert_eq!(sentence(&all[0]), "a (deployments): too many");
        assert_eq!(sentence(&all[1]), "too many");
        all.extend((0..5).map(|_| part("")));
        assert!(
            names(&all).ends_with("Limit, and 2 more"),
            "{}",
            names(&all)
        );
    }
}
