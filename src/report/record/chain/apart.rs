//! Resources of the chain that might have run side by side.

use std::time::Duration;

use super::{Chain, Waited};
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
        let resource = |at: usize| &record.resources[at].resource;
        let took = |at: usize| spans[at].length();
        let pairs = self.links.windows(2).filter_map(|pair| {
            let (earlier, later) = (pair[0].at, pair[1].at);
            if took(earlier) < slow || took(later) < slow {
                return None;
            }
            let (reason, gained) = match pair[1].waited {
                Waited::Whole(deployment) => {
                    let other = last_but(record, spans, deployment, earlier)?;
                    let gained = since(spans[other].end, spans[earlier].end);
                    (Reason::Whole(resource(deployment)), gained)
                }
                Waited::Before if are_alike(resource(earlier), resource(later)) => {
                    (Reason::SameType, took(earlier))
                }
                _ => return None,
            };
            Some(Apart {
                earlier: resource(earlier),
                later: resource(later),
                reason,
                saves: gained.min(took(later)),
            })
        });
        let mut pairs: Vec<_> = pairs.filter(|pair| pair.saves >= slow).collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.saves));
        pairs
    }
}

/// What ended last of all that is within a nested deployment, but for one.
fn last_but(record: &Record, spans: &[Span], deployment: usize, one: usize) -> Option<usize> {
    let around = &record.resources[deployment].resource;
    let is_within = |path: &[String]| {
        let rest = path.strip_prefix(&*around.path);
        rest.and_then(<[String]>::first) == Some(&around.name)
    };
    let all = record.resources.iter().enumerate();
    let others = all.filter(|(at, seen)| {
        *at != one && is_within(&seen.resource.path) && !seen.resource.is_deployment()
    });
    others.map(|(at, _)| at).max_by_key(|&at| spans[at].end)
}

/// Whether they are of the same type in the same deployment, and neither is a part of the other.
fn are_alike(one: &Resource, other: &Resource) -> bool {
    one.kind.eq_ignore_ascii_case(&other.kind) && one.path == other.path
}
