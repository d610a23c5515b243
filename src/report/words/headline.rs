//! One sentence on what happened, for each ending.

use crate::{
    arm::{Redeployment, Unseen},
    event::{Ending, Left},
    report::{
        record::Record,
        words::{changes, duration, left, operation::wording, phrase::count, rollback, unseen},
    },
};

/// The headline of a run that ended as `ending`.
pub(crate) fn headline(record: &Record, ending: &Ending) -> String {
    let it = record.plan.as_ref().map_or_else(
        || "the deployment".to_owned(),
        |plan| plan.target.to_string(),
    );
    let took = duration::show(record.duration().unwrap_or_default());
    let words = wording(record.operation());
    // `it` comes last, because a name could contain a placeholder.
    let clause = |left: &Left, is_seen| left::clause(left, &it, is_seen, words.no_effect);
    let fill = |template: &str| template.replace("{took}", &took).replace("{it}", &it);
    match ending {
        Ending::Succeeded if record.is_submitted() => fill(words.succeeded),
        Ending::Succeeded => fill(words.unneeded),
        Ending::Stopped => fill("{it} and all within it were cancelled in {took}"),
        Ending::Detached => fill(words.detached),
        Ending::Failed { .. } if record.is_canceled() => with_rollback(
            record
                .rollback
                .as_ref()
                .filter(|own| !own.state.as_str().is_empty()),
            fill("{it} was cancelled in Azure after {took}"),
        ),
        Ending::Failed { .. } => with_rollback(record.rollback.as_ref(), fill(words.failed)),
        Ending::Validated => valid(record, &it),
        Ending::Predicted => predicted(record, &it),
        Ending::Forbidden { changes, unseen } => {
            format!(
                "{}; {}",
                forbidden(changes.len(), unseen, &it),
                words.no_effect
            )
        }
        Ending::Refused { .. } => fill(words.refused),
        Ending::InvalidInputs(_) => format!("the inputs are invalid; {}", words.no_effect),
        Ending::NoCompiler { .. } => format!("Bicep could not be downloaded; {}", words.no_effect),
        Ending::CannotFollow { left, .. } => {
            format!(
                "{it} cannot be followed any further; {}",
                clause(left, false)
            )
        }
        Ending::Replaced { by } => format!(
            "{it} has ended and another one of its name took its place (correlation id {by}), so how it ended is not \
             known"
        ),
        Ending::CancelRefused { .. } => clause(&Left::CancelRefused(vec![]), true),
        Ending::NothingToCancel { state } => {
            format!("{it} had ended before it could be cancelled: {state}")
        }
        Ending::SignInFailed { left, .. } => {
            format!("sign-in failed; {}", clause(left, true))
        }
        Ending::TimedOut { after, left } => {
            let after = duration::show(*after);
            match left {
                Left::Running => {
                    format!("{it} did not finish within {after} and continues in Azure")
                }
                Left::Cancelled => format!("{it} did not finish within {after} and was cancelled"),
                _ => format!("timed out after {after}; {}", clause(left, true)),
            }
        }
        Ending::Cancelled { left } => {
            let happened = fill("the run was cancelled after {took}");
            format!("{happened}; {}", clause(left, true))
        }
        Ending::Unreachable { left, .. } => {
            format!("no usable answer from Azure; {}", clause(left, false))
        }
        Ending::Bug { left, .. } => {
            format!("internal error in this program; {}", clause(left, false))
        }
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

/// The headline of a failure, and what became of what Azure repeats then.
fn with_rollback(rollback: Option<&Redeployment>, failed: String) -> String {
    match rollback {
        Some(rollback) => format!("{failed}; {}", rollback::outcome(rollback)),
        None => failed,
    }
}

/// Why the what-if of `it` does not pass.
fn forbidden(changes: usize, unseen: &[Unseen], it: &str) -> String {
    if changes == 0 {
        return format!(
            "the what-if could not predict {} of {it}, and so does not pass fail-on-change-types",
            unseen::parts(unseen)
        );
    }
    let changes = count(changes, "change", "changes");
    let found = format!("{it} would make {changes} that fail-on-change-types forbids");
    if unseen.is_empty() {
        return found;
    }
    format!(
        "{found}, and the what-if could not predict {}",
        unseen::parts(unseen)
    )
}

fn predicted(record: &Record, it: &str) -> String {
    let Some(what_if) = record
        .what_if
        .as_ref()
        .filter(|what_if| what_if.has_changes())
    else {
        return format!("{it} would change nothing");
    };
    let parts = unseen::parts(&what_if.unseen);
    let gap = format!("{parts} could not be predicted");
    if !what_if.finds_changes() {
        return format!("the what-if found no change by {it}, but {gap}");
    }
    let found = format!("{it} would change something: {}", changes::counts(what_if));
    if what_if.unseen.is_empty() {
        return found;
    }
    format!("{found}; {gap}")
}
