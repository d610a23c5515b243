//! How many resources are done, and which have not begun.

use super::{hidden, place};
use crate::report::record::{Record, total::Total};

/// Resources that have not begun that a heartbeat names.
const NAMED: usize = 3;

/// `3/9 done`; `3 of at least 9 done` as long as Azure has not told all of them.
pub(crate) fn done(record: &Record) -> String {
    let of = match record.total() {
        Total::All(all) => format!("{}/{all}", record.done),
        Total::AtLeast(_) if record.known == 0 => format!("{}/0", record.done),
        Total::AtLeast(known) => format!("{} of at least {known}", record.done),
    };
    format!("{of} done{}", hidden::uncounted(record))
}

/// What is said until Azure has accepted the deployment or shown anything of it. It may have been sent by then, as answers
/// are lost.
pub(crate) fn unconfirmed(record: &Record) -> Option<&'static str> {
    let is_unconfirmed = record.known == 0 && !record.is_submitted();
    is_unconfirmed.then_some("Azure has confirmed no submission yet")
}

/// `9`; `at least 9` as long as Azure has not told all of them.
pub(crate) fn all(record: &Record) -> String {
    match record.total() {
        Total::All(all) => all.to_string(),
        Total::AtLeast(known) => format!("at least {known}"),
    }
}

/// Names of the first `most` resources that have not begun, and how many more there are.
pub(crate) fn waiting(record: &Record, most: usize) -> (Vec<String>, usize) {
    let ids = record.not_begun();
    let first = ids.iter().take(most);
    let names: Vec<_> = first.map(|id| place::type_and_name(id).1).collect();
    let rest = ids.len() - names.len();
    (names, rest)
}

/// `; not begun: afw-hub, rt and 5 more`; else empty.
pub(crate) fn not_begun(record: &Record) -> String {
    let (names, rest) = waiting(record, NAMED);
    if names.is_empty() {
        return String::new();
    }
    let rest = match rest {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("; not begun: {}{rest}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::{minutes, progressed, resource, state, told_ahead};

    #[test]
    fn what_is_not_known_is_said_to_be_unknown() {
        let mut record = Record::default();
        assert_eq!(done(&record), "0/0 done");
        let begun = vec![
            resource("vnet", "Succeeded", 1),
            resource("afw", "Running", 1),
        ];
        record.observe(&progressed(begun, 1, 2), minutes(1));
        assert_eq!(
            (done(&record), all(&record)),
            ("1 of at least 2 done".into(), "at least 2".into())
        );
        assert_eq!(not_begun(&record), "");
        let names = ["vnet", "afw", "vgw", "rt", "pip", "connection"];
        record.observe(&told_ahead(&names, &[]), minutes(1));
        assert_eq!(
            (done(&record), all(&record)),
            ("1/6 done".into(), "6".into())
        );
        assert_eq!(not_begun(&record), "; not begun: vgw, rt, pip and 1 more");
        assert_eq!(waiting(&record, 1), (vec!["vgw".to_owned()], 3));
        record.observe(&state("Succeeded"), minutes(2));
        assert_eq!(
            (waiting(&record, 9), not_begun(&record)),
            ((vec![], 0), String::new())
        );
    }
}
