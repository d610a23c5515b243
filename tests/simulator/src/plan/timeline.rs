//! When everything happens: a pure function of a plan, its start and its cancellations.

use std::{collections::HashMap, time::Duration};

use super::{DeploymentPlan, ResourcePlan, durations::fraction};

/// Provisioning states, of deployments and of their operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Taken, not begun.
    Accepted,
    /// Under way.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Ended by request.
    Canceled,
}

impl State {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

/// From `Accepted` to `Running`.
const ACCEPTED: Duration = Duration::from_secs(2);
/// Between the end of a resource and the start of what depends on it.
const GAP: Duration = Duration::from_secs(1);
/// Longest pause before a resource that waits for nothing.
const STAGGER: Duration = Duration::from_secs(3);
/// From a cancel request to the state `Canceled`.
const CANCELING: Duration = Duration::from_secs(2);
/// Evaluation of the outputs at the end.
const OUTPUTS: Duration = Duration::from_millis(1_742);

/// The times of one deployment, counted from the simulator's start.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    pub(crate) start: Duration,
    pub(crate) end: Duration,
    pub(crate) end_state: State,
    /// One for each resource of the plan; `None` for those that never start.
    pub(crate) spans: Vec<Option<Span>>,
    /// When the outputs begin to be evaluated, if they ever are.
    pub(crate) outputs_from: Option<Duration>,
}

/// The times of one resource.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) start: Duration,
    pub(crate) end: Duration,
    pub(crate) end_state: State,
    pub(crate) nested: Option<Timeline>,
}

impl Timeline {
    /// The deployment's state at a moment after its start.
    pub(crate) fn state(&self, now: Duration) -> State {
        if now >= self.end {
            self.end_state
        } else if now < self.start + ACCEPTED {
            State::Accepted
        } else {
            State::Running
        }
    }

    /// The latest moment at which something changed.
    pub(crate) fn last_change(&self, now: Duration) -> Duration {
        let spans = self
            .spans
            .iter()
            .flatten()
            .flat_map(|span| [span.start, span.end]);
        let moments = spans.chain([self.start, self.start + ACCEPTED, self.end]);
        moments
            .filter(|moment| *moment <= now.min(self.end))
            .max()
            .unwrap_or(self.start)
    }
}

impl Span {
    pub(crate) fn state(&self, now: Duration) -> State {
        if now >= self.end {
            self.end_state
        } else {
            State::Running
        }
    }
}

/// What can change a schedule after it began.
pub(crate) struct Circumstances<'a> {
    /// When deployments were cancelled, by lower-case id.
    pub(crate) cancellations: &'a HashMap<String, Duration>,
    /// How long a nested deployment goes on after the one around it is cancelled.
    pub(crate) cancel_lag: Duration,
    pub(crate) seed: u64,
}

/// Computes the times of a deployment and all below it.
pub(crate) fn schedule(
    plan: &DeploymentPlan,
    start: Duration,
    inherited: Option<Duration>,
    circumstances: &Circumstances<'_>,
) -> Timeline {
    let own = circumstances
        .cancellations
        .get(&plan.id.to_ascii_lowercase());
    let own = own.map(|at| *at + CANCELING);
    let canceled = [own, inherited].into_iter().flatten().min();
    let context = Context {
        plan,
        begin: start + ACCEPTED,
        canceled,
        circumstances,
    };
    let timeline = context.timeline(start);
    match canceled.filter(|at| *at < timeline.end) {
        Some(end) => Timeline {
            end,
            end_state: State::Canceled,
            outputs_from: None,
            ..timeline
        },
        None => timeline,
    }
}

struct Context<'a> {
    plan: &'a DeploymentPlan,
    begin: Duration,
    canceled: Option<Duration>,
    circumstances: &'a Circumstances<'a>,
}

impl Context<'_> {
    /// Outputs are evaluated when all resources are there.
    fn timeline(&self, start: Duration) -> Timeline {
        let spans = self.spans();
        let ends = spans.iter().flatten().map(|span| span.end);
        let last = ends.max().unwrap_or(self.begin) + GAP;
        if spans
            .iter()
            .flatten()
            .any(|span| span.end_state == State::Failed)
        {
            let end_state = State::Failed;
            return Timeline {
                start,
                end: last,
                end_state,
                spans,
                outputs_from: None,
            };
        }
        let end_state = if self.plan.outputs.is_ok() {
            State::Succeeded
        } else {
            State::Failed
        };
        Timeline {
            start,
            end: last + OUTPUTS,
            end_state,
            spans,
            outputs_from: Some(last),
        }
    }

    /// Goes round until every resource is settled: each round settles those whose dependencies
    /// are. The plan has no circles.
    fn spans(&self) -> Vec<Option<Span>> {
        let mut settled: Vec<Option<Option<Span>>> = vec![None; self.plan.resources.len()];
        while settled.iter().any(Option::is_none) {
            for (index, resource) in self.plan.resources.iter().enumerate() {
                let known = resource
                    .depends_on
                    .iter()
                    .all(|before| settled[*before].is_some());
                if settled[index].is_none() && known {
                    let before = resource.depends_on.iter().map(|at| settled[*at].as_ref());
                    let before: Vec<_> = before.map(|span| span.and_then(Option::as_ref)).collect();
                    settled[index] = Some(self.span(resource, &before));
                }
            }
        }
        settled.into_iter().map(Option::flatten).collect()
    }

    fn span(&self, resource: &ResourcePlan, before: &[Option<&Span>]) -> Option<Span> {
        let mut start = self.begin
            + STAGGER.mul_f64(fraction(
                self.circumstances.seed,
                &format!("{}/start", resource.id),
            ));
        for span in before {
            let span = span.filter(|span| span.end_state == State::Succeeded)?;
            start = start.max(span.end + GAP);
        }
        if self.canceled.is_some_and(|at| at <= start) {
            return None;
        }
        let span = match (&resource.nested, &resource.failure) {
            (Some(nested), None) => self.nested(nested, start),
            (_, Some(_)) => self.plain(resource, start, State::Failed),
            (None, None) => self.plain(resource, start, State::Succeeded),
        };
        Some(self.cut(span))
    }

    fn plain(&self, resource: &ResourcePlan, start: Duration, end_state: State) -> Span {
        Span {
            start,
            end: start + resource.duration,
            end_state,
            nested: None,
        }
    }

    /// A nested deployment that is cancelled counts as failed in the one around it.
    fn nested(&self, plan: &DeploymentPlan, start: Duration) -> Span {
        let inherited = self.canceled.map(|at| at + self.circumstances.cancel_lag);
        let timeline = schedule(plan, start, inherited, self.circumstances);
        let end_state = match timeline.end_state {
            State::Succeeded => State::Succeeded,
            _ => State::Failed,
        };
        Span {
            start,
            end: timeline.end + GAP,
            end_state,
            nested: Some(timeline),
        }
    }

    fn cut(&self, span: Span) -> Span {
        match self.canceled.filter(|at| *at < span.end) {
            Some(at) => Span {
                end: at,
                end_state: State::Canceled,
                ..span
            },
            None => span,
        }
    }
}
