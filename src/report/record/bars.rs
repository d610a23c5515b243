//! The resources as bars on a time axis, with the critical path.

use std::{cmp::Reverse, time::Duration};

use jiff::Timestamp;

use crate::{
    event::Resource,
    report::record::{
        Record,
        seen::{Seen, Span, since},
    },
};

/// A resource and when it ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) span: Span,
    /// Whether it is on the critical path, which determined the run's duration.
    pub(crate) critical: bool,
}

/// The resources of a run without nested deployments, in order of appearance.
#[derive(Clone, Debug)]
pub(crate) struct Bars<'a> {
    pub(crate) all: Vec<Bar<'a>>,
    /// The run's start, or the earliest bar's if that is earlier, as with a deployment that ran already.
    pub(crate) start: Timestamp,
    /// From there to the run's end.
    pub(crate) length: Duration,
}

impl<'a> Bars<'a> {
    /// The bars of `record`, up to the run's end.
    pub(crate) fn new(record: &'a Record) -> Self {
        let now = record.duration().unwrap_or_default();
        let bar = |seen: &'a Seen| Bar {
            resource: &seen.resource,
            span: seen.span(|after| record.time(after), now),
            critical: false,
        };
        let resources = record.resources.iter();
        let mut all: Vec<_> = resources
            .filter(|seen| !seen.resource.is_deployment())
            .map(bar)
            .collect();
        mark_critical(&mut all);
        let starts = all.iter().map(|bar| bar.span.start);
        let start = starts.fold(record.started, Timestamp::min);
        let length = since(start, record.time(now));
        Self { all, start, length }
    }

    /// The bars, the longest first.
    pub(crate) fn longest_first(&self) -> Vec<Bar<'a>> {
        let mut bars = self.all.clone();
        bars.sort_by_key(|bar| Reverse(bar.span.length()));
        bars
    }

    /// When `bar` began, counted from the axis' start.
    pub(crate) fn began(&self, bar: &Bar<'_>) -> Duration {
        since(self.start, bar.span.start)
    }
}

/// Marks the critical path: from the bar that ends last back to the one that ended last before its start, and so on.
///
/// An estimate: Azure starts a resource once its dependencies have ended, but does not name the dependencies.
fn mark_critical(bars: &mut [Bar<'_>]) {
    let mut by_end: Vec<usize> = (0..bars.len()).collect();
    // Of bars that end together, the longest is the critical one.
    by_end.sort_by_key(|&at| (bars[at].span.end, Reverse(bars[at].span.start)));
    let mut rest = by_end.as_slice();
    while let [before @ .., last] = rest {
        bars[*last].critical = true;
        let start = bars[*last].span.start;
        rest = &before[..before.partition_point(|&at| bars[at].span.end <= start)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Ending, Event},
        testing::stories::{minutes, progressed, resource},
    };

    fn run(spans: &[(&str, u64, u64)]) -> Record {
        let mut record = Record::default();
        for &(name, start, end) in spans {
            let changed = vec![resource(name, "Succeeded", end - start)];
            record.observe(&progressed(changed, 1, 1), minutes(end));
        }
        record.observe(&Event::Ended(Ending::Succeeded), minutes(100));
        record
    }

    fn critical(spans: &[(&str, u64, u64)]) -> Vec<String> {
        let record = run(spans);
        let bars = Bars::new(&record).all;
        let marked = bars.iter().filter(|bar| bar.critical);
        marked.map(|bar| bar.resource.name.clone()).collect()
    }

    #[test]
    fn the_critical_path_is_what_each_waited_for() {
        assert_eq!(
            critical(&[
                ("vnet", 0, 2),
                ("pip", 0, 1),
                ("afw", 2, 12),
                ("vgw", 2, 48),
                ("connection", 48, 50),
                ("idle", 12, 13),
            ]),
            ["vnet", "vgw", "connection"]
        );
    }

    #[test]
    fn moments_without_length_end_the_search_too() {
        assert_eq!(
            critical(&[("a", 5, 5), ("b", 5, 5), ("c", 5, 6)]),
            ["a", "b", "c"]
        );
        assert_eq!(critical(&[]), [""; 0]);
    }

    #[test]
    fn the_axis_begins_with_what_began_before_us() {
        let mut record = run(&[("afw", 0, 10)]);
        assert_eq!(Bars::new(&record).length, minutes(100));
        record.resources[0].resource.duration = minutes(25);
        let bars = Bars::new(&record);
        assert_eq!(bars.length, minutes(115));
        assert_eq!(bars.began(&bars.all[0]), Duration::ZERO);
    }
}
