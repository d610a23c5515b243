//! The progress of a deployment: its operations and those of the deployments nested in it, read as far as Azure shows
//! them. They decide nothing.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    time::Duration,
};

use futures::{StreamExt, stream};

use super::{
    Context,
    pace::{
        AT_ONCE, FIRST_PAUSE, HIDDEN_AFTER, HIDDEN_INTERVAL, LIST_WITHIN, MOST_DEPENDENCIES,
        PROGRESS_WITHIN,
    },
    retry::{Purpose, Retry},
    schedule::{Load, Schedule},
    siblings::Siblings,
    tree::{Activity, Tree},
};
use crate::{
    arm::{ArmError, Cause, Dependencies, DeploymentId, Operation},
    event::{Event, Resource},
};

/// The action that a role must allow, so that operations can be read.
const READ_OPERATIONS: &str = "Microsoft.Resources/deployments/operations/read";

/// What is known of the operations of one deployment and of those nested in it.
pub(super) struct Progress<'a> {
    context: Context<'a>,
    poll_interval: Duration,
    root: DeploymentId,
    tree: Tree,
    schedule: Schedule,
    siblings: Siblings,
    /// Deployments whose operations could not be read at the last attempt.
    hidden: HashMap<DeploymentId, Hidden>,
    /// What changed and is not told yet.
    changed: Vec<Resource>,
    /// Nothing could be read at the last attempt, for want of a token.
    is_blind: bool,
    /// How many deployments were asked for their dependencies.
    asked: usize,
}

/// Failed attempts to read the operations of one deployment.
#[derive(Debug, Default)]
struct Hidden {
    attempts: u32,
    /// Whether the next attempt may succeed by itself.
    is_transient: bool,
    /// When to try again, on the run's clock.
    again_at: Duration,
}

/// Which deployments are read.
#[derive(Clone, Copy, Debug)]
enum Reads {
    /// Those whose time has come.
    Due,
    /// All that may show something new.
    All,
}

impl<'a> Progress<'a> {
    pub(super) fn new(context: Context<'a>, poll_interval: Duration, root: DeploymentId) -> Self {
        Self {
            context,
            poll_interval,
            tree: Tree::new(root.clone()),
            schedule: Schedule::new(poll_interval),
            siblings: Siblings::default(),
            root,
            hidden: HashMap::new(),
            changed: Vec::new(),
            is_blind: false,
            asked: 0,
        }
    }

    /// Takes note of what the resources of the deployment itself wait for.
    pub(super) fn learn(&mut self, dependencies: &Dependencies) {
        if !dependencies.is_empty() || !self.tree.knows_dependencies(&self.root) {
            let root = self.root.clone();
            self.note_dependencies(&root, dependencies.clone());
        }
    }

    fn note_dependencies(&mut self, deployment: &DeploymentId, dependencies: Dependencies) {
        if self.tree.learn(deployment, &dependencies) {
            self.context.events.emit(Event::DependenciesRead {
                deployment: deployment.as_str().to_owned(),
                dependencies,
            });
        }
    }

    /// The deployment whose operations these are.
    pub(super) fn root(&self) -> &DeploymentId {
        &self.root
    }

    /// Reads what is due, and keeps what changed until it is told. What cannot be read now is read later. Returns how
    /// long Azure wants us to wait now.
    pub(super) async fn read_due(&mut self, retry: &mut Retry<'_>) -> Duration {
        self.read(Reads::Due, retry).await
    }

    /// Reads everything that may have changed, as [`Progress::read_due`] does.
    pub(super) async fn read_all(&mut self, retry: &mut Retry<'_>) -> Duration {
        self.read(Reads::All, retry).await
    }

    async fn read(&mut self, reads: Reads, retry: &mut Retry<'_>) -> Duration {
        let clock = self.context.clock;
        // Each answer is taken in when it comes, so nothing is lost if the time is up.
        let read = clock.timeout(PROGRESS_WITHIN, self.read_levels(reads, retry));
        let pause = read.await.unwrap_or_default();
        let busy = self.schedule.busy(&self.tree, clock.elapsed());
        self.siblings.forget_unwanted(&busy);
        pause
    }

    /// When operations are read next.
    pub(super) fn next_read(&self) -> Duration {
        let now = self.context.clock.elapsed();
        let load = self.load(now);
        let unfinished = self.tree.unfinished().into_iter();
        let due = unfinished.map(|id| self.due(&id, now, load));
        let busy = self.schedule.busy(&self.tree, now);
        let list = self.siblings.next(&busy, load.scarcity());
        due.chain([list]).min().unwrap_or(Duration::MAX)
    }

