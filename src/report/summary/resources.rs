//! The tables of resources: the slowest, and all of them folded.

use std::{collections::HashMap, time::Duration};

use super::budget::{Budget, Frame, NAME};
use crate::{
    arm::ProvisioningState,
    host::text::cut,
    report::{
        forecast::Usual,
        record::bars::{Bar, Bars},
        words::{
            duration, estimate,
            markdown::{code, escape, head, row},
            place,
        },
    },
};

/// Number of resources in the table that is not folded.
const SLOWEST: usize = 10;
const HEAD: [&str; 6] = [
    "Resource",
    "Type",
    "State",
    "Started after",
    "Duration",
    "Share",
];
const HEAD_WITH_USUAL: [&str; 7] = [
    "Resource",
    "Type",
    "State",
    "Started after",
    "Duration",
    "Usual",
    "Share",
];

/// What is usual for resources, by their ids; without any there is no column for it.
pub(super) type Usuals<'a> = HashMap<&'a str, Usual>;

/// The slowest resources with their share of the run's duration. What the end waited for is bold.
pub(super) fn slowest(bars: &Bars<'_>, usual: &Usuals<'_>, budget: &mut Budget) -> String {
    let sorted = bars.longest_first();
    let title = if is_folded(bars) {
        format!("### The {SLOWEST} slowest of {} resources", sorted.len())
    } else {
        "### Resources by duration".to_owned()
    };
    let frame = Frame {
        head: &format!("{title}\n\n{}", heading(usual)),
        foot: "",
        most: usize::MAX,
    };
    let shown = sorted.len().min(SLOWEST);
    let lines = sorted[..shown].iter().map(|bar| line(bars, bar, usual));
    budget.lines(frame, lines)
}

/// All resources in order of appearance, folded; empty if the table of the slowest has all of them.
pub(super) fn all(bars: &Bars<'_>, usual: &Usuals<'_>, budget: &mut Budget) -> String {
    if !is_folded(bars) {
        return String::new();
    }
    let count = bars.all.len();
    let frame = Frame {
        head: &format!(
            "<details><summary>All {count} resources</summary>\n\n{}",
            heading(usual)
        ),
        foot: "\n</details>\n",
        most: usize::MAX,
    };
    budget.lines(frame, bars.all.iter().map(|bar| line(bars, bar, usual)))
}

fn is_folded(bars: &Bars<'_>) -> bool {
    bars.all.len() > SLOWEST
}

fn heading(usual: &Usuals<'_>) -> String {
    if usual.is_empty() {
        head(HEAD)
    } else {
        head(HEAD_WITH_USUAL)
    }
}

fn line(bars: &Bars<'_>, bar: &Bar<'_>, usual: &Usuals<'_>) -> String {
    let resource = bar.resource;
    let state = escape(&cut(resource.state.as_str(), NAME));
    let name = code(&cut(&place::of_resource(resource), 2 * NAME));
    let took = bar.span.length();
    let mut cells = vec![
        if bar.critical {
            format!("**{name}**")
        } else {
            name
        },
        escape(&cut(place::short_type(&resource.kind), NAME)),
        solid(&format!("{} {state}", mark(&resource.state))),
        solid(&duration::show(bars.began(bar))),
        solid(&duration::show(took)),
    ];
    if !usual.is_empty() {
        let own = usual.get(resource.id.as_str()).copied();
        cells.push(own.map_or_else(String::new, |usual| solid(&estimate::usual(usual))));
    }
    cells.push(solid(&share(took, bars.length)));
    row(&cells)
}

/// `text` without line breaks.
fn solid(text: &str) -> String {
    text.replace(' ', "&nbsp;")
}

fn mark(state: &ProvisioningState) -> &'static str {
    if state.is_succeeded() {
        "✅"
    } else if state.is_failed() {
        "❌"
    } else if state.is_terminal() {
        "⚪"
    } else {
        "⏳"
    }
}

/// `part` of `whole` in per cent.
fn share(part: Duration, whole: Duration) -> String {
    if whole.is_zero() {
        return String::new();
    }
    let share = 100.0 * part.as_secs_f64() / whole.as_secs_f64();
    if share > 0.0 && share < 1.0 {
        "< 1 %".to_owned()
    } else {
        format!("{:.0} %", share.min(100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_whole_per_cents() {
        for (part, whole, shown) in [
            (126, 130, "97 %"),
            (1, 1_000, "< 1 %"),
            (0, 10, "0 %"),
            (11, 10, "100 %"),
            (1, 0, ""),
        ] {
            let seconds = Duration::from_secs;
            assert_eq!(share(seconds(part), seconds(whole)), shown);
        }
    }
}
