//! What a step's record says that its trace needs, the same for the step itself and for the post step.

use jiff::Timestamp;

use super::told::{Look, Step, Told};
use crate::{
    arm::{Cause, ProvisioningState, Target},
    deploy::Aftermath,
    event::Ending,
    otlp::{Parent, SpanId, TraceId},
    report::{
        record::{Record, seen::Span as Extent, submission::Submission},
        words::verdict,
    },
};

/// Digits of a correlation id, which are as many as those of a trace id.
const DIGITS: usize = 32;
/// Which of them is the version of a GUID, and the version whose other digits are random.
const VERSION: (usize, char) = (12, '4');

/// What a step did, and the ids that follow from it.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) told: &'a Told<'a>,
    pub(super) trace: TraceId,
    /// From when to when the step ran.
    pub(super) extent: Extent,
    pub(super) target: Option<&'a Target>,
    pub(super) correlation: Option<&'a str>,
    /// What tells this step from all others.
    pub(super) identity: Vec<String>,
}

/// Why something failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Failure {
    /// Azure's code of the first cause, or ours.
    pub(super) code: String,
    /// Untrusted text.
    pub(super) message: String,
}

impl<'a> Facts<'a> {
    /// What `told` says, in a trace that may go on from `parent`; `None` if the step has not ended.
    pub(super) fn new(told: &'a Told<'a>, parent: Option<&Parent>) -> Option<Self> {
        let record = told.record;
        let (target, correlation, took) = match told.step {
            Step::Main => {
                let plan = record.plan.as_ref();
                let (_, took) = record.ended.as_ref()?;
                let target = plan.map(|plan| &plan.target);
                (target, record.correlation_id.as_deref(), *took)
            }
            Step::Post(look) => (Some(look.target), look.correlation(), look.took),
        };
        let identity = identity(told, target);
        let trace = match (parent, correlation) {
            (Some(parent), _) => parent.trace,
            (None, Some(correlation)) => trace_of(correlation),
            (None, None) => TraceId::derived(&parts("step", &identity)),
        };
        Some(Self {
            told,
            trace,
            extent: Extent {
                start: record.started,
                end: record.time(took),
            },
            target,
            correlation,
            identity,
        })
    }

