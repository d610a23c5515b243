//! What became of the deployment, in words.

use crate::event::Left;

/// A clause for the headline that says what became of `it`, the deployment or stack by kind and name. `is_seen` says
/// whether the run could still see it at its end; `no_effect` says that nothing was submitted.
pub(crate) fn clause(left: &Left, it: &str, is_seen: bool, no_effect: &str) -> String {
    match left {
        Left::NotSubmitted => no_effect.to_owned(),
        Left::Unknown => {
            format!("whether Azure accepted {it} is not known, so it may go on in Azure")
        }
        Left::Running if is_seen => format!("{it} continues in Azure"),
        Left::Running => format!("{it} may still be running in Azure"),
        Left::Ended => format!("{it} had ended before it could be cancelled"),
        Left::Cancelled => format!("{it} was cancelled"),
        Left::CancelRefused(_) => format!("Azure refused to cancel {it}, which continues"),
        Left::CancelUnknown { .. } => {
            format!("whether Azure cancelled {it} is not known, so it may go on in Azure")
        }
    }
}

/// Whether the deployment may run after the step.
pub(crate) fn may_run(left: &Left) -> bool {
    !matches!(left, Left::NotSubmitted | Left::Ended | Left::Cancelled)
}
