//! The last row of a terminal, in place of heartbeats.

use std::time::Duration;

use crate::report::{
    record::Record,
    words::{counts, duration, estimate, place},
};

/// How long the run has taken, what is done, what is left, and what has been running for the longest time.
pub(super) fn text(record: &Record, at: Duration) -> String {
    format!("[{}] {}", duration::stamp(at), doing(record, at))
}

fn doing(record: &Record, at: Duration) -> String {
    if record.plan.is_none() {
        return "preparing".to_owned();
    }
    if let Some(unconfirmed) = counts::unconfirmed(record) {
        return unconfirmed.to_owned();
    }
    let running = record.running(at);
    let longest = running.first().map_or_else(String::new, |longest| {
        let (place, took) = (
            place::of_resource(longest),
            duration::show(longest.duration),
        );
        match running.len() - 1 {
            0 => format!("; running: {place} ({took})"),
            others => format!("; running longest: {place} ({took}), and {others} more"),
        }
    });
    let silent = record.out_of_reach(at).map_or_else(String::new, |time| {
        format!("; no usable answer from Azure for {}", duration::show(time))
    });
    let left = estimate::time_left_at(record, at);
    done(record) + &silent + &left + &longest
}

fn done(record: &Record) -> String {
    let is_bare = record.total().number() == 0 && record.hidden.is_empty();
    match is_bare {
        true => "no resource is known yet".to_owned(),
        false => counts::done(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        arm::Scope,
        testing::stories::{self, minutes, progressed, resource, told_ahead},
    };

    fn begun() -> Record {
        let mut record = stories::record(&stories::begun());
        record.observe(&told_ahead(&["vnet", "vgw", "rt"], &[]), minutes(1));
        record
    }

    #[test]
    fn it_says_what_is_done_and_what_runs_longest() {
        let none = stories::record(&stories::begun());
        let expected = "[0h 00m 05s] no resource is known yet";
        assert_eq!(text(&none, Duration::from_secs(5)), expected);
        let mut record = begun();
        assert_eq!(text(&record, minutes(1)), "[0h 01m 00s] 0/3 done");
        let vnet = resource("vnet", "Running", 0);
        record.observe(&progressed(vec![vnet], 0, 1), minutes(2));
        assert_eq!(
            text(&record, minutes(5)),
            "[0h 05m 00s] 0/3 done; running: hub › vnet (3m)"
        );
        let vgw = resource("vgw", "Running", 0);
        record.observe(&progressed(vec![vgw], 0, 2), minutes(6));
        assert_eq!(
            text(&record, minutes(7)),
            "[0h 07m 00s] 0/3 done; running longest: hub › vnet (5m), and 1 more"
        );
    }

    #[test]
    fn before_anything_is_known_it_says_that() {
        let mut record = Record::default();
        assert_eq!(text(&record, minutes(0)), "[0h 00m 00s] preparing");
        // It may have been sent, and the answer lost.
        record.plan = Some(stories::plan_at(Scope::Tenant));
        let expected = "[0h 01m 00s] Azure has confirmed no submission yet";
        assert_eq!(text(&record, minutes(1)), expected);
    }
}
