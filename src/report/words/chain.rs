//! What the end of a run waited for, in words.

use std::time::Duration;

use super::duration;
use crate::report::record::{
    Record,
    bars::Bars,
    chain::{
        Waited,
        apart::{Apart, Reason},
    },
    seen::Span,
};

/// Shorter runs need no explanation.
const SHORTEST: Duration = Duration::from_secs(60);
/// Resources of the chain that are named; of more, the longest.
const NAMED: usize = 8;
/// Pairs of resources that could have run side by side that are told.
const PAIRS: usize = 2;

/// `1h 52m of 2h 10m were one chain: vwan 2m → vhub 20m → afw-hub 1h 30m`; empty if there is no chain worth telling.
/// `name` renders a name that is not to be trusted.
pub(crate) fn sentence(record: &Record, bars: &Bars<'_>, name: impl Fn(&str) -> String) -> String {
    let links = &bars.chain.links;
    if links.len() < 2 || bars.length < SHORTEST {
        return String::new();
    }
    let resource = |at: usize| &record.resources[at].resource;
    let shortest_named = shortest_named(bars);
    let mut parts = Vec::new();
    let mut is_gap = false;
    for link in links {
        let took = bars.spans[link.at].length();
        if took < shortest_named || parts.len() >= 2 * NAMED {
            is_gap = true;
            continue;
        }
        if std::mem::take(&mut is_gap) {
            parts.push("…".to_owned());
        }
        let name = name(&resource(link.at).name);
        parts.push(format!("{name} {}", duration::show(took)));
    }
    let end = match links.first() {
        Some(first) if first.waited == Waited::Unknown => {
            let first = name(&resource(first.at).name);
            format!("; what {first} waited for is not known")
        }
        _ => String::new(),
    };
    format!(
        "{} of {} were one chain: {}{end}",
        duration::show(bars.chain.length(&bars.spans)),
        duration::show(bars.length),
        parts.join(" → ")
    )
}

/// What a resource of the chain must have taken to be named.
fn shortest_named(bars: &Bars<'_>) -> Duration {
    let links = bars.chain.links.iter();
    let mut lengths: Vec<_> = links
        .map(|link| Span::length(&bars.spans[link.at]))
        .collect();
    lengths.sort_unstable_by(|one, other| other.cmp(one));
    lengths.get(NAMED - 1).copied().unwrap_or_default()
}

/// Which slow resources could perhaps have run side by side, a sentence each.
pub(crate) fn hints(
    record: &Record,
    bars: &Bars<'_>,
    name: impl Fn(&str) -> String,
) -> Vec<String> {
    let pairs = bars.chain.apart(record, &bars.spans, bars.length);
    let hints = pairs.iter().take(PAIRS).map(|pair| hint(pair, &name));
    hints.collect()
}

fn hint(pair: &Apart<'_>, name: &impl Fn(&str) -> String) -> String {
    let (earlier, later) = (name(&pair.earlier.name), name(&pair.later.name));
    let saves = duration::show(pair.saves);
    match pair.reason {
        Reason::Whole(around) => format!(
            "{later} waited for all of the nested deployment {}, of which {earlier} ended last: if {later} does not \
             need {earlier}, they could run side by side, which saves up to {saves}",
            name(&around.name)
        ),
        Reason::SameType => format!(
            "{later} waited for {earlier}, which is of the same type: if it does not need it, as in a copy loop with \
             batchSize, they could run side by side, which saves up to {saves}"
        ),
    }
}
