//! When the log told what happened to a resource.

use std::time::Duration;

use azure_simulator::ResourceSnapshot;

use super::statistics::Spread;

const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
/// Between the names of a place, from the outermost deployment to the resource.
const SEPARATOR: &str = " › ";
/// States of resources that have ended.
const ENDED: [&str; 3] = ["Succeeded", "Failed", "Canceled"];
const RUNNING: &str = "Running";

/// A line of the log and when it was written, in simulated time since the simulator's start.
#[derive(Debug, Clone)]
pub(super) struct LogLine {
    pub(super) at: Duration,
    pub(super) text: String,
}

/// What a line says of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told<'a> {
    has_ended: bool,
    /// The type without its provider.
    kind: &'a str,
    /// The name, and perhaps more words.
    rest: &'a str,
}

/// How late the changes of resources were told: their beginnings and their ends. Those of deployments do not count, as
/// nothing happens in them but what happens to their resources.
#[derive(Debug, Default)]
pub(super) struct Delays {
    pub(super) begins: Spread,
    pub(super) ends: Spread,
    pub(super) all: Spread,
    /// How many ends were never told.
    pub(super) untold: usize,
}

impl Delays {
    /// The delays of all changes of `resources`. A beginning that has no line of its own is told by the line of the
    /// end.
    pub(super) fn of(resources: &[ResourceSnapshot], log: &[LogLine]) -> Self {
        let log: Vec<(Duration, Told<'_>)> = (log.iter())
            .filter_map(|line| Some((line.at, read(&line.text)?)))
            .collect();
        let (mut begins, mut ends, mut untold) = (Vec::new(), Vec::new(), 0);
        for resource in resources.iter().filter(|own| own.kind != DEPLOYMENT) {
            let Some((begin, end)) = resource.span else {
                continue;
            };
            let mut own = log.iter().filter(|(_, told)| told.is_about(resource));
            let first = own.clone().next();
            let last = own.find(|(_, told)| told.has_ended);
            let late = |since: Duration| move |line: &(Duration, _)| line.0.saturating_sub(since);
            begins.extend(first.map(late(begin)));
            ends.extend(last.map(late(end)));
            untold += usize::from(last.is_none());
        }
        Self {
            all: begins.iter().chain(&ends).copied().collect(),
            begins: begins.into_iter().collect(),
            ends: ends.into_iter().collect(),
            untold,
        }
    }
}

impl Told<'_> {
    fn is_about(&self, resource: &ResourceSnapshot) -> bool {
        let kind = resource.kind.split_once('/').map_or("", |(_, rest)| rest);
        let rest = self.rest.strip_prefix(resource.name.as_str());
        self.kind == kind && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }
}

/// Reads `[0h 12m 40s]  3/14 Succeeded azureFirewalls hub › afw-hub 11m 20s`; `None` for other lines.
fn read(line: &str) -> Option<Told<'_>> {
    let (_, line) = line.strip_prefix('[')?.split_once("] ")?;
    let mut words = line.trim_start();
    let (first, rest) = words.split_once(' ')?;
    let is_count = |word: &str| word.starts_with(|start: char| start.is_ascii_digit());
    if is_count(first) {
        words = rest.trim_start();
    }
    let (state, rest) = words.split_once(' ')?;
    if state != RUNNING && !ENDED.contains(&state) {
        return None;
    }
    let (kind, place) = rest.trim_start().split_once(' ')?;
    Some(Told {
        has_ended: state != RUNNING,
        kind,
        rest: place.rsplit(SEPARATOR).next().unwrap_or(place),
    })
}

/// The text without the escape sequences of its colours.
pub(super) fn plain(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or(piece, |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use azure_simulator::State;

    use super::*;

    fn resource(kind: &str, name: &str, begin: u64, end: u64) -> ResourceSnapshot {
        ResourceSnapshot {
            kind: kind.to_owned(),
            name: name.to_owned(),
            id: String::new(),
            state: Some(State::Succeeded),
            span: Some((Duration::from_secs(begin), Duration::from_secs(end))),
        }
    }

    fn log(lines: &[(u64, &str)]) -> Vec<LogLine> {
        let lines = lines.iter().map(|(at, text)| LogLine {
            at: Duration::from_secs(*at),
            text: (*text).to_owned(),
        });
        lines.collect()
    }

    #[test]
    fn each_change_is_told_by_the_first_line_about_it() {
        let resources = [
            resource("Microsoft.Resources/deployments", "hub", 1, 99),
            resource("Microsoft.Network/virtualNetworks", "vnet", 10, 20),
            resource("Microsoft.Network/virtualNetworks", "vnet-2", 10, 31),
            resource("Microsoft.Network/routeTables", "vnet", 10, 20),
        ];
        let delays = Delays::of(
            &resources,
            &log(&[
                (
                    12,
                    "[0h 00m 12s]   0/3 Running   virtualNetworks hub › vnet",
                ),
                (14, "[0h 00m 14s]         Running   deployments hub"),
                (
                    18,
                    "[0h 00m 18s] still running: virtualNetworks hub › vnet-2 (8s)",
                ),
                (
                    24,
                    "[0h 00m 24s]   1/3 Succeeded virtualNetworks hub › vnet 10s",
                ),
                (
                    34,
                    "[0h 00m 34s]   2/3 Failed    virtualNetworks hub › vnet-2 21s",
                ),
                (
                    99,
                    "[0h 01m 39s]         Succeeded virtualNetworks hub › vnet 10s",
                ),
            ]),
        );
        let seconds = |numbers: [u64; 2]| numbers.map(Duration::from_secs).into_iter().collect();
        assert_eq!(delays.begins, seconds([2, 24]));
        assert_eq!(delays.ends, seconds([4, 3]));
        assert_eq!(delays.untold, 1, "the route table");
    }

    #[test]
    fn other_lines_are_about_no_resource() {
        for line in [
            "",
            "[0h 00m 12s]",
            "[0h 00m 12s] the deployment is Running",
            "[0h 00m 12s] 2 more resources found, 5 in total",
            "::group::[0h 00m 12s] 1/3 done, 2 running",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn colours_are_no_part_of_a_line() {
        assert_eq!(
            plain("[0h] \u{1b}[32mSucceeded\u{1b}[0m vnet"),
            "[0h] Succeeded vnet"
        );
    }
}
