//! Deleting a stack, and following that to its end.

use std::time::Duration;

use serde_json::Value;

use super::{
    Context, Failure, Stage,
    causes::of_stack,
    job::DeletionRequest,
    pace::{
        FOREIGN_REFUSALS, GONE_AFTER, NEAR_THE_END, SETTLE_INTERVAL, SETTLED_WITHIN, SHORTEST_WAIT,
        SUBMIT_WITHIN, VISIBLE_WITHIN,
    },
    retry::{Purpose, Retry},
};
use crate::{
    arm::{Cause, Deletion, Location, ProvisioningState, StackId, Target},
    event::{Ending, Event, StackResources},
};

/// The deletion of a stack.
pub(super) struct Deleting<'a, 'r> {
    pub(super) context: Context<'a>,
    pub(super) id: &'a StackId,
    pub(super) target: &'a Target,
    pub(super) request: &'a DeletionRequest,
    pub(super) poll_interval: Duration,
    pub(super) retry: &'r mut Retry<'a>,
    pub(super) stage: &'r mut Stage,
}

/// What came of asking for the deletion.
pub(super) enum Asked {
    /// Azure is deleting the stack.
    Accepted(Option<Location>),
    /// There is no such stack.
    Absent,
}

/// What a look at a deletion found.
enum Found {
    Gone,
    /// It goes on, and Azure may suggest when to look again.
    Going(Option<Duration>),
    Failed(Value),
    Ended(Ending),
}

impl Deleting<'_, '_> {
    /// Has the stack deleted.
    ///
    /// # Errors
    /// Azure's refusal, or what was seen last when Azure is out of reach for too long.
    pub(super) async fn ask(&mut self) -> Result<Asked, Failure> {
        let Some(before) = self.retry.read_if_any(self.target).await? else {
            let message = "there is no stack of this name here, so there was nothing to delete";
            let message = message.to_owned();
            self.context.events.emit(Event::Warned { message });
            return Ok(Asked::Absent);
        };
        if let Some(properties) = &before.stack {
            self.context.events.emit(Event::StackRead(StackResources {
                managed: properties.resources.len(),
                ..StackResources::default()
            }));
        }
        let clock = self.context.clock;
        let asked = clock.timeout(SUBMIT_WITHIN, self.send()).await;
        let Ok(asked) = asked else {
            return Err(self.retry.give_up());
        };
        // What was given up is not over.
        if !matches!(asked, Err(Failure::GaveUp { .. })) {
            self.retry.succeeded(Purpose::Change);
        }
        let asked = asked?;
        self.enter(Stage::Ours(self.request.correlation.clone()));
        self.context.events.emit(Event::Submitted {
            recovered: false,
            correlation: self.request.correlation.clone(),
        });
        Ok(asked)
    }

    fn enter(&mut self, stage: Stage) {
        self.context.save(&stage);
        *self.stage = stage;
    }

    /// Asks until Azure accepts or refuses. DELETE is idempotent, so it is repeated where a `PUT` would be settled.
    async fn send(&mut self) -> Result<Asked, Failure> {
        let ours = &self.request.correlation;
        let mut uncertain = false;
        let mut foreign_refusals = 0;
        loop {
            self.enter(Stage::Sent(ours.clone()));
            let deleting = self
                .context
                .arm
                .delete_stack(self.id, &self.request.query, ours);
            let error = match deleting.await {
                Ok(Deletion::Accepted(location)) => return Ok(Asked::Accepted(location)),
                // It was there a moment ago.
                Ok(Deletion::Absent) => return Ok(Asked::Accepted(None)),
                Err(error) => error,
            };
            if uncertain && error.is_not_found() {
                return Ok(Asked::Accepted(None));
            }
            if uncertain && error.status() == Some(409) && self.is_ours().await? {
                return Ok(Asked::Accepted(None));
            }
            uncertain |= !error.was_not_carried_out();
            if !uncertain || error.status() == Some(409) {
                self.enter(Stage::Before);
            }
            foreign_refusals += u32::from(error.is_foreign_refusal());
            if !self.retry.may_pass(&error) || foreign_refusals == FOREIGN_REFUSALS {
                return Err(error.into());
            }
            self.retry.wait_after(Purpose::Change, &error).await;
        }
    }

