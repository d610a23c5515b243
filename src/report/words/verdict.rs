//! The ending as log, annotations, outputs, summary and report file present it.

use crate::{
    arm::Cause,
    event::Ending,
    host::Style,
    report::{
        record::Record,
        words::{
            advice::{self, NextStep},
            headline::headline,
            reason::{self, Reason},
        },
    },
};

/// The ending in words.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// What happened: a sentence without a full stop, in lower case unless it starts with a name.
    pub(crate) headline: String,
    /// Whether each reason is reported on its own, as the causes of a failure are; else they explain the headline.
    pub(crate) itemised: bool,
    /// Why the run ended like this; empty if there is nothing to explain.
    pub(crate) reasons: Vec<Reason>,
    /// Suggestions, the most important first.
    pub(crate) steps: Vec<NextStep>,
}

/// How serious the ending is: decides level, colour and emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Warning,
    Failure,
}

impl Outcome {
    /// The emoji before the summary's title.
    pub(crate) fn emoji(self) -> &'static str {
        match self {
            Self::Success => "✅",
            Self::Warning => "⚠️",
            Self::Failure => "❌",
        }
    }

    /// The style of the headline in the log.
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Success => Style::Good,
            Self::Warning => Style::Doubtful,
            Self::Failure => Style::Bad,
        }
    }
}

impl Verdict {
    /// The headline and the messages of the reasons, one a line.
    pub(crate) fn account(&self) -> String {
        let mut lines = vec![self.headline.as_str()];
        lines.extend(self.reasons.iter().map(|reason| reason.message.as_str()));
        lines.join("\n")
    }
}

/// The verdict on a run that ended as `ending`.
pub(crate) fn verdict(record: &Record, ending: &Ending) -> Verdict {
    Verdict {
        outcome: outcome(record, ending),
        headline: headline(record, ending),
        itemised: is_itemised(ending),
        reasons: reason::reasons(record, ending),
        steps: advice::steps(record, ending),
    }
}

/// A code for programs: Azure's first error code if there is one, else our own; `None` after a success.
pub(crate) fn code(record: &Record, ending: &Ending) -> Option<String> {
    let code = match ending {
        Ending::Succeeded
        | Ending::Stopped
        | Ending::Detached
        | Ending::Validated
        | Ending::Predicted => {
            return None;
        }
        Ending::Failed { causes } | Ending::Refused { causes } => match first_code(causes) {
            Some(code) => code,
            None if record.is_canceled() => "DeploymentCanceled",
            None => "DeploymentFailed",
        },
        Ending::CannotFollow { causes, .. } => first_code(causes).unwrap_or("CannotFollow"),
        Ending::CancelRefused { causes } => first_code(causes).unwrap_or("CancelRefused"),
        Ending::Replaced { .. } => "DeploymentReplaced",
        Ending::NothingToCancel { .. } => "NothingToCancel",
        Ending::Forbidden { changes, .. } if changes.is_empty() => "IncompleteWhatIf",
        Ending::Forbidden { .. } => "ForbiddenChanges",
        Ending::InvalidInputs(_) => "InvalidInputs",
        Ending::SignInFailed { .. } => "SignInFailed",
        Ending::TimedOut { .. } => "TimedOut",
        Ending::Cancelled { .. } => "Cancelled",
        Ending::Unreachable { .. } => "Unreachable",
        Ending::NoCompiler { .. } => "NoCompiler",
        Ending::Bug { .. } => "Bug",
    };
    Some(code.to_owned())
}

fn first_code(causes: &[Cause]) -> Option<&str> {
    let first = causes.first().map(|cause| cause.code.as_str());
    first.filter(|code| !code.is_empty())
}

fn is_itemised(ending: &Ending) -> bool {
    match ending {
        Ending::Failed { causes }
        | Ending::Refused { causes }
        | Ending::CannotFollow { causes, .. }
        | Ending::CancelRefused { causes } => !causes.is_empty(),
        Ending::InvalidInputs(_) | Ending::Forbidden { .. } => true,
        _ => false,
    }
}

fn outcome(record: &Record, ending: &Ending) -> Outcome {
    let what_if = record.what_if.as_ref();
    match ending {
        Ending::Predicted if what_if.is_some_and(|what_if| !what_if.unseen.is_empty()) => {
            Outcome::Warning
        }
        Ending::Succeeded | Ending::Stopped | Ending::Validated | Ending::Predicted => {
            Outcome::Success
        }
        Ending::Detached | Ending::Cancelled { .. } => Outcome::Warning,
        _ => Outcome::Failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_that_somebody_else_cancelled_did_not_fail() {
        let record = Record {
            state: Some(crate::arm::ProvisioningState::new("canceled")),
            ..Record::default()
        };
        let ending = Ending::Failed { causes: vec![] };
        let verdict = verdict(&record, &ending);
        assert_eq!(
            verdict.headline,
            "the deployment was cancelled in Azure after 0s"
        );
        assert_eq!(
            code(&record, &ending).as_deref(),
            Some("DeploymentCanceled")
        );
    }
}
