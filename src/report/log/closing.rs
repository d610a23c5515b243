//! The last lines of the log.

use std::{collections::HashSet, time::Duration};

use crate::{
    event::Ending,
    host::Line,
    report::{
        record::{Record, bars::Bars},
        words::{
            chain, counts, duration,
            lines::{fact, stamped},
            phrase::count,
            verdict::{self, Verdict},
        },
    },
};

/// Number of causes and hints shown; the annotations have all of them.
const NAMED: usize = 3;

/// What happened and what to do next. The full reasons are in the annotations above.
pub(crate) fn lines(record: &Record, ending: &Ending, at: Duration) -> Vec<Line> {
    let verdict = verdict::verdict(record, ending);
    let mut lines = vec![stamped(at).with(verdict.outcome.style(), &verdict.headline)];
    let mut fact = |name: &str, value: &str| lines.push(fact(name, value));
    if is_failure(ending) && verdict.itemised {
        fact("because of", &name_causes(&verdict));
        for hint in hints(&verdict) {
            fact("hint", &hint);
        }
    }
    if record.is_submitted() {
        fact("resources", &totals(record));
        let bars = Bars::new(record);
        let sentence = chain::sentence(record, &bars, str::to_owned);
        let hints = chain::hints(record, &bars, str::to_owned);
        let told = [("chain", sentence)].into_iter();
        for (name, text) in told.chain(hints.into_iter().map(|hint| ("hint", hint))) {
            if !text.is_empty() {
                fact(name, &text);
            }
        }
    }
    for step in &verdict.steps {
        match &step.command {
            Some(command) => fact("next", &format!("{}: {command}", step.text)),
            None => fact("next", step.text),
        }
    }
    if let Some(url) = record.portal_url() {
        fact("portal", &url);
    }
    lines
}

fn is_failure(ending: &Ending) -> bool {
    matches!(
        ending,
        Ending::Failed { .. }
            | Ending::Refused { .. }
            | Ending::CannotFollow { .. }
            | Ending::CancelRefused { .. }
            | Ending::Forbidden { .. }
    )
}

fn name_causes(verdict: &Verdict) -> String {
    let mut names: Vec<String> = verdict
        .reasons
        .iter()
        .take(NAMED)
        .map(|reason| {
            if reason.place.is_empty() {
                reason.title.clone()
            } else {
                format!("{} at {}", reason.title, reason.place)
            }
        })
        .collect();
    if verdict.reasons.len() > NAMED {
        names.push(format!("and {} more", verdict.reasons.len() - NAMED));
    }
    names.join(", ")
}

/// The first hints for the causes, without duplicates.
fn hints(verdict: &Verdict) -> Vec<String> {
    let mut told = HashSet::new();
    let hints = verdict.reasons.iter().filter_map(|reason| {
        let hint = reason.hint.as_ref()?.sentence();
        told.insert(hint.clone()).then_some(hint)
    });
    hints.take(NAMED).collect()
}

fn totals(record: &Record) -> String {
    let mut parts = vec![
        counts::done(record),
        count(record.token_refreshes, "token refresh", "token refreshes"),
    ];
    if !record.outages.is_empty() {
        let time = duration::show(record.time_without_azure());
        let outages = count(record.outages.len(), "outage", "outages");
        parts.push(format!("{outages} ({time} in total)"));
    }
    if record.throttlings > 0 {
        parts.push(format!(
            "throttled {}",
            count(record.throttlings, "time", "times")
        ));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Event, Left},
        testing::stories::{Story, begun, cause, minutes, record},
    };

    fn rendered(story: &Story, endings: Vec<Ending>) -> String {
        let mut text = String::new();
        for ending in endings {
            let mut record = record(story);
            record.observe(&Event::Ended(ending.clone()), minutes(61));
            for line in lines(&record, &ending, minutes(61)) {
                text.push_str(&line.render(false));
                text.push('\n');
            }
        }
        text
    }

    #[test]
    fn endings_of_what_was_submitted() {
        let message = "what was said".to_owned();
        let left = Left::Running;
        let endings = vec![
            Ending::Detached,
            Ending::Failed { causes: vec![] },
            Ending::Cancelled {
                left: Left::Cancelled,
            },
            Ending::Unreachable {
                reason: message.clone(),
                left: left.clone(),
            },
            Ending::Bug { message, left },
        ];
        insta::assert_snapshot!(rendered(&begun(), endings));
    }

    #[test]
    fn endings_before_anything_was_submitted() {
        let message = "what was said".to_owned();
        let left = Left::NotSubmitted;
        let endings = vec![
            Ending::Refused {
                causes: vec![cause("AuthorizationFailed", "afw", "not allowed")],
            },
            Ending::Refused {
                causes: vec![cause("DeploymentActive", "afw", "still active")],
            },
            Ending::SignInFailed {
                message: message.clone(),
                left: left.clone(),
            },
            Ending::Cancelled { left: left.clone() },
            Ending::Unreachable {
                reason: message.clone(),
                left: left.clone(),
            },
            Ending::Bug { message, left },
        ];
        let planned = begun().into_iter().take(2).collect();
        insta::assert_snapshot!(rendered(&planned, endings));
    }

    #[test]
    fn what_somebody_else_cancelled_did_not_fail() {
        let mut story = begun();
        let state = crate::arm::ProvisioningState::new("Canceled");
        story.push((minutes(60), Event::StateChanged { state }));
        let text = rendered(&story, vec![Ending::Failed { causes: vec![] }]);
        assert!(
            text.contains("was cancelled in Azure after 1h 1m"),
            "{text}"
        );
        assert!(text.contains("cancelled outside of this run"), "{text}");
    }
}
