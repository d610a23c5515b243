//! Following a deployment or stack to its end: its state decides, its operations are progress.

mod end;

use std::time::Duration;

use super::{
    Context,
    pace::{
        NEAR_THE_END, REPLACED_AFTER, SHORTEST_WAIT, STATE_AT_LEAST, STATE_WITHIN, Tolerance,
        VISIBLE_WITHIN, WATCH_CLOSELY,
    },
    progress::Progress,
    retry::{Purpose, Retry},
    stage::Ours,
};
use crate::{
    arm::{
        ArmError, Cause, Correlation, DeploymentId, Location, ProvisioningState, Snapshot, Target,
    },
    event::Event,
};

/// How following came to its end.
#[derive(Debug)]
pub(super) enum Followed {
    /// The deployment or stack has ended.
    Ended(Box<Snapshot>),
    /// Another submission of its name took its place; how ours ended was not seen.
    Replaced {
        /// The other submission.
        by: Correlation,
    },
}

/// What one look found.
enum Look {
    /// Our own, as it stands now.
    Ours(Box<Snapshot>),
    /// Our own goes on; no more is known.
    Going(ProvisioningState),
    /// Nothing was told, and Azure does not want to be asked for more yet.
    Nothing,
    /// Another submission's. It may be a stale view, or have taken the place of ours.
    Other,
    /// Another submission has taken the place of ours.
    Replaced { by: Correlation },
}

