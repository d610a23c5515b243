//! One sentence on what happened, for each ending.

use std::time::Duration;

use crate::{
    deploy::Ending,
    report::{
        record::Record,
        words::{changes, duration, operation::wording, phrase::count},
    },
};

/// The headline of a run that ended as `ending`.
pub(crate) fn headline(record: &Record, ending: &Ending) -> String {
    let it = record.plan.as_ref().map_or_else(
        || "the deployment".to_owned(),
        |plan| format!("{} {}", record.noun(), plan.id.name()),
    );
    let took = duration::show(record.duration().unwrap_or_default());
    let words = wording(record.operation());
    // `it` comes last, because a name could contain a placeholder.
    let fill = |template: &str| template.replace("{took}", &took).replace("{it}", &it);
    match ending {
        Ending::Succeeded if record.is_submitted() => fill(words.succeeded),
        Ending::Succeeded => fill(words.unneeded),
        Ending::Stopped if record.is_canceled() => {
            fill("{it} and all within it were cancelled in {took}")
        }
        Ending::Stopped => fill("{it} had ended before it could be cancelled"),
        Ending::Detached => fill(words.detached),
        Ending::Failed { .. } if record.is_canceled() => {
            fill("{it} was cancelled in Azure after {took}")
        }
        Ending::Failed { .. } => fill(words.failed),
        Ending::Validated => valid(record, &it),
        Ending::Predicted => predicted(record, &it),
        Ending::Forbidden { changes } => format!(
            "{it} would make {} that fail-on-change-types forbids; {}",
            count(changes.len(), "change", "changes"),
            words.no_effect
        ),
        Ending::Refused { .. } => fill(words.refused),
        Ending::InvalidInputs(_) => format!("the inputs are invalid; {}", words.no_effect),
        Ending::SignInFailed { submitted, .. } => {
            let continues = submitted.then_some("continues in Azure");
            and_deployment("sign-in failed", record, &it, continues)
        }
        Ending::TimedOut {
            after,
            submitted,
            cancelled,
        } => timed_out(record, &it, *after, submitted.then_some(*cancelled)),
        Ending::Cancelled {
            cancelled: true, ..
        } => fill("the workflow and {it} were cancelled after {took}"),
        Ending::Cancelled { submitted, .. } => {
            let continues = submitted.then_some("continues in Azure");
            let happened = fill("the workflow was cancelled after {took}");
            and_deployment(&happened, record, &it, continues)
        }
        Ending::Unreachable { submitted, .. } => {
            let continues = submitted.then_some("may still be running in Azure");
            and_deployment("Azure could not be reached", record, &it, continues)
        }
        Ending::Bug { .. } => {
            let continues = record
                .is_submitted()
                .then_some("may still be running in Azure");
            and_deployment("internal error in this action", record, &it, continues)
        }
    }
}

/// `cancelled` is `None` if nothing was submitted.
fn timed_out(record: &Record, it: &str, after: Duration, cancelled: Option<bool>) -> String {
    let after = duration::show(after);
    match cancelled {
        None => {
            let no_effect = wording(record.operation()).no_effect;
            format!("timed out after {after}; {no_effect}")
        }
        Some(true) => format!("{it} did not finish within {after} and was cancelled"),
        Some(false) => format!("{it} did not finish within {after} and continues in Azure"),
    }
}

fn valid(record: &Record, it: &str) -> String {
    let resources = record.validated.as_ref();
    match resources.and_then(|validated| validated.resources) {
        Some(number) => format!(
            "{it} is valid, with {}",
            count(number, "resource", "resources")
        ),
        None => format!("{it} is valid"),
    }
}

fn predicted(record: &Record, it: &str) -> String {
    match &record.what_if {
        Some(what_if) if what_if.has_changes() => {
            format!("{it} would change something: {}", changes::counts(what_if))
        }
        _ => format!("{it} would change nothing"),
    }
}

/// `happened`, then what the deployment does now; `None` if nothing was submitted.
fn and_deployment(happened: &str, record: &Record, it: &str, does: Option<&str>) -> String {
    match does {
        Some(does) => format!("{happened}; {it} {does}"),
        None => format!("{happened}; {}", wording(record.operation()).no_effect),
    }
}