    /// How long after it was seen the state of the whole is asked for again.
    pub(super) fn state_interval(&self) -> Duration {
        let now = self.context.clock.elapsed();
        let activity = match self.is_blind || self.hidden.contains_key(&self.root) {
            true => Activity::Unknown,
            false => self.tree.activity(&self.root, now),
        };
        let load = self.load(now);
        (self.schedule).state_interval(activity, &self.siblings, now, load)
    }

    /// Whether something changed that is not told yet.
    pub(super) fn has_news(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Whether everything was read that can be known after the end.
    pub(super) fn is_complete(&self) -> bool {
        self.tree.open().is_empty() && !self.hidden.contains_key(&self.root)
    }

    /// Whether another attempt may tell more: something is missing that Azure does not refuse to show.
    pub(super) fn may_complete(&self) -> bool {
        let may = |id: &DeploymentId| {
            let hidden = self.hidden.get(id);
            hidden.is_none_or(|hidden| hidden.is_transient || hidden.attempts < HIDDEN_AFTER)
        };
        !self.is_complete() && (may(&self.root) || self.tree.open().iter().any(may))
    }

    /// The deployments within it that are running now, as far as known.
    pub(super) fn active(&self) -> Vec<DeploymentId> {
        self.tree.active()
    }

    /// The deployments within it, ended or not.
    pub(super) fn nested(&self) -> Vec<DeploymentId> {
        self.tree.nested()
    }

    /// Why the resources that failed did so.
    pub(super) fn causes(&self) -> Vec<Cause> {
        self.tree.causes()
    }

    /// Names of the deployments whose last operations are not known, and that nothing was said of so far.
    pub(super) fn missing_unsaid(&self) -> Vec<String> {
        self.missing_where(|hidden| hidden.is_none_or(|hidden| hidden.attempts < HIDDEN_AFTER))
    }

    /// Names of the deployments whose last operations are not known.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing_where(|_| true)
    }

    fn missing_where(&self, is_meant: impl Fn(Option<&Hidden>) -> bool) -> Vec<String> {
        let mut missing: Vec<_> = (self.tree.open().iter())
            .filter(|id| is_meant(self.hidden.get(id)))
            .map(|id| self.tree.path(id).join(" › "))
            .collect();
        let root = self.hidden.get(&self.root);
        if root.is_some() && is_meant(root) {
            missing.insert(0, self.root.name().to_owned());
        }
        missing
    }

    /// Level by level: the operations of one level name the deployments of the next.
    async fn read_levels(&mut self, reads: Reads, retry: &mut Retry<'_>) -> Duration {
        if let Reads::Due = reads {
            self.read_lists().await;
        }
        let mut tried = HashSet::new();
        loop {
            let now = self.context.clock.elapsed();
            let load = self.load(now);
            let mut level = self.tree.unfinished();
            level.retain(|id| !tried.contains(id) && self.is_wanted(reads, id, now, load));
            if level.is_empty() {
                return Duration::ZERO;
            }
            tried.extend(level.iter().cloned());
            if let Some(error) = self.read_level(level).await {
                return retry.failed(Purpose::Progress, &error);
            }
            retry.succeeded(Purpose::Progress);
        }
    }

    /// Reads the lists of running deployments that show in which of many something has changed.
    async fn read_lists(&mut self) {
        let (arm, clock) = (self.context.arm, self.context.clock);
        let now = clock.elapsed();
        let busy = self.schedule.busy(&self.tree, now);
        let scarcity = self.load(now).scarcity();
        for id in self.siblings.due(&busy, now, scarcity) {
            self.siblings.note_asked(&id, clock.elapsed());
            let list = clock.timeout(LIST_WITHIN, arm.running_beside(&id)).await;
            let list = match list {
                Ok(Ok(list)) => list,
                Ok(Err(error)) => {
                    self.siblings.note_failed(&id, &error);
                    continue;
                }
                Err(_) => {
                    self.siblings.note_refused(&id);
                    continue;
                }
            };
            let (now, open) = (clock.elapsed(), self.tree.unfinished());
            for ended in self.siblings.note(&id, now, list, open) {
                self.siblings.suggest(self.tree.around(&ended), now);
            }
        }
    }

    fn is_wanted(&self, reads: Reads, id: &DeploymentId, now: Duration, load: Load) -> bool {
        match reads {
            Reads::Due => self.due(id, now, load) <= now,
            Reads::All => self.hidden_until(id) <= now,
        }
    }

    fn load(&self, now: Duration) -> Load {
        let remaining = self.context.arm.remaining_reads();
        (self.schedule).load(&self.tree, &self.siblings, now, remaining)
    }

    /// When the operations of a deployment are read next.
    fn due(&self, id: &DeploymentId, now: Duration, load: Load) -> Duration {
        let due = (self.schedule).due(&self.tree, &self.siblings, id, now, load);
        due.max(self.hidden_until(id))
    }

