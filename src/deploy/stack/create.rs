//! Submitting a stack exactly once, even when Azure's answer is lost.

use std::time::Duration;

use super::{Run, Stage};
use crate::{
    arm::{ArmError, Location, Stack},
    deploy::{event::Event, patience::Patience},
};

/// How long an accepted stack may stay invisible to `GET`.
const VISIBLE_WITHIN: Duration = Duration::from_secs(60);
/// Time between two looks for a stack whose acceptance is not certain.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is known of a change of a stack once Azure has accepted it.
pub(super) struct Submitted {
    /// The deployment of an earlier change, which the stack goes on naming until it has a new one.
    pub(super) earlier: String,
    /// Where to see how a deletion goes on.
    pub(super) operation: Option<Location>,
}

impl Run<'_> {
    /// The stack as it is now, if it exists.
    pub(super) async fn present(
        &self,
        patience: &mut Patience<'_>,
    ) -> Result<Option<Stack>, ArmError> {
        let arm = self.context.arm;
        let look = async || arm.stack(&self.stack.id).await;
        match patience.persist(ArmError::is_transient, look).await {
            Ok(answer) => Ok(Some(answer.value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Finds the stack that another step submitted.
    ///
    /// # Errors
    /// 404 if there is none.
    pub(super) async fn find(&self, patience: &mut Patience<'_>) -> Result<Submitted, ArmError> {
        let arm = self.context.arm;
        let look = async || arm.stack(&self.stack.id).await;
        let found = patience.persist(ArmError::is_transient, look).await?;
        self.context.events.emit(Event::Found {
            correlation_id: found.value.properties.correlation_id,
            since: None,
        });
        Ok(Submitted {
            earlier: String::new(),
            operation: None,
        })
    }

    /// Submits the stack, and tells that Azure accepted it.
    ///
    /// # Errors
    /// Azure's refusal. Faults that pass are borne without end.
    pub(super) async fn submit(&self, patience: &mut Patience<'_>) -> Result<Submitted, ArmError> {
        let before = self.present(patience).await?;
        let recovered = self.send(patience).await;
        patience.relax();
        self.context.events.emit(Event::Submitted {
            recovered: recovered?,
            correlation_id: self.job.submission.correlation_id.clone(),
        });
        Ok(Submitted {
            earlier: before
                .map(|stack| stack.properties.deployment_id)
                .unwrap_or_default(),
            operation: None,
        })
    }

    /// Sends the stack until it is accepted; true if that was found out by asking.
    async fn send(&self, patience: &mut Patience<'_>) -> Result<bool, ArmError> {
        let submission = &self.job.submission;
        let mut uncertain = false;
        loop {
            let (body, ours) = (submission.body.clone(), &submission.correlation_id);
            self.stage.set(Stage::Sent);
            let put = self.context.arm.put_stack(&self.stack.id, body, ours).await;
            let error = match put {
                Ok(_) => return Ok(false),
                Err(error) if error.is_transient() => error,
                // The first request, whose answer was lost, may be what is in the way.
                Err(error) if uncertain && error.status() == Some(409) => {
                    return if self.is_ours(patience).await? {
                        Ok(true)
                    } else {
                        Err(error)
                    };
                }
                Err(error) => return Err(error),
            };
            patience.bear(&error).await;
            if !error.is_throttled() {
                uncertain = true;
                if self.is_ours(patience).await? {
                    return Ok(true);
                }
            }
        }
    }

    /// Whether the stack's latest change is ours, by its correlation id. It may not be visible at once.
    async fn is_ours(&self, patience: &mut Patience<'_>) -> Result<bool, ArmError> {
        let clock = self.context.clock;
        let since = clock.elapsed();
        let ours = &self.job.submission.correlation_id;
        loop {
            let present = self.present(patience).await?;
            let found = present.map(|stack| stack.properties.correlation_id);
            if found.is_some_and(|found| found.eq_ignore_ascii_case(ours)) {
                return Ok(true);
            }
            if clock.elapsed() - since > VISIBLE_WITHIN {
                return Ok(false);
            }
            clock.sleep(LOOK_AGAIN).await;
        }
    }
}
