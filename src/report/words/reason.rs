//! The reasons for an ending: Azure's causes, wrong inputs, or our own explanation.

use crate::{
    arm::{Cause, ChangeType, Unseen},
    event::{Ending, Left},
    host::{Place, text::cut},
    inputs::Problem,
    report::{
        record::Record,
        words::{
            hints::{self, Hint},
            place, unseen,
        },
    },
};

/// Maximum length in characters of a message that is followed by a hint.
const MESSAGE: usize = 3_000;

/// One reason for an ending. Its texts come from Azure and are untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reason {
    /// Azure's code, an input's name, or our own code.
    pub(crate) title: String,
    /// The resource or place in a file; empty if unknown.
    pub(crate) place: String,
    /// What is wrong; may have several lines.
    pub(crate) message: String,
    /// The place in one of the user's files, for an annotation there.
    pub(crate) file: Option<Place>,
    /// How to fix it, if that is known.
    pub(crate) hint: Option<Hint>,
    /// The resource's page in the portal.
    pub(crate) url: Option<String>,
}

impl Reason {
    /// The place, or the title if the place is unknown, and the message.
    pub(crate) fn sentence(&self) -> String {
        let lead = if self.place.is_empty() {
            &self.title
        } else {
            &self.place
        };
        format!("{lead}: {}", self.message)
    }

    /// The sentence, and the hint on a line of its own.
    pub(crate) fn with_hint(&self) -> String {
        match &self.hint {
            // Annotations are cut at the end, so a long message would lose the hint.
            Some(hint) => format!(
                "{}\nHint: {}",
                cut(&self.sentence(), MESSAGE),
                hint.sentence()
            ),
            None => self.sentence(),
        }
    }
}

/// The reasons for `ending`; empty where there is nothing to explain.
pub(crate) fn reasons(record: &Record, ending: &Ending) -> Vec<Reason> {
    let own = |title: &str, message: &str| {
        vec![Reason {
            title: title.to_owned(),
            message: message.to_owned(),
            ..Reason::default()
        }]
    };
    match ending {
        Ending::Failed { causes }
        | Ending::Refused { causes }
        | Ending::CannotFollow { causes, .. }
        | Ending::CancelRefused { causes } => {
            causes.iter().map(|cause| of_cause(record, cause)).collect()
        }
        Ending::Forbidden { changes, unseen } => {
            let unseen = unseen.iter().map(not_predicted);
            changes.iter().map(forbidden).chain(unseen).collect()
        }
        Ending::InvalidInputs(problems) => problems.iter().map(Reason::from).collect(),
        Ending::SignInFailed { message, .. } => own("SignInFailed", message),
        Ending::TimedOut {
            left: Left::CancelRefused(causes),
            ..
        }
        | Ending::Cancelled {
            left: Left::CancelRefused(causes),
        } => causes.iter().map(|cause| of_cause(record, cause)).collect(),
        Ending::Cancelled {
            left: Left::CancelUnknown { reason },
        } => own("CancelUnknown", reason),
        Ending::TimedOut { .. } => {
            let running = record.running(record.duration().unwrap_or_default());
            if running.is_empty() {
                return vec![];
            }
            own(
                "TimedOut",
                &format!(
                    "still running at the time-out: {}",
                    place::running(&running)
                ),
            )
        }
        Ending::Unreachable { reason, .. } => own("Unreachable", reason),
        Ending::NoCompiler { reason } => own("NoCompiler", reason),
        Ending::Bug { message, .. } => own("Bug", message),
        Ending::Succeeded
        | Ending::Stopped
        | Ending::Detached
        | Ending::Validated
        | Ending::Predicted
        | Ending::Replaced { .. }
        | Ending::NothingToCancel { .. }
        | Ending::Cancelled { .. } => vec![],
    }
}

fn forbidden((kind, id): &(ChangeType, String)) -> Reason {
    let place = place::of_cause(&Cause {
        resource: Some(id.clone()),
        ..Cause::default()
    });
    Reason {
        title: kind.as_str().to_owned(),
        place,
        message: "forbidden by fail-on-change-types".to_owned(),
        ..Reason::default()
    }
}

fn not_predicted(part: &Unseen) -> Reason {
    Reason {
        title: part.code.clone(),
        place: unseen::place_of(part),
        message: format!("not predicted: {}", part.reason),
        ..Reason::default()
    }
}

impl From<&Problem> for Reason {
    fn from(problem: &Problem) -> Self {
        let place = problem.place.as_ref();
        Self {
            title: problem.input.to_string(),
            place: place.map_or_else(String::new, ToString::to_string),
            message: problem.message.clone(),
            file: place.cloned(),
            ..Self::default()
        }
    }
}

/// A cause as a reason, with its hint and its link to the portal.
fn of_cause(record: &Record, cause: &Cause) -> Reason {
    let plan = record.plan.as_ref().filter(|_| record.is_submitted());
    let portal = plan.and_then(|plan| plan.portal.as_ref());
    let id = cause.resource.as_ref().filter(|id| id.starts_with('/'));
    Reason {
        title: cause.code.clone(),
        place: place::of_cause(cause),
        message: cause.message.clone(),
        hint: hints::hint(cause),
        file: None,
        url: portal.zip(id).map(|(portal, id)| portal.resource_url(id)),
    }
}
