//! How a run ended, in words that log, annotations, outputs and summary share.

use crate::{
    deploy::Ending,
    host::Style,
    report::{
        record::Record,
        words::{
            advice::{self, Step},
            headline::headline,
            reason::{self, Reason},
        },
    },
};

/// How a run ended, in words.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) mood: Mood,
    /// What happened, as a sentence without its full stop, beginning in lower case unless with a name.
    pub(crate) headline: String,
    /// Whether each reason stands for itself, as the causes of a failure do; else they explain the headline.
    pub(crate) itemised: bool,
    /// Why; empty where there is nothing to explain.
    pub(crate) reasons: Vec<Reason>,
    /// What to do next.
    pub(crate) steps: Vec<Step>,
}

/// Whether it ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Doubtful,
    Bad,
}

impl Mood {
    /// The mood's mark.
    pub(crate) fn emoji(self) -> &'static str {
        match self {
            Self::Good => "✅",
            Self::Doubtful => "⚠️",
            Self::Bad => "❌",
        }
    }

    /// The mood's style in the log.
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Good => Style::Good,
            Self::Doubtful => Style::Doubtful,
            Self::Bad => Style::Bad,
        }
    }
}

impl Verdict {
    /// The headline and what explains it, in several lines.
    pub(crate) fn account(&self) -> String {
        let mut lines = vec![self.headline.as_str()];
        lines.extend(self.reasons.iter().map(|reason| reason.message.as_str()));
        lines.join("\n")
    }
}

/// The verdict on a run that ended as `ending`.
pub(crate) fn verdict(record: &Record, ending: &Ending) -> Verdict {
    Verdict {
        mood: mood(ending),
        headline: headline(record, ending),
        itemised: is_itemised(ending),
        reasons: reason::reasons(record, ending),
        steps: advice::steps(record, ending),
    }
}

/// The code of an ending that is not a success, for programs. Azure's own first code where there is one.
pub(crate) fn code(record: &Record, ending: &Ending) -> Option<String> {
    let code = match ending {
        Ending::Succeeded
        | Ending::Stopped
        | Ending::Detached
        | Ending::Validated
        | Ending::Predicted => {
            return None;
        }
        Ending::Failed { causes } | Ending::Refused { causes } => match causes.first() {
            Some(cause) => &cause.code,
            None if record.is_canceled() => "DeploymentCanceled",
            None => "DeploymentFailed",
        },
        Ending::Forbidden { .. } => "ForbiddenChanges",
        Ending::InvalidInputs(_) => "InvalidInputs",
        Ending::SignInFailed { .. } => "SignInFailed",
        Ending::TimedOut { .. } => "TimedOut",
        Ending::Cancelled { .. } => "Cancelled",
        Ending::Unreachable { .. } => "Unreachable",
        Ending::Bug { .. } => "Bug",
    };
    Some(code.to_owned())
}

fn is_itemised(ending: &Ending) -> bool {
    match ending {
        Ending::Failed { causes } | Ending::Refused { causes } => !causes.is_empty(),
        Ending::InvalidInputs(_) | Ending::Forbidden { .. } => true,
        _ => false,
    }
}

fn mood(ending: &Ending) -> Mood {
    match ending {
        Ending::Succeeded | Ending::Stopped | Ending::Validated | Ending::Predicted => Mood::Good,
        Ending::Detached | Ending::Cancelled { .. } => Mood::Doubtful,
        _ => Mood::Bad,
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
