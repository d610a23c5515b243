//! When each resource ran, as a chart.

use super::{
    budget::NAME,
    mermaid::{self, Task, TaskState},
};
use crate::{
    arm::ProvisioningState,
    host::text::cut,
    report::{
        record::{
            Record,
            bars::{Bar, Bars},
        },
        words::{chain, markdown::code, phrase::count, place::SEPARATOR},
    },
};

/// Number of bars in the chart; the longest are shown.
const BARS: usize = 50;
/// The section of resources outside of nested deployments.
const ROOT: &str = "top level";
const LEGEND: &str = "Red frame: what the end waited for. Red fill: failed.";

/// The chart, with a section for each nested deployment.
/// Without `charts`, only what the end waited for, as the tables have the rest.
pub(super) fn section(record: &Record, bars: &Bars<'_>, charts: bool) -> String {
    let mut shown = bars.longest_first();
    shown.truncate(BARS);
    if shown.is_empty() {
        return String::new();
    }
    let waited = waited(record, bars);
    if !charts {
        return match waited.trim_end() {
            "" => String::new(),
            waited => format!("### Timeline\n\n{waited}\n"),
        };
    }
    let rest = match bars.all.len() - shown.len() {
        0 => String::new(),
        rest => {
            let resources = count(rest, "shorter resource is", "shorter resources are");
            format!(" {resources} left out.")
        }
    };
    shown.sort_by_key(|bar| bar.span.start);
    let chart = mermaid::chart(bars.length, &by_section(bars, &shown));
    format!("### Timeline\n\n{waited}{chart}\n{LEGEND}{rest}\n")
}

/// What the end waited for, and what could perhaps have run side by side; a paragraph each.
fn waited(record: &Record, bars: &Bars<'_>) -> String {
    let name = |name: &str| code(&cut(name, NAME));
    let sentence = chain::sentence(record, bars, name);
    let sentence = Some(sentence).filter(|sentence| !sentence.is_empty());
    let sentence = sentence.map(|sentence| format!("What the end waited for: {sentence}"));
    let hints = chain::hints(record, bars, name);
    let hints = hints
        .into_iter()
        .map(|hint| format!("To shorten it: {hint}"));
    let told = sentence.into_iter().chain(hints);
    told.map(|text| format!("{text}.\n\n")).collect()
}

/// Tasks by nested deployment, both by start.
fn by_section<'a>(bars: &Bars<'_>, shown: &[Bar<'a>]) -> Vec<(String, Vec<Task<'a>>)> {
    let mut sections: Vec<(&[String], Vec<Task<'a>>)> = Vec::new();
    for bar in shown {
        let path = bar.resource.path.as_slice();
        let task = task(bars, bar);
        match sections.iter_mut().find(|(known, _)| *known == path) {
            Some((_, tasks)) => tasks.push(task),
            None => sections.push((path, vec![task])),
        }
    }
    let name = |path: &[String]| match path {
        [] => ROOT.to_owned(),
        path => path.join(SEPARATOR),
    };
    sections
        .into_iter()
        .map(|(path, tasks)| (name(path), tasks))
        .collect()
}

fn task<'a>(bars: &Bars<'_>, bar: &Bar<'a>) -> Task<'a> {
    Task {
        name: &bar.resource.name,
        state: state(&bar.resource.state),
        critical: bar.critical,
        start: bars.began(bar),
        length: bar.span.length(),
    }
}

fn state(state: &ProvisioningState) -> TaskState {
    if state.is_failed() {
        TaskState::Failed
    } else if state.is_canceled() {
        TaskState::Cancelled
    } else if state.is_terminal() {
        TaskState::Done
    } else {
        TaskState::Running
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Ending, Event},
        testing::stories::{minutes, progressed, resource},
    };

    fn run(resources: usize, name: &str) -> String {
        let changed = (0..resources)
            .map(|n| resource(&format!("{n}{name}"), "Succeeded", n as u64))
            .collect();
        let mut record = Record::default();
        record.observe(&progressed(changed, resources, resources), minutes(600));
        record.observe(&Event::Ended(Ending::Succeeded), minutes(600));
        section(&record, &Bars::new(&record), true)
    }

    #[test]
    fn only_the_longest_are_drawn() {
        let text = run(60, "x");
        assert_eq!(text.matches(" :").count(), BARS, "{text}");
        assert!(
            text.contains("59x") && text.contains("10x") && !text.contains("9x 9m"),
            "{text}"
        );
        assert!(
            text.contains("10 shorter resources are left out."),
            "{text}"
        );
    }

    #[test]
    fn a_chart_stays_within_what_github_draws() {
        assert!(run(1_000, &"東".repeat(500)).len() < 50_000);
        assert_eq!(run(0, ""), "");
    }
}
