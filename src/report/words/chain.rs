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
    let least = least_named(bars);
    let named = links
        .iter()
        .filter(|link| bars.spans[link.at].length() >= least);
    let parts: Vec<_> = named
        .take(NAMED)
        .map(|link| {
            let took = duration::show(bars.spans[link.at].length());
            format!("{} {took}", name(&resource(link.at).name))
        })
        .collect();
    let shorter = match links.len() - parts.len() {
        0 => String::new(),
        rest => format!(", and {rest} shorter"),
    };
    let end = match links.first() {
        Some(first) if first.waited == Waited::Unknown => {
            let first = name(&resource(first.at).name);
            format!("; what {first} waited for is not known")
        }
        _ => String::new(),
    };
    format!(
        "{} of {} were one chain: {}{shorter}{end}",
        duration::show(bars.chain.length(&bars.spans)),
        duration::show(bars.length),
        parts.join(" → ")
    )
}

/// What a resource of the chain must have taken to be named.
fn least_named(bars: &Bars<'_>) -> Duration {
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
            "{later} waited for all of the nested deployment {}, in which {earlier} took {}: if it does not need \
             {earlier}, they could run side by side, which saves up to {saves}",
            name(&around.name),
            duration::show(pair.took)
        ),
        Reason::SameType => format!(
            "{later} waited for {earlier}, which is of the same type: if it does not need it, as in a copy loop with \
             batchSize, they could run side by side, which saves up to {saves}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Ending, Event},
        testing::stories::{minutes, progressed, resource, told_ahead},
    };

    /// A run of firewalls that took so many minutes, one after the other.
    fn run(lengths: &[u64]) -> Record {
        let mut record = Record::default();
        let names: Vec<_> = (0..lengths.len()).map(|at| format!("afw-{at}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let waits: Vec<_> = names.windows(2).map(|pair| (pair[1], pair[0])).collect();
        record.observe(&told_ahead(&names, &waits), minutes(0));
        let mut now = 0;
        for (name, length) in names.iter().zip(lengths) {
            now += length;
            let changed = vec![resource(name, "Succeeded", *length)];
            record.observe(&progressed(changed, 1, 1), minutes(now));
        }
        record.observe(&Event::Ended(Ending::Succeeded), minutes(now + 1));
        record
    }

    fn told(record: &Record) -> String {
        sentence(record, &Bars::new(record), str::to_owned)
    }

    #[test]
    fn a_long_chain_is_told_by_its_longest_resources() {
        assert_eq!(
            told(&run(&[3, 40])),
            "43m of 44m were one chain: afw-0 3m → afw-1 40m"
        );
        assert_eq!(
            told(&run(&[9, 1, 8, 7, 1, 6, 5, 4, 3, 2])),
            "46m of 47m were one chain: afw-0 9m → afw-2 8m → afw-3 7m → afw-5 6m → afw-6 5m → afw-7 4m → afw-8 3m → \
             afw-9 2m, and 2 shorter"
        );
    }

    #[test]
    fn no_chain_is_told_of_one_resource_or_none() {
        assert_eq!(told(&run(&[40])), "");
        assert_eq!(told(&run(&[])), "");
    }

    #[test]
    fn what_the_first_waited_for_may_be_unknown() {
        let record = run(&[3, 40]);
        let mut bars = Bars::new(&record);
        bars.chain.links[0].waited = Waited::Unknown;
        assert_eq!(
            sentence(&record, &bars, str::to_owned),
            "43m of 44m were one chain: afw-0 3m → afw-1 40m; what afw-0 waited for is not known"
        );
    }

    #[test]
    fn copies_one_after_the_other_are_told_with_what_that_costs() {
        let record = run(&[40, 30]);
        let told = hints(&record, &Bars::new(&record), |name| format!("<{name}>"));
        assert_eq!(
            told,
            [
                "<afw-1> waited for <afw-0>, which is of the same type: if it does not need it, as in a copy loop with \
              batchSize, they could run side by side, which saves up to 30m"
            ]
        );
    }
}