    /// Whether the change that Azure is making to the stack is our deletion. It may not be visible at once.
    async fn is_ours(&mut self) -> Result<bool, Failure> {
        let clock = self.context.clock;
        let since = clock.elapsed();
        loop {
            match self.retry.read_if_any(self.target).await? {
                None => return Ok(true),
                Some(found) if found.correlation == self.request.correlation => return Ok(true),
                Some(_) if clock.elapsed() - since >= SETTLED_WITHIN => return Ok(false),
                Some(_) => clock.sleep(SETTLE_INTERVAL).await,
            }
        }
    }

    /// Follows the deletion to its end: by its own status, or where Azure shows none, by the stack.
    ///
    /// # Errors
    /// What Azure says when it cannot be followed any further.
    pub(super) async fn follow(&mut self, status: Option<Location>) -> Result<Ending, Failure> {
        let clock = self.context.clock;
        let mut watch = StackWatch::default();
        loop {
            let told = match &status {
                Some(at) => self.look_at_status(at, &mut watch).await,
                None => None,
            };
            // Where its status cannot be read, the stack itself must tell.
            let found = match told {
                Some(found) => found,
                None => self.look_at_stack(&mut watch).await?,
            };
            let wait = match found {
                Found::Gone => {
                    self.note_state(&mut watch, &ProvisioningState::new("deleted"));
                    return Ok(Ending::Succeeded);
                }
                Found::Failed(error) => return self.explain(&error).await,
                Found::Ended(ending) => return Ok(ending),
                Found::Going(suggested) => suggested.unwrap_or(self.poll_interval),
            };
            clock.sleep(wait.max(SHORTEST_WAIT)).await;
        }
    }

    /// What the deletion's own status tells; `None` if it cannot be read now.
    async fn look_at_status(&mut self, at: &Location, watch: &mut StackWatch) -> Option<Found> {
        let answer = match self.context.arm.status(at).await {
            Ok(answer) => answer,
            Err(error) if error.is_throttled() => {
                self.retry.wait_after(Purpose::Progress, &error).await;
                return None;
            }
            Err(_) => return None,
        };
        self.retry.succeeded(Purpose::Progress);
        let status = answer.value;
        if status.status.is_succeeded() {
            return Some(Found::Gone);
        }
        self.note_state(watch, &status.status);
        if status.status.is_terminal() {
            return Some(Found::Failed(status.error));
        }
        Some(Found::Going(answer.retry_after))
    }

    /// The state from before the deletion may still be shown: only what came with the deletion counts.
    async fn look_at_stack(&mut self, watch: &mut StackWatch) -> Result<Found, Failure> {
        let now = self.context.clock.elapsed();
        let Some(stack) = self.retry.read_if_any(self.target).await? else {
            let since = *watch.gone_since.get_or_insert(now);
            return Ok(if now - since >= GONE_AFTER {
                Found::Gone
            } else {
                Found::Going(Some(NEAR_THE_END))
            });
        };
        watch.gone_since = None;
        if stack.correlation != self.request.correlation {
            let since = *watch.other_since.get_or_insert(now);
            if now - since < VISIBLE_WITHIN {
                return Ok(Found::Going(None));
            }
            let by = stack.correlation;
            self.context.events.emit(Event::Replaced { by: by.clone() });
            return Ok(Found::Ended(Ending::Replaced { by }));
        }
        watch.other_since = None;
        self.note_state(watch, &stack.state);
        if stack.state.is_terminal() {
            return Ok(Found::Failed(stack.error));
        }
        Ok(Found::Going(None))
    }

    fn note_state(&self, watch: &mut StackWatch, state: &ProvisioningState) {
        if watch.state != *state {
            watch.state = state.clone();
            let state = state.clone();
            self.context.events.emit(Event::StateChanged { state });
        }
    }

    /// Tells what could not be deleted, and why.
    async fn explain(&mut self, error: &Value) -> Result<Ending, Failure> {
        let properties = self
            .retry
            .read_if_any(self.target)
            .await?
            .and_then(|stack| stack.stack);
        let properties = properties.unwrap_or_default();
        let resources = StackResources::from(&*properties);
        self.context.events.emit(Event::StackRead(resources));
        let mut causes = of_stack(Vec::new(), &properties);
        if causes.is_empty() {
            causes = Cause::find(error);
        }
        Ok(Ending::Failed { causes })
    }
}

/// What earlier looks at a stack that is being deleted found.
#[derive(Default)]
struct StackWatch {
    state: ProvisioningState,
    /// Since when it is not found.
    gone_since: Option<Duration>,
    /// Since when it shows another change than the deletion.
    other_since: Option<Duration>,
}
