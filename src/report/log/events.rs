//! Events → lines of the log.

use std::time::Duration;

use crate::{
    event::{Event, Resource, Token},
    host::{Line, Style},
    report::{
        log::{
            closing,
            heading::heading,
            heartbeat,
            resource::{cause_lines, resource_line},
            stack,
        },
        record::{Record, total::Total},
        what_if,
        words::{
            diagnostic, duration,
            lines::{stamped, style_of},
            operation,
            phrase::count,
            place, rollback, trouble,
        },
    },
};

/// Turns events into lines. It keeps the last printed counts to notice when they change unexpectedly.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    done: usize,
    known: usize,
}

/// A line, and whether it belongs in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) line: Line,
    pub(crate) is_routine: bool,
}

impl Entry {
    fn routine(line: Line) -> Self {
        Self {
            line,
            is_routine: true,
        }
    }
}

impl From<Line> for Entry {
    fn from(line: Line) -> Self {
        Self {
            line,
            is_routine: false,
        }
    }
}

impl Log {
    /// The lines for `event`, which happened at `at`; `record` includes the event already.
    pub(crate) fn entries(&mut self, event: &Event, record: &Record, at: Duration) -> Vec<Entry> {
        let lines = match event {
            Event::Planned(plan) => heading(plan),
            Event::Progressed {
                changed,
                done,
                known,
            } => {
                let total = record.total().at_least(*known);
                return self.progress(changed, *done, total, at);
            }
            Event::Foreseen(_) => {
                self.known = record.total().number();
                let all = count(self.known, "resource", "resources");
                let told = format!("{all} to deploy, as Azure tells ahead");
                vec![stamped(at).with(Style::Faint, &told)]
            }
            // The first one is news; where many are hidden, they are so for one reason.
            Event::ProgressHidden { .. } if record.hidden.len() > 1 => {
                let line = styled_message(event, record, at)
                    .map(|(style, text)| stamped(at).with(style, &text));
                return line.into_iter().map(Entry::routine).collect();
            }
            Event::Validated { diagnostics, .. } => {
                diagnostics.iter().map(diagnostic::line).collect()
            }
            Event::WhatIfRead(what_if) => what_if::lines(what_if, at),
            Event::StackRead(resources) => stack::lines(resources, at),
            Event::Ended(ending) => closing::lines(record, ending, at),
            _ => styled_message(event, record, at)
                .map(|(style, text)| stamped(at).with(style, &text))
                .into_iter()
                .collect(),
        };
        lines.into_iter().map(Entry::from).collect()
    }

    fn progress(
        &mut self,
        changed: &[Resource],
        done: usize,
        total: Total,
        at: Duration,
    ) -> Vec<Entry> {
        let known = total.number();
        let counted =
            |resource: &&Resource| !resource.is_deployment() && resource.state.is_terminal();
        let mut position = done.saturating_sub(changed.iter().filter(counted).count());
        let note = |note: String| Entry::routine(stamped(at).with(Style::Faint, &note));
        let mut entries: Vec<_> = self
            .counter_notes(position, total)
            .into_iter()
            .map(note)
            .collect();
        (self.done, self.known) = (done, known);
        for resource in changed {
            position += usize::from(counted(&resource));
            let count = (!resource.is_deployment()).then_some((position, known));
            let line = resource_line(resource, count, at);
            if resource.state.is_failed() {
                entries.push(line.into());
                entries.extend(cause_lines(resource).map(Entry::from));
            } else {
                entries.push(Entry::routine(line));
            }
        }
        entries
    }

    /// Explains unexpected changes of `done/known`: Azure discovers resources during the run and retries some.
    fn counter_notes(&self, done: usize, total: Total) -> Vec<String> {
        let known = total.number();
        let mut notes = Vec::new();
        if done < self.done {
            let again = count(self.done - done, "resource is", "resources are");
            notes.push(format!("{again} being retried, {done} done"));
        }
        if self.known > 0 && known > self.known {
            let more = count(known - self.known, "more resource", "more resources");
            let so_far = match total {
                Total::All(_) => "in total",
                Total::AtLeast(_) => "so far",
            };
            notes.push(format!("{more} found, {known} {so_far}"));
        }
        notes
    }
}