    pub(super) fn record(&self) -> &'a Record {
        self.told.record
    }

    /// The id of the span of a resource or deployment of Azure, by its id there.
    pub(super) fn span_of(&self, id: &str) -> SpanId {
        let (trace, id) = (self.trace.digits(), id.to_ascii_lowercase());
        let correlation = digits(self.correlation.unwrap_or_default());
        SpanId::derived(&["azure", &trace, &correlation, &id])
    }

    /// The id of the span of this step.
    pub(super) fn span_of_step(&self) -> SpanId {
        let trace = self.trace.digits();
        let correlation = digits(self.correlation.unwrap_or_default());
        let mut all = parts("step", &self.identity);
        all.extend([trace.as_str(), &correlation]);
        SpanId::derived(&all)
    }

    /// The id of the deployment's span, once Azure has it, whether or not this step tells it.
    pub(super) fn deployment_span(&self) -> Option<SpanId> {
        self.correlation
            .and(self.target)
            .map(|target| self.span_of(target.as_str()))
    }

    /// Whether the last bytes of the correlation id are random.
    pub(super) fn is_random(&self) -> bool {
        let digits = digits(self.correlation.unwrap_or_default());
        digits.len() == DIGITS && digits.chars().nth(VERSION.0) == Some(VERSION.1)
    }

    /// Whether the step saw the whole life of the deployment, which is a part of it then.
    pub(super) fn saw_all(&self) -> bool {
        matches!(self.record().submission, Some((_, Submission::New))) && self.end().is_some()
    }

    /// The state in which the deployment ended, in lower case, if this step knows that it did.
    pub(super) fn end(&self) -> Option<String> {
        self.correlation?;
        let is_end = |state: &&ProvisioningState| state.is_terminal();
        if let Some(state) = self.state().filter(is_end) {
            return Some(state.as_str().to_lowercase());
        }
        match self.ending()? {
            Ending::Succeeded => Some("succeeded".to_owned()),
            Ending::Failed { .. } => Some("failed".to_owned()),
            _ => None,
        }
    }

    fn state(&self) -> Option<&'a ProvisioningState> {
        match self.told.step {
            Step::Main => self.record().state.as_ref(),
            Step::Post(Look { aftermath, .. }) => match aftermath {
                Aftermath::Ended(state) | Aftermath::Cancelled(state) => Some(state),
                _ => None,
            },
        }
    }

    pub(super) fn ending(&self) -> Option<&'a Ending> {
        match self.told.step {
            Step::Main => self.record().ended.as_ref().map(|(ending, _)| ending),
            Step::Post(_) => None,
        }
    }

    /// Why the deployment failed, if it did.
    pub(super) fn failure(&self) -> Option<Failure> {
        if self.end()? != "failed" {
            return None;
        }
        let told = match self.ending() {
            Some(Ending::Failed { causes }) => causes.first(),
            _ => None,
        };
        let resources = self.record().resources.iter();
        let mut seen = resources.flat_map(|seen| &seen.resource.causes);
        let cause = told.or_else(|| seen.next());
        Some(Failure::of(cause, "DeploymentFailed"))
    }

    /// Why the step failed, if it did.
    pub(super) fn failure_of_step(&self) -> Option<Failure> {
        let record = self.record();
        match self.told.step {
            Step::Main => {
                let ending = self.ending()?;
                let code = verdict::code(record, ending)?;
                let verdict = verdict::verdict(record, ending);
                let reason = verdict.reasons.into_iter().next();
                let message = reason.map_or(verdict.headline, |reason| reason.message);
                Some(Failure { code, message })
            }
            Step::Post(look) => match look.aftermath {
                Aftermath::CancelRefused(causes) => {
                    Some(Failure::of(causes.first(), "CancelRefused"))
                }
                Aftermath::Unknown { reason } => Some(Failure {
                    code: "Unknown".to_owned(),
                    message: reason.clone(),
                }),
                _ => None,
            },
        }
    }

    /// From when to when the deployment ran: by Azure, or as far as what is within it tells; `None` if nothing does.
    pub(super) fn extent_of_deployment(&self) -> Option<Extent> {
        let record = self.record();
        let told = record.lasted.map(|(start, end)| Extent {
            start,
            end: end.max(start),
        });
        told.or_else(|| self.extent_within()).or_else(|| {
            let (submitted, _) = record.submission.filter(|_| self.saw_all())?;
            Some(Extent {
                start: record.time(submitted),
                end: self.extent.end,
            })
        })
    }

    fn extent_within(&self) -> Option<Extent> {
        let record = self.record();
        let ended = record.resources.iter();
        let ended = ended.filter(|seen| seen.resource.state.is_terminal());
        let extents = ended.map(|seen| seen.span(|after| record.time(after), after_all()));
        extents.reduce(|all, one| Extent {
            start: Timestamp::min(all.start, one.start),
            end: Timestamp::max(all.end, one.end),
        })
    }
}

/// What ended needs no end of the run to tell its own.
pub(super) fn after_all() -> std::time::Duration {
    std::time::Duration::ZERO
}

impl Failure {
    /// What `cause` says, or if it says nothing, `code`.
    pub(super) fn of(cause: Option<&Cause>, code: &str) -> Self {
        let own = cause
            .map(|cause| &cause.code)
            .filter(|code| !code.is_empty());
        Self {
            code: own.map_or_else(|| code.to_owned(), Clone::clone),
            message: cause.map(|cause| cause.message.clone()).unwrap_or_default(),
        }
    }
}

/// The digits of a correlation id, or whatever else stands in its place.
fn digits(correlation: &str) -> String {
    let without = correlation.replace('-', "");
    without.to_ascii_lowercase()
}

fn trace_of(correlation: &str) -> TraceId {
    let digits = digits(correlation);
    let id = TraceId::from_digits(&digits);
    id.unwrap_or_else(|| TraceId::derived(&["correlation", &digits]))
}

/// Run, attempt, job, step, which of its two containers, and what it is about; where there is no run, start and process.
fn identity(told: &Told<'_>, target: Option<&Target>) -> Vec<String> {
    let context = told.context;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let run = match &context.run_id {
        Some(run) => vec![
            run.clone(),
            context.attempt.unwrap_or(1).to_string(),
            text(&context.job),
            text(&context.step),
        ],
        None => vec![told.record.started.to_string(), told.process.to_string()],
    };
    let container = match told.step {
        Step::Main => "main",
        Step::Post(_) => "post",
    };
    let target = target.map(|target| target.as_str().to_ascii_lowercase());
    let mut identity = run;
    identity.extend([container.to_owned(), target.unwrap_or_default()]);
    identity
}

fn parts<'a>(kind: &'a str, identity: &'a [String]) -> Vec<&'a str> {
    let identity = identity.iter().map(String::as_str);
    std::iter::once(kind).chain(identity).collect()
}
