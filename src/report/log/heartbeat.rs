//! The line after a silence.

use std::time::Duration;

use crate::{
    event::Resource,
    report::{
        record::Record,
        words::{counts, duration, estimate, place},
    },
};

/// What runs, for how long, and what is left.
pub(super) fn text(
    running: &[Resource],
    token_age: Duration,
    record: &Record,
    at: Duration,
) -> String {
    let what = if let Some(unconfirmed) = counts::unconfirmed(record) {
        unconfirmed.to_owned()
    } else if running.is_empty() {
        "no resource in progress".to_owned()
    } else {
        "still running: ".to_owned() + &place::running(running) + &estimate::notes(record)
    };
    let age = duration::show(token_age);
    format!(
        "{}; {what}{}; token {age} old{}",
        counts::done(record) + &estimate::time_left(record),
        counts::not_begun(record),
        record
            .out_of_reach(at)
            .map_or_else(String::new, |time| format!(
                "; no usable answer from Azure for {}, so this may be outdated",
                duration::show(time)
            ))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::{minutes, progressed, resource, told_ahead};

    #[test]
    fn it_says_so_if_nothing_runs() {
        let record = Record {
            done: 3,
            known: 3,
            ..Record::default()
        };
        assert_eq!(
            text(&[], minutes(7), &record, minutes(9)),
            "3 of at least 3 done; no resource in progress; token 7m old"
        );
    }

    #[test]
    fn it_names_what_has_not_begun() {
        let mut record = Record::default();
        record.observe(&told_ahead(&["vnet", "vgw", "rt"], &[]), minutes(1));
        let vnet = resource("vnet", "Running", 1);
        record.observe(&progressed(vec![vnet.clone()], 0, 1), minutes(2));
        assert_eq!(
            text(&[vnet], minutes(2), &record, minutes(2)),
            "0/3 done; still running: azureFirewalls hub › vnet (1m); not begun: vgw, rt; token 2m old"
        );
    }
}
