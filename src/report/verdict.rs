//! How a run ended, in words that log, annotations, outputs and summary share.

use crate::{
    arm::{Cause, ChangeType},
    deploy::{Ending, Resource},
    host::{Place, Style, text::cut},
    inputs::{Operation, Problem},
    report::{
        advice::{self, Step},
        count::count,
        duration,
        hints::{self, Hint},
        place,
        record::Record,
        stack, what_if,
    },
};

/// Characters of a message that has a hint below it.
const MESSAGE: usize = 3_000;
/// Resources that are named where several may run; the rest is counted.
const NAMED: usize = 5;

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

impl Verdict {
    /// The headline and what explains it, in several lines.
    pub(crate) fn account(&self) -> String {
        let mut lines = vec![self.headline.as_str()];
        lines.extend(self.reasons.iter().map(|reason| reason.message.as_str()));
        lines.join("\n")
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

/// The verdict on a run that ended as `ending`.
pub(crate) fn verdict(record: &Record, ending: &Ending) -> Verdict {
    Verdict {
        mood: mood(ending),
        headline: headline(record, ending),
        itemised: is_itemised(ending),
        reasons: reasons(record, ending),
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

/// `running` named with their times, at most a handful of them.
pub(crate) fn name_running(running: &[Resource]) -> String {
    let named = running.iter().take(NAMED).map(|resource| {
        let kind = place::short_type(&resource.kind);
        let place = place::of_resource(resource);
        format!("{kind} {place} ({})", duration::show(resource.duration))
    });
    let mut names: Vec<String> = named.collect();
    if running.len() > NAMED {
        names.push(format!("and {} more", running.len() - NAMED));
    }
    names.join(", ")
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

fn headline(record: &Record, ending: &Ending) -> String {
    let it = record.plan.as_ref().map_or_else(
        || "the deployment".to_owned(),
        |plan| format!("{} {}", stack::noun(record), plan.id.name()),
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
            and_it("signing in failed", &it, *submitted, "goes on")
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
        Ending::Cancelled { submitted, .. } => and_it(
            &format!("the workflow was cancelled after {took}"),
            &it,
            *submitted,
            "goes on",
        ),
        Ending::Unreachable { submitted, .. } => {
            and_it("Azure could not be reached", &it, *submitted, "may go on")
        }
        Ending::Bug { .. } => and_it(
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
            format!("{it} would change something: {}", what_if::counts(what_if))
        }
        _ => format!("{it} would change nothing"),
    }
}

/// What `happened`, and what becomes of the deployment.
fn and_it(happened: &str, it: &str, submitted: bool, fate: &str) -> String {
    if submitted {
        format!("{happened}; {it} {fate} in Azure")
    } else {
        format!("{happened}; nothing was deployed")
    }
}

fn reasons(record: &Record, ending: &Ending) -> Vec<Reason> {
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
                &format!("running when the time was up: {}", name_running(&running)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures::resource;

    #[test]
    fn many_running_resources_are_counted() {
        let running: Vec<_> = (1..=7)
            .map(|n| resource(&format!("r{n}"), "Running", 20 - n))
            .collect();
        assert_eq!(
            name_running(&running),
            "azureFirewalls hub › r1 (19m), azureFirewalls hub › r2 (18m), azureFirewalls hub › r3 (17m), \
             azureFirewalls hub › r4 (16m), azureFirewalls hub › r5 (15m), and 2 more"
        );
    }

    #[test]
    fn a_deployment_that_somebody_else_cancelled_did_not_fail() {
        let record = Record {
            state: Some(crate::arm::ProvisioningState::new("canceled")),
            ..Record::default()
        };
        let ending = Ending::Failed { causes: vec![] };
        assert_eq!(
            headline(&record, &ending),
            "the deployment was cancelled in Azure after 0s"
        );
        assert_eq!(
            code(&record, &ending).as_deref(),
            Some("DeploymentCanceled")
        );
    }
}