/// The line for an event that has a single one, with its style; `None` if it has none.
fn styled_message(event: &Event, record: &Record, at: Duration) -> Option<(Style, String)> {
    let style = match event {
        Event::OutageBegan { .. }
        | Event::TokenRefreshFailed { .. }
        | Event::CancelRequested
        | Event::Replaced { .. }
        | Event::ProgressHidden { .. }
        | Event::RollbackSeen(_)
        | Event::Waiting { .. } => Style::Doubtful,
        Event::OutageEnded { .. } => Style::Good,
        Event::StateChanged { state } => style_of(state),
        Event::TokenRefreshed(_)
        | Event::StillRunning { .. }
        | Event::Throttled { .. }
        | Event::ThrottlingEnded { .. } => Style::Faint,
        _ => Style::Plain,
    };
    Some((style, message(event, record, at)?))
}

fn message(event: &Event, record: &Record, at: Duration) -> Option<String> {
    let noun = record.noun();
    Some(match event {
        Event::SignedIn(token) => format!("signed in; {}", token_times(token)),
        Event::TokenRefreshed(token) => format!("token refreshed; {}", token_times(token)),
        Event::TokenRefreshFailed { reason, expires_in } => format!(
            "the token could not be refreshed, retrying; the present token is valid for {}: {reason}",
            duration::show(*expires_in)
        ),
        Event::Submitted {
            correlation,
            recovered: false,
        } => {
            let accepted = operation::wording(record.operation()).accepted;
            let accepted = accepted.replace("{noun}", noun);
            format!("{accepted} (correlation id {correlation})")
        }
        Event::Submitted {
            correlation,
            recovered: true,
        } => {
            format!(
                "Azure has the {noun}, although its answer was lost (correlation id {correlation})"
            )
        }
        Event::Adopted { correlation } => format!(
            "this {noun} is already running from an earlier run; following it (correlation id {correlation})"
        ),
        Event::Replaced { by } => format!(
            "our {noun} has ended and another one of its name took its place (correlation id {by}), which is left alone"
        ),
        Event::ProgressHidden {
            path,
            reason,
            missing,
        } => progress_hidden(noun, path, reason, missing.as_deref()),
        Event::Found { correlation, since } => {
            let since = since.map_or_else(String::new, |since| format!(", started {since:.0}"));
            format!("found the {noun} (correlation id {correlation}{since})")
        }
        Event::Waiting { correlation, since } => {
            let since = since.map_or_else(String::new, |since| format!(" since {since:.0}"));
            format!(
                "another {noun} of this name is running{since} (correlation id {correlation}): \
                 waiting for its end before submitting this one"
            )
        }
        // The closing lines show the final state.
        Event::StateChanged { state } if state.is_terminal() => return None,
        Event::StateChanged { state } => format!("the {noun} is {state}"),
        Event::StillRunning { running, token_age } => {
            heartbeat::text(running, *token_age, record, at)
        }
        Event::OutageBegan { trouble, reason } => {
            format!("{}; retrying: {reason}", trouble::clause(*trouble))
        }
        Event::OutageEnded { lasted, attempts } => {
            let lasted = duration::show(*lasted);
            format!("Azure answers again after {lasted}; failed requests: {attempts}")
        }
        Event::Throttled { wait } => format!(
            "throttled by Azure; next request in {}",
            duration::show(*wait)
        ),
        Event::ThrottlingEnded { lasted, attempts } => {
            let lasted = duration::show(*lasted);
            format!("throttling ended after {lasted}; delayed requests: {attempts}")
        }
        Event::RollbackSeen(rollback) => return rollback::progress(rollback),
        Event::CancelRequested => format!("Azure agreed to cancel the {noun}"),
        Event::OutputsRead(outputs) if outputs.is_empty() => return None,
        Event::OutputsRead(outputs) => {
            let names: Vec<_> = outputs.keys().map(String::as_str).collect();
            format!("outputs: {}", names.join(", "))
        }
        Event::Compiled(_)
        | Event::Planned(_)
        | Event::Validated { .. }
        | Event::WhatIfRead(_)
        | Event::StackRead(_)
        | Event::Progressed { .. }
        | Event::Foreseen(_)
        | Event::DependenciesRead { .. }
        | Event::HistoryRead(_)
        | Event::Lasted { .. }
        | Event::Warned { .. }
        | Event::Ended(_) => return None,
    })
}

