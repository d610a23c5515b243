//! Events → annotations on the run's page.

use crate::{
    arm::{Diagnostic, Unseen},
    event::{Ending, Event},
    host::{Annotation, Severity},
    report::{
        log::compilation,
        record::Record,
        words::{
            diagnostic,
            reason::Reason,
            unseen,
            verdict::{self, Outcome, Verdict},
        },
    },
};

/// Annotations for each severity that GitHub and Azure Pipelines show for a step; they drop the rest.
const LIMIT: usize = 10;

/// The annotations for `event`; `record` includes the event already.
pub(crate) fn of(event: &Event, record: &Record) -> Vec<Annotation> {
    match event {
        Event::Compiled(compilation) => compilation::annotations(compilation),
        Event::Warned { message } => vec![Annotation::new(Severity::Warning, message)],
        Event::Validated { diagnostics, .. } => of_diagnostics(diagnostics),
        Event::WhatIfRead(what_if) => {
            let gap = of_gaps(&what_if.unseen);
            of_diagnostics(&what_if.diagnostics)
                .into_iter()
                .chain(gap)
                .collect()
        }
        Event::Ended(ending) => of_ending(ending, record),
        _ => vec![],
    }
}

/// The first warnings and errors; the log has all of them.
fn of_diagnostics(diagnostics: &[Diagnostic]) -> Vec<Annotation> {
    let serious = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Notice);
    serious.take(LIMIT).map(diagnostic::annotation).collect()
}

/// One for all that was not predicted; where that ends the run, each part has one of its own then.
fn of_gaps(unseen: &[Unseen]) -> Option<Annotation> {
    let names = (!unseen.is_empty()).then(|| unseen::names(unseen))?;
    let parts = unseen::parts(unseen);
    let message = format!("the what-if could not predict {parts}, which may change, too: {names}");
    Some(Annotation::new(Severity::Warning, &message).titled("IncompleteWhatIf"))
}

fn of_ending(ending: &Ending, record: &Record) -> Vec<Annotation> {
    let verdict = verdict::verdict(record, ending);
    if verdict.itemised {
        return of_reasons(&verdict.reasons);
    }
    let code = verdict::code(record, ending);
    code.map(|code| of_verdict(&verdict, &code))
        .into_iter()
        .collect()
}

/// An error for each reason. Over the limit, the last annotation states how many are missing.
fn of_reasons(reasons: &[Reason]) -> Vec<Annotation> {
    let shown = if reasons.len() > LIMIT {
        LIMIT - 1
    } else {
        reasons.len()
    };
    let mut errors: Vec<Annotation> = reasons[..shown]
        .iter()
        .map(|reason| {
            let annotation = Annotation::new(Severity::Error, &reason.with_hint());
            annotation.titled(&reason.title).at(reason.file.as_ref())
        })
        .collect();
    if shown < reasons.len() {
        let rest = format!("and {} more", reasons.len() - shown);
        errors.push(Annotation::new(Severity::Error, &rest));
    }
    errors
}

fn of_verdict(verdict: &Verdict, code: &str) -> Annotation {
    let level = match verdict.outcome {
        Outcome::Failure => Severity::Error,
        Outcome::Success | Outcome::Warning => Severity::Warning,
    };
    Annotation::new(level, &verdict.account()).titled(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::cause;

    #[test]
    fn over_the_limit_the_last_annotation_counts_the_rest() {
        for (causes, annotations, last) in [
            (10, 10, "hub › afw-10 (azureFirewalls): no room"),
            (12, 10, "and 3 more"),
        ] {
            let causes = (1..=causes)
                .map(|n| cause("Full", &format!("afw-{n}"), "no room"))
                .collect();
            let event = Event::Ended(Ending::Failed { causes });
            let shown = of(&event, &Record::default());
            assert_eq!(shown.len(), annotations);
            assert_eq!(shown[annotations - 1].message, last);
        }
    }

    #[test]
    fn warnings_are_annotations() {
        let event = Event::Warned {
            message: "the token of this run ends soon".to_owned(),
        };
        let shown = of(&event, &Record::default());
        assert_eq!(
            shown,
            [Annotation::new(
                Severity::Warning,
                "the token of this run ends soon"
            )]
        );
    }

    #[test]
    fn a_success_needs_none() {
        assert_eq!(of(&Event::Ended(Ending::Succeeded), &Record::default()), []);
    }
}