/// Polls a deployment or stack, and tells what changed.
pub(super) struct Watch<'a> {
    context: Context<'a>,
    poll_interval: Duration,
    target: Target,
    /// Whose submission is followed; everybody else's is none of our business.
    ours: Correlation,
    /// The deployment of a stack's earlier change, which the stack names until it has a new one.
    earlier: Option<DeploymentId>,
    state: ProvisioningState,
    /// Our own was seen at least once.
    is_seen: bool,
    /// Since when another submission is shown instead.
    other_since: Option<Duration>,
    /// Where the state of our own submission can be asked for in a few bytes, unless Azure refuses that.
    status: Option<Location>,
    /// It told an end once that the deployment itself did not show then.
    is_end_told: bool,
    /// When the state was asked for, and when all that Azure shows beside it.
    asked_at: Option<Duration>,
    shown_at: Option<Duration>,
    /// Azure does not want to be asked for all of it before.
    not_before: Duration,
    /// Azure does not want to be asked for operations before.
    no_reads_before: Duration,
    progress: Option<Progress<'a>>,
    /// How ours ended, from the moment that is known.
    ended: Option<Box<Snapshot>>,
    /// The submission that took the place of ours, from the moment that is certain.
    replaced_by: Option<Correlation>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        context: Context<'a>,
        poll_interval: Duration,
        target: Target,
        ours: Ours,
        earlier: Option<DeploymentId>,
    ) -> Self {
        let root = match &target {
            Target::Deployment(id) => Some(id.clone()),
            Target::Stack(_) => None,
        };
        Self {
            context,
            poll_interval,
            target,
            ours: ours.correlation,
            earlier,
            state: ProvisioningState::default(),
            is_seen: ours.is_shown,
            other_since: None,
            status: ours.status,
            is_end_told: false,
            asked_at: None,
            shown_at: None,
            not_before: Duration::ZERO,
            no_reads_before: Duration::ZERO,
            progress: root.map(|root| Progress::new(context, poll_interval, root)),
            ended: None,
            replaced_by: None,
        }
    }

    /// Whose submission is followed.
    pub(super) fn ours(&self) -> &Correlation {
        &self.ours
    }

    /// How ours ended, if that is known, although the last operations may not be read yet.
    pub(super) fn ended(&self) -> Option<&Snapshot> {
        self.ended.as_deref()
    }

    /// The submission that took the place of ours, if that is certain.
    pub(super) fn replaced_by(&self) -> Option<&Correlation> {
        self.replaced_by.as_ref()
    }

    /// The deployments within it that are running now, as far as known.
    pub(super) fn active(&self) -> Vec<DeploymentId> {
        let progress = self.progress.as_ref();
        progress.map(Progress::active).unwrap_or_default()
    }

    /// The deployments within it, ended or not.
    pub(super) fn nested(&self) -> Vec<DeploymentId> {
        let progress = self.progress.as_ref();
        progress.map(Progress::nested).unwrap_or_default()
    }

    /// Why the resources that failed did so.
    pub(super) fn causes(&self) -> Vec<Cause> {
        let progress = self.progress.as_ref();
        progress.map(Progress::causes).unwrap_or_default()
    }

    /// Follows it to its end.
    ///
    /// # Errors
    /// What Azure says when it cannot be followed any further.
    pub(super) async fn follow(&mut self, retry: &mut Retry<'_>) -> Result<Followed, ArmError> {
        loop {
            if let Some(followed) = self.look_around(retry).await? {
                return Ok(followed);
            }
            let clock = self.context.clock;
            let pause = self.next_look().saturating_sub(clock.elapsed());
            clock.sleep(pause.max(SHORTEST_WAIT)).await;
        }
    }

    /// Reads the operations that are due, and the state if that is due or something changed: what happened is told
    /// only when it is certain whose deployment it happened in.
    async fn look_around(&mut self, retry: &mut Retry<'_>) -> Result<Option<Followed>, ArmError> {
        let clock = self.context.clock;
        if self.is_shown() && self.no_reads_before <= clock.elapsed() {
            self.read_operations(retry).await;
        }
        if self.next_question() > clock.elapsed() {
            return Ok(None);
        }
        match self.look(retry).await? {
            Look::Replaced { by } => return Ok(Some(Followed::Replaced { by })),
            Look::Other | Look::Nothing => {}
            Look::Going(state) => {
                self.note_state(&state);
                self.tell();
            }
            Look::Ours(snapshot) if snapshot.state.is_terminal() => {
                return Ok(Some(self.end(snapshot, retry).await));
            }
            Look::Ours(snapshot) => {
                self.learn(&snapshot);
                self.note_state(&snapshot.state);
                self.tell();
            }
        }
        Ok(None)
    }

    /// Reads once all that is known of it, so that what is running within it is known.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    pub(super) async fn poll(&mut self, retry: &mut Retry<'_>) -> Result<(), ArmError> {
        if let Look::Ours(snapshot) = self.ask(retry).await? {
            self.learn(&snapshot);
            if !snapshot.state.is_terminal() {
                self.note_state(&snapshot.state);
            }
            self.read_all(retry).await;
        }
        Ok(())
    }

    /// Finds out how ours stands, in the cheapest way that answers that.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    async fn look(&mut self, retry: &mut Retry<'_>) -> Result<Look, ArmError> {
        self.asked_at = Some(self.context.clock.elapsed());
        if self.is_all_due() {
            return self.ask(retry).await;
        }
        match self.ask_for_state(retry).await {
            Some(state) if !state.is_terminal() => return Ok(Look::Going(state)),
            // Its end is not waited for, unless the deployment does not show it.
            Some(_) if !std::mem::replace(&mut self.is_end_told, true) => {}
            _ if self.context.clock.elapsed() < self.not_before => return Ok(Look::Nothing),
            _ => {}
        }
        self.ask(retry).await
    }

    /// The state of our own submission, if Azure tells that: a few bytes, whatever its name carries.
    async fn ask_for_state(&mut self, retry: &mut Retry<'_>) -> Option<ProvisioningState> {
        let asking = self.context.arm.status(self.status.as_ref()?);
        let answer = self.context.clock.timeout(STATE_WITHIN, asking).await;
        match answer {
            Ok(Ok(answer)) => {
                retry.succeeded(Purpose::Read);
                return Some(answer.value.status);
            }
            Ok(Err(error)) if error.is_transient() => retry.wait_after(Purpose::Read, &error).await,
            // It hits the deployment's own request as well.
            Ok(Err(error)) if error.status().is_none() => {}
            // Azure does not tell it this way: the deployment itself is asked for from now on.
            _ => self.status = None,
        }
        None
    }

    /// Reads the deployment or stack once it can be read, and whose it is.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    async fn ask(&mut self, retry: &mut Retry<'_>) -> Result<Look, ArmError> {
        let answer = retry.read(&self.target, &Tolerance::READ).await?;
        let now = self.context.clock.elapsed();
        self.asked_at = Some(now);
        self.not_before = now + answer.retry_after.unwrap_or_default();
        if answer.value.correlation == self.ours {
            self.shown_at = Some(now);
            self.is_seen = true;
            self.other_since = None;
            return Ok(Look::Ours(Box::new(answer.value)));
        }
        if let Some(progress) = &mut self.progress {
            progress.take_back();
        }
        let since = *self.other_since.get_or_insert(now);
        let limit = if self.is_seen {
            REPLACED_AFTER
        } else {
            VISIBLE_WITHIN
        };
        if now - since < limit {
            return Ok(Look::Other);
        }
        let by = answer.value.correlation;
        self.replaced_by = Some(by.clone());
        self.context.events.emit(Event::Replaced { by: by.clone() });
        Ok(Look::Replaced { by })
    }

    /// Whether ours was shown at the last look, so that its name carries its operations.
    fn is_shown(&self) -> bool {
        self.shown_at.is_some() && self.other_since.is_none()
    }

    /// Whether the state alone is not enough, as all that Azure shows was not asked for lately.
    fn is_all_due(&self) -> bool {
        let is_old = |at| self.context.clock.elapsed() - at >= STATE_AT_LEAST;
        self.status.is_none() || !self.is_shown() || self.shown_at.is_some_and(is_old)
    }

    /// When the state is asked for next.
    fn next_question(&self) -> Duration {
        let Some(asked_at) = self.asked_at else {
            return Duration::ZERO;
        };
        let progress = self.progress.as_ref();
        let interval = match progress {
            _ if !self.is_shown() => NEAR_THE_END.min(self.poll_interval),
            None => WATCH_CLOSELY.min(self.poll_interval),
            Some(progress) if progress.has_news() => Duration::ZERO,
            Some(progress) => progress.state_interval(),
        };
        let due = asked_at + interval;
        if self.is_all_due() {
            due.max(self.not_before)
        } else {
            due
        }
    }

    /// When something is asked for next.
    fn next_look(&self) -> Duration {
        let question = self.next_question();
        match &self.progress {
            Some(progress) if self.is_shown() => {
                question.min(progress.next_read().max(self.no_reads_before))
            }
            _ => question,
        }
    }

    async fn read_operations(&mut self, retry: &mut Retry<'_>) {
        if let Some(progress) = &mut self.progress {
            let pause = progress.read_due(retry).await;
            self.no_reads_before = self.context.clock.elapsed() + pause;
        }
    }

    /// Reads and tells everything that can be known now; returns how long Azure wants us to wait then.
    async fn read_all(&mut self, retry: &mut Retry<'_>) -> Duration {
        let Some(progress) = &mut self.progress else {
            return Duration::ZERO;
        };
        let pause = progress.read_all(retry).await;
        progress.tell();
        pause
    }

    fn tell(&mut self) {
        if let Some(progress) = &mut self.progress {
            progress.tell();
        }
    }

    /// Takes note of what Azure shows of ours beside its state.
    fn learn(&mut self, snapshot: &Snapshot) {
        self.find_root(snapshot);
        if let (Some(progress), Some(dependencies)) = (&mut self.progress, &snapshot.dependencies) {
            progress.learn(dependencies);
        }
    }

    /// The deployment of a stack is not known from the start, and is none that an earlier change left behind.
    fn find_root(&mut self, snapshot: &Snapshot) {
        let Some(root) = &snapshot.progress else {
            return;
        };
        let is_earlier = self.earlier.as_ref() == Some(root);
        let known = self.progress.as_ref().map(Progress::root);
        if !is_earlier && known != Some(root) {
            let progress = Progress::new(self.context, self.poll_interval, root.clone());
            self.progress = Some(progress);
        }
    }

    fn note_state(&mut self, state: &ProvisioningState) {
        if self.state != *state {
            self.state = state.clone();
            self.context.events.emit(Event::StateChanged {
                state: state.clone(),
            });
        }
    }
}