/// `path` names the nested deployment, if it is one.
fn progress_hidden(noun: &str, path: &[String], reason: &str, missing: Option<&str>) -> String {
    let right = missing.map_or_else(String::new, |action| {
        format!("; the identity lacks the permission {action}")
    });
    if path.is_empty() {
        return format!(
            "progress cannot be shown, as the operations of the {noun} cannot be read: {reason}{right}"
        );
    }
    let name = path.join(place::SEPARATOR);
    format!("what is in {name} cannot be shown, as its operations cannot be read: {reason}{right}")
}

fn token_times(token: &Token) -> String {
    format!(
        "token valid for {}, next refresh in {}",
        duration::show(token.lifetime),
        duration::show(token.refresh_in)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::{cause, minutes, nested, progressed, resource};

    fn shown(entries: &[Entry]) -> Vec<String> {
        entries
            .iter()
            .map(|entry| entry.line.render(false))
            .collect()
    }

    #[test]
    fn resources_count_up_within_one_look_and_nested_deployments_do_not_count() {
        let changed = vec![
            resource("vnet", "Succeeded", 2),
            nested("network", "Running"),
            resource("afw-hub", "Running", 1),
            resource("rt", "Succeeded", 0),
        ];
        let lines =
            Log::default().entries(&progressed(changed, 5, 9), &Record::default(), minutes(3));
        insta::assert_snapshot!(shown(&lines).join("\n"), @"
        [0h 03m 00s]     4/9 Succeeded azureFirewalls hub › vnet 2m
        [0h 03m 00s]         Running   deployments network
        [0h 03m 00s]     4/9 Running   azureFirewalls hub › afw-hub
        [0h 03m 00s]     5/9 Succeeded azureFirewalls hub › rt 0s
        ");
    }

    #[test]
    fn a_growing_total_is_noted() {
        let (mut log, record) = (Log::default(), Record::default());
        log.entries(&progressed(vec![], 0, 4), &record, minutes(1));
        let lines = log.entries(&progressed(vec![], 0, 6), &record, minutes(2));
        assert_eq!(
            shown(&lines),
            ["[0h 02m 00s] 2 more resources found, 6 so far"]
        );
    }

    #[test]
    fn a_resource_that_is_tried_again_is_noted_before_it_counts_again() {
        let (mut log, record) = (Log::default(), Record::default());
        let render = |log: &mut Log, state, done| {
            let event = progressed(vec![resource("afw", state, 1)], done, 4);
            shown(&log.entries(&event, &record, minutes(1)))
        };
        render(&mut log, "Succeeded", 3);
        assert_eq!(
            render(&mut log, "Running", 2),
            [
                "[0h 01m 00s] 1 resource is being retried, 2 done",
                "[0h 01m 00s]     2/4 Running   azureFirewalls hub › afw"
            ]
        );
        assert_eq!(render(&mut log, "Succeeded", 3).len(), 1);
    }

    #[test]
    fn only_what_goes_well_is_folded() {
        let changed = vec![
            resource("vnet", "Succeeded", 2),
            resource("afw", "Failed", 1),
        ];
        let entries =
            Log::default().entries(&progressed(changed, 2, 2), &Record::default(), minutes(3));
        let routine: Vec<_> = entries.iter().map(|entry| entry.is_routine).collect();
        assert_eq!(routine, [true, false]);
    }

    #[test]
    fn a_failed_resource_says_why_and_its_nested_deployment_does_not_repeat_it() {
        let causes = vec![cause(
            "SkuNotAvailable",
            "afw-hub",
            "no capacity\n::error::forged",
        )];
        let mut failed = resource("afw-hub", "Failed", 4);
        failed.causes.clone_from(&causes);
        let mut around = nested("network", "Failed");
        around.causes = causes;
        let lines = Log::default().entries(
            &progressed(vec![failed, around], 1, 1),
            &Record::default(),
            minutes(4),
        );
        insta::assert_snapshot!(shown(&lines).join("\n"), @"
        [0h 04m 00s]     1/1 Failed    azureFirewalls hub › afw-hub 4m
                             SkuNotAvailable: no capacity ::error::forged
        [0h 04m 00s]         Failed    deployments network 3m
        ");
    }
}
