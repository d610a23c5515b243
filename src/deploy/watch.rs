//! Following a deployment to its end.

use std::{cmp::Reverse, collections::HashSet, time::Duration};

use futures::{StreamExt, stream};

use super::{
    Ending,
    event::{Event, Resource},
    patience::Patience,
    run::Context,
    tree::Tree,
};
use crate::arm::{Answer, ArmError, Cause, Deployment, DeploymentId, Operation, ProvisioningState};

/// Time between two looks when nothing known is running any more.
const NEAR_THE_END: Duration = Duration::from_secs(5);
/// Shortest time between two looks, whatever Azure suggests.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// How long an accepted deployment may stay invisible.
const VISIBLE_WITHIN: Duration = Duration::from_secs(300);
/// Looks after the end for nested deployments that could not be read; then it is told without them.
const LAST_LOOKS: u32 = 3;
/// Nested deployments that are read at the same time.
const AT_ONCE: usize = 8;

/// Looks at a deployment again and again, and tells what changed.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    context: Context<'a>,
    poll_interval: Duration,
    id: DeploymentId,
    tree: Tree,
    state: ProvisioningState,
    /// The deployment was found at least once: from then on, 404 means that it was deleted.
    seen: bool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(context: Context<'a>, poll_interval: Duration, id: DeploymentId) -> Self {
        Self {
            context,
            poll_interval,
            tree: Tree::new(id.clone()),
            id,
            state: ProvisioningState::default(),
            seen: false,
        }
    }

    /// The deployment and those within it that are running now, as far as known.
    pub(crate) fn active(&self) -> Vec<DeploymentId> {
        let mut active = self.tree.active();
        active.insert(0, self.id.clone());
        active
    }

    /// The deployments within it, ended or not.
    pub(crate) fn nested(&self) -> Vec<DeploymentId> {
        self.tree.nested()
    }

    /// Where the deployment stood at the last look.
    pub(crate) fn state(&self) -> &ProvisioningState {
        &self.state
    }

    /// Follows the deployment to its end.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    pub(crate) async fn follow(&mut self, patience: &mut Patience<'_>) -> Result<Ending, ArmError> {
        let mut last_looks = 0;
        loop {
            let answer = self.look(patience).await?;
            if self.state.is_terminal() {
                last_looks += 1;
                if self.tree.open().is_empty() || last_looks == LAST_LOOKS {
                    return Ok(self.end(answer.value));
                }
            }
            self.context
                .clock
                .sleep(self.wait(answer.retry_after))
                .await;
        }
    }

    /// One look: the state first, so that operations read after a final state are final too.
    ///
    /// # Errors
    /// What Azure says when the deployment cannot be followed any further.
    pub(crate) async fn look(
        &mut self,
        patience: &mut Patience<'_>,
    ) -> Result<Answer<Deployment>, ArmError> {
        let (arm, id) = (self.context.arm, self.id.clone());
        let (seen, late) = (self.seen, self.context.clock.elapsed() + VISIBLE_WITHIN);
        let passes = |error: &ArmError| match error.status() {
            Some(404) => !seen && self.context.clock.elapsed() < late,
            // The deployment itself may be changing our rights.
            Some(401 | 403) => true,
            _ => error.is_transient(),
        };
        let answer = patience
            .persist(passes, async || arm.deployment(&id).await)
            .await?;
        let operations = patience
            .persist(passes, async || arm.operations(&id).await)
            .await?;
        self.seen = true;
        let state = &answer.value.properties.provisioning_state;
        if !state.is_terminal() {
            self.note_state(state);
        }
        let mut changed = self.tree.absorb(&id, operations);
        changed.extend(self.look_inside(patience).await?);
        self.tell(changed);
        self.note_state(state);
        Ok(answer)
    }

    /// Reads the operations once and tells what changed, whatever the deployment's own state is.
    ///
    /// # Errors
    /// What Azure says when they cannot be read.
    pub(super) async fn glance(&mut self, patience: &mut Patience<'_>) -> Result<(), ArmError> {
        let id = self.id.clone();
        let operations = self.context.arm.operations(&id).await?;
        let mut changed = self.tree.absorb(&id, operations);
        changed.extend(self.look_inside(patience).await?);
        self.tell(changed);
        Ok(())
    }

    /// Whether everything that was seen has ended.
    pub(super) fn is_quiet(&self) -> bool {
        self.tree.is_quiet()
    }

    /// Whether no nested deployment is left to read.
    pub(super) fn is_all_read(&self) -> bool {
        self.tree.open().is_empty()
    }

    /// Why the resources that failed did so.
    pub(super) fn causes(&self) -> Vec<Cause> {
        self.tree.causes()
    }

    /// Reads the nested deployments that may have changed, level by level. What cannot be read now is read at the
    /// next look.
    async fn look_inside(
        &mut self,
        patience: &mut Patience<'_>,
    ) -> Result<Vec<Resource>, ArmError> {
        let mut changed = Vec::new();
        let mut tried = HashSet::new();
        loop {
            let mut level = self.tree.open();
            level.retain(|id| !tried.contains(id));
            if level.is_empty() {
                return Ok(changed);
            }
            tried.extend(level.iter().cloned());
            let mut throttled = None;
            for (id, answer) in self.read_all(level).await {
                match answer {
                    Ok(operations) => changed.extend(self.tree.absorb(&id, operations)),
                    // Not visible yet; or it ended before it began.
                    Err(error) if error.is_not_found() => {
                        changed.extend(self.tree.absorb(&id, Vec::new()))
                    }
                    Err(ArmError::SignIn(error)) if !error.is_transient() => {
                        return Err(error.into());
                    }
                    Err(error) if error.is_throttled() => throttled = Some(error),
                    Err(_) => {}
                }
            }
            if let Some(error) = throttled {
                patience.bear(&error).await;
            }
        }
    }

    async fn read_all(
        &self,
        ids: Vec<DeploymentId>,
    ) -> Vec<(DeploymentId, Result<Vec<Operation>, ArmError>)> {
        let arm = self.context.arm;
        let reads = ids.into_iter().map(|id| async move {
            let answer = arm.operations(&id).await;
            (id, answer)
        });
        stream::iter(reads).buffered(AT_ONCE).collect().await
    }

    fn note_state(&mut self, state: &ProvisioningState) {
        if self.state != *state {
            self.state = state.clone();
            self.context.events.emit(Event::StateChanged {
                state: state.clone(),
            });
        }
    }

    /// Tells what changed; the end of a nested deployment comes after that of what is in it.
    fn tell(&self, mut changed: Vec<Resource>) {
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

    /// Time until the next look: the poll interval, or less if Azure suggests it or the end is near.
    fn wait(&self, retry_after: Option<Duration>) -> Duration {
        let suggested = retry_after.map_or(self.poll_interval, |wait| wait.max(SHORTEST_WAIT));
        let near = if self.tree.is_quiet() {
            NEAR_THE_END
        } else {
            Duration::MAX
        };
        self.poll_interval.min(suggested).min(near)
    }

    fn end(&self, deployment: Deployment) -> Ending {
        let properties = deployment.properties;
        let succeeded = properties.provisioning_state.is_succeeded();
        if succeeded || !properties.outputs.is_empty() {
            self.context
                .events
                .emit(Event::OutputsRead(properties.outputs));
        }
        if succeeded {
            return Ending::Succeeded;
        }
        // The whole knows what no operation tells, as when outputs cannot be evaluated.
        let mut causes = self.tree.causes();
        causes.extend(Cause::find(&properties.error));
        Ending::Failed {
            causes: Cause::merge(causes),
        }
    }
}
