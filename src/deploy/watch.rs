//! Following a deployment or stack to its end: its state decides, its operations are progress.

use std::time::Duration;

use super::{
    Context,
    pace::{
        LAST_READS_WITHIN, NEAR_THE_END, REPLACED_AFTER, ROLLBACK_BEGINS_WITHIN, SHORTEST_WAIT,
        Tolerance, VISIBLE_WITHIN,
    },
    progress::Progress,
    retry::Retry,
    stage::Ours,
};
use crate::{
    arm::{
        ArmError, Cause, Correlation, DeploymentId, ProvisioningState, Redeployment, Snapshot,
        Target,
    },
    event::Event,
};

/// What Azure repeats because the deployment failed, unless that has ended.
fn pending_rollback(shown: &Snapshot) -> Option<&Redeployment> {
    let rollback = shown.rollback.as_ref().filter(|_| shown.state.is_failed());
    rollback.filter(|rollback| !rollback.state.is_terminal())
}

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
    /// Our own, as it stands now, and how soon Azure wants to be asked again.
    Ours(Box<Snapshot>, Option<Duration>),
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
        let clock = self.context.clock;
        loop {
            let look = self.look(retry).await?;
            let (suggested, pause) = match look {
                Look::Replaced { by } => return Ok(Followed::Replaced { by }),
                Look::Ours(snapshot, retry_after) => {
                    self.note_running(&snapshot.state);
                    let pause = self.read_progress(&snapshot, retry).await;
                    self.note_state(&snapshot.state);
                    if snapshot.state.is_terminal() {
                        self.ended = Some(snapshot.clone());
                        self.read_the_rest(&snapshot, pause, retry).await;
                        let snapshot = self.follow_rollback(snapshot, retry).await;
                        return Ok(Followed::Ended(snapshot));
                    }
                    (retry_after, pause)
                }
                Look::Other => (None, Duration::ZERO),
            };
            clock.sleep(self.interval(suggested).max(pause)).await;
        }
    }

    /// Polls once, so that what is running within it is known.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    pub(super) async fn poll(&mut self, retry: &mut Retry<'_>) -> Result<(), ArmError> {
        if let Look::Ours(snapshot, _) = self.look(retry).await? {
            self.note_running(&snapshot.state);
            self.read_progress(&snapshot, retry).await;
        }
        Ok(())
    }

    /// Reads the state once it can be read, and whose it is.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    async fn look(&mut self, retry: &mut Retry<'_>) -> Result<Look, ArmError> {
        let answer = retry.read(&self.target, &Tolerance::READ).await?;
        if answer.value.correlation == self.ours {
            self.is_seen = true;
            self.other_since = None;
            return Ok(Look::Ours(Box::new(answer.value), answer.retry_after));
        }
        let now = self.context.clock.elapsed();
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

    /// Reads the operations, and returns how long Azure wants us to wait then. The state was read before, so that
    /// operations read after a final state are final too.
    async fn read_progress(&mut self, snapshot: &Snapshot, retry: &mut Retry<'_>) -> Duration {
        self.find_root(snapshot);
        match &mut self.progress {
            Some(progress) => {
                if let Some(dependencies) = &snapshot.dependencies {
                    progress.learn(dependencies);
                }
                progress.read(retry).await
            }
            None => Duration::ZERO,
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

    /// After the end, reads what could not be read before; tells what stays unknown.
    async fn read_the_rest(&mut self, snapshot: &Snapshot, pause: Duration, retry: &mut Retry<'_>) {
        let Some(progress) = &mut self.progress else {
            return;
        };
        let (clock, events) = (self.context.clock, self.context.events);
        // Causes are worth more patience than progress.
        let limit = if snapshot.state.is_succeeded() {
            LAST_READS_WITHIN / 4
        } else {
            LAST_READS_WITHIN
        };
        let (until, mut pause) = (clock.elapsed() + limit, pause);
        while progress.may_complete() && clock.elapsed() < until {
            clock.sleep(pause.max(NEAR_THE_END)).await;
            pause = progress.read(retry).await;
        }
        // After a failure, causes may be missing, which is worth another word.
        let missing = match snapshot.state.is_succeeded() {
            true => progress.missing_unsaid(),
            false => progress.missing(),
        };
        if !missing.is_empty() {
            let message = format!(
                "the last operations of {} could not be read, so resources or causes may be missing here",
                missing.join(", ")
            );
            events.emit(Event::Warned { message });
        }
    }

    /// Follows what Azure repeats after a failure, as long as it shows that, and returns what it showed last.
    async fn follow_rollback(
        &mut self,
        failed: Box<Snapshot>,
        retry: &mut Retry<'_>,
    ) -> Box<Snapshot> {
        let clock = self.context.clock;
        let (mut shown, since) = (failed, clock.elapsed());
        let mut told = ProvisioningState::default();
        while let Some(rollback) = pending_rollback(&shown) {
            let has_begun = !rollback.state.as_str().is_empty();
            if !has_begun && clock.elapsed() - since > ROLLBACK_BEGINS_WITHIN {
                break;
            }
            if rollback.state != told {
                told = rollback.state.clone();
                self.context
                    .events
                    .emit(Event::RollbackSeen(rollback.clone()));
            }
            let wait = if has_begun {
                self.poll_interval
            } else {
                NEAR_THE_END
            };
            clock.sleep(wait).await;
            let read = retry.read(&self.target, &Tolerance::READ).await;
            match read.map(|answer| answer.value) {
                Ok(next) if next.correlation == self.ours && next.rollback.is_some() => {
                    shown = Box::new(next);
                    self.ended = Some(shown.clone());
                }
                // A stale view shows what was before; another submission ends what can be seen of ours.
                Ok(next) if next.correlation == self.ours => {}
                _ => break,
            }
        }
        shown
    }

    /// A state that is not final is told before what happened in it.
    fn note_running(&mut self, state: &ProvisioningState) {
        if !state.is_terminal() {
            self.note_state(state);
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

    /// Time until the next poll: the poll interval, or less if Azure suggests it or the end is near.
    fn interval(&self, suggested: Option<Duration>) -> Duration {
        let is_quiet = self.progress.as_ref().is_none_or(Progress::is_quiet);
        let longest = if is_quiet || self.other_since.is_some() {
            self.poll_interval.min(NEAR_THE_END)
        } else {
            self.poll_interval
        };
        match suggested {
            Some(wait) if wait > self.poll_interval => wait,
            Some(wait) => longest.min(wait.max(SHORTEST_WAIT)),
            None => longest,
        }
    }
}
