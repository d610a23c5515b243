//! How the run ended.

use serde::Serialize;

use crate::{
    event::Ending,
    report::{
        record::Record,
        words::{reason::Reason, verdict},
    },
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunEnding {
    kind: &'static str,
    exit_status: u8,
    code: Option<String>,
    headline: String,
    reasons: Vec<ReasonEntry>,
}

#[derive(Debug, Serialize)]
struct ReasonEntry {
    code: String,
    place: String,
    message: String,
    hint: Option<String>,
}

impl RunEnding {
    pub(super) fn new(record: &Record, ending: &Ending) -> Self {
        let verdict = verdict::verdict(record, ending);
        Self {
            kind: kind(ending),
            exit_status: ending.exit_status(),
            code: verdict::code(record, ending),
            headline: verdict.headline,
            reasons: verdict.reasons.into_iter().map(ReasonEntry::from).collect(),
        }
    }
}

impl From<Reason> for ReasonEntry {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.title,
            place: reason.place,
            message: reason.message,
            hint: reason.hint.map(|hint| hint.text),
        }
    }
}

fn kind(ending: &Ending) -> &'static str {
    match ending {
        Ending::Succeeded => "succeeded",
        Ending::Stopped => "stopped",
        Ending::Detached => "detached",
        Ending::Validated => "validated",
        Ending::Predicted => "predicted",
        Ending::Forbidden { .. } => "forbidden",
        Ending::Failed { .. } => "failed",
        Ending::Refused { .. } => "refused",
        Ending::CannotFollow { .. } => "cannotFollow",
        Ending::Replaced { .. } => "replaced",
        Ending::CancelRefused { .. } => "cancelRefused",
        Ending::NothingToCancel { .. } => "nothingToCancel",
        Ending::InvalidInputs(_) => "invalidInputs",
        Ending::SignInFailed { .. } => "signInFailed",
        Ending::TimedOut { .. } => "timedOut",
        Ending::Cancelled { .. } => "cancelled",
        Ending::Unreachable { .. } => "unreachable",
        Ending::NoCompiler { .. } => "noCompiler",
        Ending::Bug { .. } => "bug",
    }
}
