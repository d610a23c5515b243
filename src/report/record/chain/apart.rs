//! Resources of the chain that might have run side by side.

use std::{cmp::Reverse, time::Duration};

use super::{Chain, Link, Waited};
use crate::{
    event::Resource,
    report::record::{
        Record,
        seen::{Span, since},
    },
};

/// The least that a resource must take to be worth a word, and the least share of the run's length.
const SLOW: Duration = Duration::from_secs(3 * 60);
const SLOW_SHARE: u32 = 10;

/// Two slow resources of the chain, of which the later one perhaps need not have waited for the earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Apart<'a> {
    pub(crate) earlier: &'a Resource,
    /// How long the earlier one took.
    pub(crate) took: Duration,
    pub(crate) later: &'a Resource,
    pub(crate) reason: Reason<'a>,
    /// By how much the run would have been shorter, at most.
    pub(crate) saves: Duration,
}

/// Why the later one perhaps need not have waited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reason<'a> {
    /// It waited for all of this nested deployment, in which others ended much earlier.
    Whole(&'a Resource),
    /// They are of the same type and side by side, as in a copy loop that deploys one after the other.
    SameType,
}

impl Chain {
    /// The pairs of slow resources that perhaps could have run side by side in a run of this length; what saves most
    /// first.
    pub(crate) fn apart<'a>(
        &self,
        record: &'a Record,
        spans: &[Span],
        length: Duration,
    ) -> Vec<Apart<'a>> {
        let slow = SLOW.max(length / SLOW_SHARE);
        let took = |link: &Link| spans[link.at].length();
        let resource = |at: usize| &record.resources[at].resource;
        let links = self.links.iter().enumerate();
        let slow_ones: Vec<_> = links.filter(|(_, link)| took(link) >= slow).collect();
        let pairs = slow_ones.windows(2).filter_map(|pair| {
            let [(first, earlier), (last, later)] = pair else {
                return None;
            };
            let between = &self.links[first + 1..=*last];
            let whole = between.iter().find_map(|link| match link.waited {
                Waited::Whole(around) if is_within(record, earlier.at, around) => Some(around),
                _ => None,
            });
            let (reason, gained) = match whole {
                Some(around) => {
                    let other = self.last_other(record, spans, around)?;
                    let gained = since(spans[other].end, spans[earlier.at].end);
                    (Reason::Whole(resource(around)), gained)
                }
                None if between.len() == 1
                    && are_alike(resource(earlier.at), resource(later.at)) =>
                {
                    (Reason::SameType, took(earlier))
                }
                None => return None,
            };
            Some(Apart {
                earlier: resource(earlier.at),
                took: took(earlier),
                later: resource(later.at),
                reason,
                saves: gained.min(took(later)),
            })
        });
        let mut pairs: Vec<_> = pairs.filter(|pair| pair.saves >= slow).collect();
        pairs.sort_by_key(|pair| Reverse(pair.saves));
        pairs
    }

    /// What ended last of all within a nested deployment that is not on the chain.
    fn last_other(&self, record: &Record, spans: &[Span], around: usize) -> Option<usize> {
        let is_link = |at: usize| self.links.iter().any(|link| link.at == at);
        let all = record.resources.iter().enumerate();
        let others = all.filter(|(at, seen)| {
            !seen.resource.is_deployment() && is_within(record, *at, around) && !is_link(*at)
        });
        others.map(|(at, _)| at).max_by_key(|&at| spans[at].end)
    }
}

/// Whether a resource is within a nested deployment, however deep.
fn is_within(record: &Record, at: usize, around: usize) -> bool {
    let around = &record.resources[around].resource;
    let path = &record.resources[at].resource.path;
    let rest = path.strip_prefix(&*around.path);
    rest.and_then(<[String]>::first) == Some(&around.name)
}

/// Whether they are of the same type in the same deployment, and neither is a part of the other.
fn are_alike(one: &Resource, other: &Resource) -> bool {
    one.kind.eq_ignore_ascii_case(&other.kind) && one.path == other.path
}
