//! One sentence on what happened, for each ending.

use crate::{
    deploy::Ending,
    inputs::Operation,
    report::{
        record::Record,
        words::{changes, duration, phrase::count},
    },
};

/// The headline of a run that ended as `ending`.
pub(crate) fn headline(record: &Record, ending: &Ending) -> String {
    let it = record.plan.as_ref().map_or_else(
        || "the deployment".to_owned(),
        |plan| format!("{} {}", record.noun(), plan.id.name()),
    );
    let took = duration::show(record.duration().unwrap_or_default());
    match ending {
        Ending::Succeeded if record.operation() == Operation::Delete => deleted(record, &it, &took),
        Ending::Succeeded => format!("{it} succeeded in {took}"),
        Ending::Stopped if record.is_canceled() => {
            format!("{it} and all within it were cancelled in {took}")
        }
        Ending::Stopped => format!("{it} had ended before it could be cancelled"),
        Ending::Detached if record.operation() == Operation::Delete => {
            format!("{it} is being deleted by Azure; this step does not follow it")
        }
        Ending::Detached => {
            format!("{it} was submitted and goes on in Azure; this step does not follow it")
        }
        Ending::Failed { .. } if record.is_canceled() => {
            format!("{it} was cancelled in Azure after {took}")
        }
        Ending::Failed { .. } if record.operation() == Operation::Delete => {
            format!("{it} could not be deleted; it failed after {took}")
        }
        Ending::Failed { .. } => format!("{it} failed after {took}"),
        Ending::Validated => valid(record, &it),
        Ending::Predicted => predicted(record, &it),
        Ending::Forbidden { changes } => format!(
            "{it} would make {} that fail-on-change-types forbids; nothing was deployed",
            count(changes.len(), "change", "changes")
        ),
        Ending::Refused { .. } if record.operation() == Operation::Validate => {
            format!("{it} is not valid")
        }
        Ending::Refused { .. } if record.operation() == Operation::Delete => {
            format!("Azure refused to delete {it}; nothing was deleted")
        }
        Ending::Refused { .. } if !record.operation().needs_template() => {
            format!("{it} cannot be followed")
        }
        Ending::Refused { .. } => format!("Azure refused {it}; nothing was deployed"),
        Ending::InvalidInputs(_) => "the inputs are wrong; nothing was deployed".to_owned(),
        Ending::SignInFailed { submitted, .. } => {
            with_fate("signing in failed", &it, *submitted, "goes on")
        }
        Ending::TimedOut {
            after,
            submitted: false,
            ..
        } => {
            let after = duration::show(*after);
            format!("the time was up after {after}; nothing was deployed")
        }
        Ending::TimedOut {
            after, cancelled, ..
        } => {
            let after = duration::show(*after);
            let fate = if *cancelled {
                "was cancelled"
            } else {
                "goes on in Azure"
            };
            format!("{it} did not end within {after} and {fate}")
        }
        Ending::Cancelled {
            cancelled: true, ..
        } => {
            format!("the workflow was cancelled after {took}, and {it} with it")
        }
        Ending::Cancelled { submitted, .. } => with_fate(
            &format!("the workflow was cancelled after {took}"),
            &it,
            *submitted,
            "goes on",
        ),
        Ending::Unreachable { submitted, .. } => {
            with_fate("Azure could not be reached", &it, *submitted, "may go on")
        }
        Ending::Bug { .. } => with_fate(
            "this action failed",
            &it,
            record.is_submitted(),
            "may go on",
        ),
    }
}

fn deleted(record: &Record, it: &str, took: &str) -> String {
    if record.is_submitted() {
        format!("{it} was deleted in {took}")
    } else {
        format!("{it} does not exist; nothing was deleted")
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

/// `happened`, then whether the deployment still runs.
fn with_fate(happened: &str, it: &str, submitted: bool, fate: &str) -> String {
    if submitted {
        format!("{happened}; {it} {fate} in Azure")
    } else {
        format!("{happened}; nothing was deployed")
    }
}
