//! Deleting a stack, and following that to its end.

use super::{Run, StackResources, Stage, create::Submitted, watch::causes};
use crate::{
    arm::{ArmError, Cause, Location, ProvisioningState},
    deploy::{Ending, event::Event, patience::Patience},
    inputs::StackSettings,
};

/// What a look at a deletion found.
enum Found {
    Gone,
    Going(Option<std::time::Duration>),
    Failed(serde_json::Value),
}

impl Run<'_> {
    /// Has the stack deleted; `None` if there is none.
    ///
    /// # Errors
    /// Azure's refusal. Faults that pass are borne without end.
    pub(super) async fn submit_deletion(
        &self,
        patience: &mut Patience<'_>,
    ) -> Result<Option<Submitted>, ArmError> {
        let Some(before) = self.present(patience).await? else {
            let message = "there is no stack of this name here, so there was nothing to delete";
            let message = message.to_owned();
            self.context.events.emit(Event::Warned { message });
            return Ok(None);
        };
        self.context.events.emit(Event::StackRead(StackResources {
            managed: before.properties.resources.len(),
            ..StackResources::default()
        }));
        let operation = self.send_deletion(patience).await;
        patience.relax();
        let operation = operation?;
        self.context.events.emit(Event::Submitted {
            recovered: false,
            correlation_id: self.job.submission.correlation_id.clone(),
        });
        Ok(Some(Submitted {
            earlier: before.properties.deployment_id,
            operation,
        }))
    }

    /// A deletion may be repeated: the second finds the first at work, or done.
    async fn send_deletion(
        &self,
        patience: &mut Patience<'_>,
    ) -> Result<Option<Location>, ArmError> {
        let ours = &self.job.submission.correlation_id;
        let query = query(&self.stack.settings);
        let mut uncertain = false;
        loop {
            self.stage.set(Stage::Sent);
            let deleted = self.context.arm.delete_stack(&self.stack.id, &query, ours);
            match deleted.await {
                Ok(operation) => return Ok(operation),
                Err(error) if uncertain && matches!(error.status(), Some(404 | 409)) => {
                    return Ok(None);
                }
                Err(error) if error.is_transient() => {
                    uncertain |= !error.is_throttled();
                    patience.bear(&error).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Follows a deletion to its end.
    ///
    /// # Errors
    /// What Azure says when it cannot be followed any further.
    pub(super) async fn follow_deletion(
        &self,
        submitted: Submitted,
        patience: &mut Patience<'_>,
    ) -> Result<Ending, ArmError> {
        let mut operation = submitted.operation;
        let mut state = ProvisioningState::default();
        loop {
            let found = match &operation {
                Some(at) => self.look_at_operation(at, &mut state, patience).await?,
                None => Some(self.look_at_stack(&mut state, patience).await?),
            };
            match found {
                Some(Found::Gone) => return Ok(Ending::Succeeded),
                Some(Found::Failed(error)) => return self.undeleted(error, patience).await,
                Some(Found::Going(suggested)) => {
                    let wait = self.wait(suggested, false);
                    self.context.clock.sleep(wait).await;
                }
                // Azure has forgotten the operation: the stack itself must tell.
                None => operation = None,
            }
        }
    }

    async fn look_at_operation(
        &self,
        at: &Location,
        known: &mut ProvisioningState,
        patience: &mut Patience<'_>,
    ) -> Result<Option<Found>, ArmError> {
        let arm = self.context.arm;
        let look = async || arm.stack_operation(at).await;
        let answer = match patience.persist(ArmError::is_transient, look).await {
            Ok(answer) => answer,
            Err(error) if matches!(error.status(), Some(403 | 404)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let state = &answer.value.status;
        if state.is_succeeded() {
            self.note_state(known, &ProvisioningState::new("deleted"));
            return Ok(Some(Found::Gone));
        }
        self.note_state(known, state);
        if state.is_terminal() {
            return Ok(Some(Found::Failed(answer.value.error)));
        }
        Ok(Some(Found::Going(answer.retry_after)))
    }

    /// The stack's state from before the deletion may still be shown: only a failure that came with it counts.
    async fn look_at_stack(
        &self,
        known: &mut ProvisioningState,
        patience: &mut Patience<'_>,
    ) -> Result<Found, ArmError> {
        let Some(stack) = self.present(patience).await? else {
            self.note_state(known, &ProvisioningState::new("deleted"));
            return Ok(Found::Gone);
        };
        let properties = stack.properties;
        let state = &properties.provisioning_state;
        let ours = &self.job.submission.correlation_id;
        if state.is_terminal() && !properties.correlation_id.eq_ignore_ascii_case(ours) {
            return Ok(Found::Going(None));
        }
        self.note_state(known, state);
        if state.is_terminal() {
            return Ok(Found::Failed(properties.error));
        }
        Ok(Found::Going(None))
    }

    /// Tells what could not be deleted.
    async fn undeleted(
        &self,
        error: serde_json::Value,
        patience: &mut Patience<'_>,
    ) -> Result<Ending, ArmError> {
        let stack = self.present(patience).await?.unwrap_or_default();
        let resources = StackResources::from(&stack.properties);
        self.context.events.emit(Event::StackRead(resources));
        let mut causes = causes(Vec::new(), &stack.properties);
        if causes.is_empty() {
            causes = Cause::find(&error);
        }
        Ok(Ending::Failed { causes })
    }
}

/// What becomes of the stack's resources, as the query says it.
fn query(settings: &StackSettings) -> [(&'static str, &'static str); 4] {
    let unmanaged = settings.unmanaged;
    let bypass = if settings.bypass_out_of_sync {
        "true"
    } else {
        "false"
    };
    [
        ("unmanageAction.Resources", unmanaged.resources.as_str()),
        (
            "unmanageAction.ResourceGroups",
            unmanaged.resource_groups.as_str(),
        ),
        (
            "unmanageAction.ManagementGroups",
            unmanaged.management_groups.as_str(),
        ),
        ("bypassStackOutOfSyncError", bypass),
    ]
}
