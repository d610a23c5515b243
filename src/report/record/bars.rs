//! The resources as bars on a time axis, with those that the end waited for.

use std::{cmp::Reverse, collections::HashSet, time::Duration};

use jiff::Timestamp;

use crate::{
    event::Resource,
    report::record::{
        Record,
        chain::Chain,
        seen::{Span, since},
    },
};

/// A resource and when it ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) span: Span,
    /// Whether the end of the run waited for it.
    pub(crate) critical: bool,
}

/// The resources of a run.
#[derive(Clone, Debug)]
pub(crate) struct Bars<'a> {
    /// Those that are no nested deployments, in order of appearance.
    pub(crate) all: Vec<Bar<'a>>,
    /// The run's start, or the earliest bar's if that is earlier, as with a deployment that ran already.
    pub(crate) start: Timestamp,
    /// From there to the run's end.
    pub(crate) length: Duration,
    /// What the end waited for.
    pub(crate) chain: Chain,
    /// When each of the record's resources ran, nested deployments included.
    pub(crate) spans: Vec<Span>,
}

impl<'a> Bars<'a> {
    /// The bars of `record`, up to the run's end.
    pub(crate) fn new(record: &'a Record) -> Self {
        let now = record.duration().unwrap_or_default();
        let resources = record.resources.iter();
        let spans: Vec<_> = resources
            .map(|seen| seen.span(|after| record.time(after), now))
            .collect();
        let chain = Chain::new(record, &spans);
        let all = bars(record, &spans, &chain);
        let starts = all.iter().map(|bar| bar.span.start);
        let start = starts.fold(record.started, Timestamp::min);
        let length = since(start, record.time(now));
        Self {
            all,
            start,
            length,
            chain,
            spans,
        }
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

fn bars<'a>(record: &'a Record, spans: &[Span], chain: &Chain) -> Vec<Bar<'a>> {
    let critical: HashSet<_> = chain.links.iter().map(|link| link.at).collect();
    let resources = record.resources.iter().zip(spans).enumerate();
    let shown = resources.filter(|(_, (seen, _))| !seen.resource.is_deployment());
    shown
        .map(|(at, (seen, span))| Bar {
            resource: &seen.resource,
            span: *span,
            critical: critical.contains(&at),
        })
        .collect()
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
