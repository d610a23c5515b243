//! Why a run ended as it did.

use crate::{
    arm::{Cause, ChangeType},
    deploy::Ending,
    host::text::cut,
    inputs::{Place, Problem},
    report::{
        record::Record,
        words::{
            hints::{self, Hint},
            place,
        },
    },
};

/// Characters of a message that has a hint below it.
const MESSAGE: usize = 3_000;

/// One reason for an ending. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reason {
    /// Azure's code, an input's name, or our own code.
    pub(crate) title: String,
    /// Where it arose; empty if that is unknown or makes no sense.
    pub(crate) place: String,
    /// What is wrong, possibly in several lines.
    pub(crate) message: String,
    /// Where in the user's files, if it is about one.
    pub(crate) file: Option<Place>,
    /// What mends it, if that is known.
    pub(crate) hint: Option<Hint>,
    /// The page of the resource in the portal.
    pub(crate) url: Option<String>,
}

impl Reason {
    /// Where or else what it is, and the message.
    pub(crate) fn sentence(&self) -> String {
        let lead = if self.place.is_empty() {
            &self.title
        } else {
            &self.place
        };
        format!("{lead}: {}", self.message)
    }

    /// The sentence, and what mends it.
    pub(crate) fn with_hint(&self) -> String {
        match &self.hint {
            // A long message must not cost the hint.
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
        Ending::Failed { causes } | Ending::Refused { causes } => {
            causes.iter().map(|cause| of_cause(record, cause)).collect()
        }
        Ending::Forbidden { changes } => changes.iter().map(forbidden).collect(),
        Ending::InvalidInputs(problems) => problems.iter().map(Reason::from).collect(),
        Ending::SignInFailed { message, .. } => own("SignInFailed", message),
        Ending::TimedOut { .. } => {
            let running = record.running(record.duration().unwrap_or_default());
            if running.is_empty() {
                return vec![];
            }
            own(
                "TimedOut",
                &format!("running when the time was up: {}", place::running(&running)),
            )
        }
        Ending::Unreachable { reason, .. } => own("Unreachable", reason),
        Ending::Bug { message } => own("Bug", message),
        Ending::Succeeded
        | Ending::Stopped
        | Ending::Detached
        | Ending::Validated
        | Ending::Predicted
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

impl From<&Problem> for Reason {
    fn from(problem: &Problem) -> Self {
        let place = problem.place.as_ref();
        Self {
            title: problem.input.to_owned(),
            place: place.map_or_else(String::new, ToString::to_string),
            message: problem.message.clone(),
            file: place.cloned(),
            ..Self::default()
        }
    }
}

/// A cause as a reason, with what can be known about it.
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