    /// Until when it makes no sense to ask for operations that could not be read.
    fn hidden_until(&self, id: &DeploymentId) -> Duration {
        let hidden = self.hidden.get(id);
        hidden.map_or(Duration::ZERO, |hidden| hidden.again_at)
    }

    /// Reads the operations of several deployments; returns the error that asks us to slow down, if one does.
    async fn read_level(&mut self, level: Vec<DeploymentId>) -> Option<ArmError> {
        let (arm, clock) = (self.context.arm, self.context.clock);
        for id in &level {
            self.schedule.note(id, clock.elapsed(), None);
        }
        let mut left = MOST_DEPENDENCIES.saturating_sub(self.asked);
        let reads: Vec<_> = level
            .into_iter()
            .map(|id| {
                let is_asked = left > 0 && !self.tree.knows_dependencies(&id);
                left -= usize::from(is_asked);
                async move {
                    let answer = arm.operations(&id).await;
                    // One resource alone waits for none.
                    let several = (answer.as_ref()).is_ok_and(|list| list.items.len() > 1);
                    let dependencies = match several && is_asked {
                        true => Some(arm.dependencies(&id).await),
                        false => None,
                    };
                    (id, answer, dependencies)
                }
            })
            .collect();
        let mut answers = stream::iter(reads).buffered(AT_ONCE);
        let mut throttled = None;
        while let Some((id, answer, dependencies)) = answers.next().await {
            if let Some(dependencies) = dependencies {
                self.asked += 1;
                match dependencies {
                    Ok(dependencies) => self.note_dependencies(&id, dependencies),
                    // Only times and the chain are less exact without them: they are not asked for again.
                    Err(_) => {
                        self.tree.learn(&id, &Dependencies::default());
                    }
                }
            }
            self.is_blind = matches!(answer, Err(ArmError::SignIn(_)));
            match answer {
                Ok(list) => {
                    self.schedule.note(&id, clock.elapsed(), Some(list.cost));
                    self.take_in(&id, list.items);
                }
                Err(error) if error.is_throttled() => throttled = Some(error),
                // Not visible yet, ended before it began, or no longer in Azure's history.
                Err(error) if error.is_not_found() && id != self.root => {
                    self.take_in(&id, Vec::new());
                }
                // The state cannot be asked for either, which is told there.
                Err(ArmError::SignIn(_)) => {}
                Err(error) => self.note_hidden(id, &error),
            }
        }
        throttled
    }

    fn take_in(&mut self, id: &DeploymentId, operations: Vec<Operation>) {
        self.hidden.remove(id);
        let now = self.context.clock.elapsed();
        let is_known = self.tree.activity(id, now) != Activity::Unknown;
        let changed = self.tree.absorb(id, operations, now);
        let has_changed = is_known && !changed.is_empty();
        let last_end = self.tree.last_end(id);
        self.siblings.note_read(id, last_end, has_changed);
        self.changed.extend(changed);
    }

    /// Notes that operations could not be read, and tells that after several attempts. Azure is asked for them ever
    /// more rarely: a role that lacks the right will hardly get it.
    fn note_hidden(&mut self, id: DeploymentId, error: &ArmError) {
        let now = self.context.clock.elapsed();
        let path = self.tree.path(&id);
        let hidden = self.hidden.entry(id).or_default();
        hidden.attempts += 1;
        hidden.is_transient = error.is_transient() || error.is_blocked();
        let interval = match hidden.attempts.checked_sub(HIDDEN_AFTER) {
            Some(more) if !hidden.is_transient => self
                .poll_interval
                .saturating_mul(2_u32.saturating_pow(more)),
            _ if hidden.is_transient => {
                let doubled = 2_u32.saturating_pow(hidden.attempts - 1);
                FIRST_PAUSE.saturating_mul(doubled).min(self.poll_interval)
            }
            _ => Duration::ZERO,
        };
        hidden.again_at = now + interval.min(HIDDEN_INTERVAL);
        if hidden.attempts == HIDDEN_AFTER {
            self.context.events.emit(Event::ProgressHidden {
                path,
                reason: error.to_string(),
                missing: (error.status() == Some(403) && error.is_denied())
                    .then_some(READ_OPERATIONS.into()),
            });
        }
    }

    /// Takes back what changed and is not told: it may have happened in another deployment of the same name.
    pub(super) fn take_back(&mut self) {
        self.tree.revert();
        self.changed.clear();
    }

    /// Tells what changed; the end of a nested deployment comes after that of what is in it.
    pub(super) fn tell(&mut self) {
        self.tree.settle();
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_by_key(|resource| {
            let closes = resource.is_deployment() && resource.state.is_terminal();
            closes.then_some(Reverse(resource.path.len()))
        });
        if !changed.is_empty() {
            let (done, known) = self.tree.count();
            self.context.events.emit(Event::Progressed {
                changed,
                done,
                known,
            });
        }
    }
}
