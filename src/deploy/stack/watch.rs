//! Following a stack to its end, with the progress of its own deployment.

use std::time::Duration;

use super::{Run, StackResources, create::Submitted};
use crate::{
    arm::{Answer, ArmError, Cause, ProvisioningState, Stack, StackProperties},
    deploy::{Ending, event::Event, patience::Patience, watch::Watch},
};

/// Time between two looks when no resource is known to be running.
const BRISK: Duration = Duration::from_secs(5);
/// Shortest time between two looks, whatever Azure suggests.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// How long our change of the stack may stay invisible.
const VISIBLE_WITHIN: Duration = Duration::from_secs(300);
/// Looks after the end for nested deployments that could not be read.
const LAST_LOOKS: u32 = 3;

/// What is known of a stack that is being followed.
struct Following<'a> {
    run: &'a Run<'a>,
    earlier: String,
    /// Its deployment, once that is known.
    deployment: Option<Watch<'a>>,
    /// Its operations could be read at the last look.
    is_read: bool,
    state: ProvisioningState,
    /// Until then the stack may look as it did before our change.
    late: Duration,
}

impl Run<'_> {
    /// Follows the stack to its end.
    ///
    /// # Errors
    /// What Azure says when the stack cannot be followed any further.
    pub(super) async fn follow(
        &self,
        submitted: Submitted,
        patience: &mut Patience<'_>,
    ) -> Result<Ending, ArmError> {
        let following = Following {
            run: self,
            earlier: submitted.earlier,
            deployment: None,
            is_read: false,
            state: ProvisioningState::default(),
            late: self.context.clock.elapsed() + VISIBLE_WITHIN,
        };
        following.follow(patience).await
    }

    /// Tells the state if it is a new one.
    pub(super) fn note_state(&self, known: &mut ProvisioningState, state: &ProvisioningState) {
        if known != state {
            *known = state.clone();
            let state = state.clone();
            self.context.events.emit(Event::StateChanged { state });
        }
    }

    /// Time until the next look.
    pub(super) fn wait(&self, suggested: Option<Duration>, brisk: bool) -> Duration {
        let longest = self.job.poll_interval;
        let suggested = suggested.map_or(longest, |wait| wait.max(SHORTEST_WAIT));
        let near = if brisk { BRISK } else { Duration::MAX };
        longest.min(suggested.max(SHORTEST_WAIT)).min(near)
    }
}

impl Following<'_> {
    async fn follow(mut self, patience: &mut Patience<'_>) -> Result<Ending, ArmError> {
        let mut last_looks = 0;
        loop {
            let answer = self.look(patience).await?;
            if let Some(answer) = &answer
                && answer.value.properties.provisioning_state.is_terminal()
            {
                last_looks += 1;
                if self.is_all_read() || last_looks == LAST_LOOKS {
                    return Ok(self.end(&answer.value.properties));
                }
            }
            let brisk = self.deployment.as_ref().is_none_or(Watch::is_quiet);
            let suggested = answer.and_then(|answer| answer.retry_after);
            let wait = self.run.wait(suggested, brisk);
            self.run.context.clock.sleep(wait).await;
        }
    }

    /// One look; `None` if our change is not visible yet.
    async fn look(
        &mut self,
        patience: &mut Patience<'_>,
    ) -> Result<Option<Answer<Stack>>, ArmError> {
        let context = self.run.context;
        let is_late = context.clock.elapsed() >= self.late;
        let passes = |error: &ArmError| match error.status() {
            Some(404) => !is_late && self.state == ProvisioningState::default(),
            // The deployment itself may be changing our rights.
            Some(401 | 403) => true,
            _ => error.is_transient(),
        };
        let look = async || context.arm.stack(&self.run.stack.id).await;
        let answer = patience.persist(passes, look).await?;
        let properties = &answer.value.properties;
        let ours = &self.run.job.submission.correlation_id;
        if !properties.correlation_id.eq_ignore_ascii_case(ours) && !is_late {
            return Ok(None);
        }
        if !properties.provisioning_state.is_terminal() {
            self.run
                .note_state(&mut self.state, &properties.provisioning_state);
        }
        self.look_inside(properties, patience).await?;
        self.run
            .note_state(&mut self.state, &properties.provisioning_state);
        Ok(Some(answer))
    }

    /// Tells what the stack's deployment has done. What cannot be read now is read at the next look, if at all: the
    /// stack alone decides when it is over.
    async fn look_inside(
        &mut self,
        properties: &StackProperties,
        patience: &mut Patience<'_>,
    ) -> Result<(), ArmError> {
        let named = properties.deployment();
        let named = named.filter(|id| !id.as_str().eq_ignore_ascii_case(&self.earlier));
        if let Some(id) = named
            && self.deployment.is_none()
        {
            let context = self.run.context;
            self.deployment = Some(Watch::new(context, self.run.job.poll_interval, id));
        }
        let Some(deployment) = &mut self.deployment else {
            return Ok(());
        };
        let glance = deployment.glance(patience).await;
        self.is_read = glance.is_ok();
        match glance {
            Err(ArmError::SignIn(error)) if !error.is_transient() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn is_all_read(&self) -> bool {
        let deployment = self.deployment.as_ref();
        deployment.is_none_or(|deployment| self.is_read && deployment.is_all_read())
    }

    fn end(&self, properties: &StackProperties) -> Ending {
        let events = self.run.context.events;
        let succeeded = properties.provisioning_state.is_succeeded();
        if succeeded || !properties.outputs.is_empty() {
            events.emit(Event::OutputsRead(properties.outputs.clone()));
        }
        events.emit(Event::StackRead(StackResources::from(properties)));
        if succeeded {
            return Ending::Succeeded;
        }
        let known = self.deployment.as_ref().map(Watch::causes);
        Ending::Failed {
            causes: causes(known.unwrap_or_default(), properties),
        }
    }
}

/// Why a stack failed: what its deployment says, what the stack says of other resources, or else of itself.
pub(super) fn causes(mut causes: Vec<Cause>, properties: &StackProperties) -> Vec<Cause> {
    let of_deployment = causes.len();
    for failed in &properties.failed_resources {
        let id = failed.identity();
        let is_it = |cause: &Cause| {
            let resource = cause.resource.as_deref();
            resource.is_some_and(|resource| resource.eq_ignore_ascii_case(id))
        };
        if causes[..of_deployment].iter().any(is_it) {
            continue;
        }
        for mut cause in Cause::find(&failed.error) {
            cause.resource.get_or_insert_with(|| id.to_owned());
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
    }
    if causes.is_empty() {
        causes = Cause::find(&properties.error);
    }
    causes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn properties(failed: serde_json::Value) -> StackProperties {
        let error = json!({"code": "DeploymentStackDeploymentFailed", "message": "see inside"});
        let properties = json!({"failedResources": failed, "error": error});
        serde_json::from_value(properties).expect("properties")
    }

    #[test]
    fn a_cause_is_told_once_and_nearest_to_its_origin() {
        let known = Cause {
            code: "SkuNotAvailable".to_owned(),
            resource: Some("/X".to_owned()),
            ..Cause::default()
        };
        let failed = json!([
            {"id": "/x", "error": {"code": "Conflict", "message": "failed"}},
            {"id": "/y", "error": {"code": "ScopeLocked", "message": "locked"}},
        ]);
        let causes = causes(vec![known.clone()], &properties(failed));
        assert_eq!(causes[0], known);
        assert_eq!(causes[1].code, "ScopeLocked");
        assert_eq!(causes[1].resource.as_deref(), Some("/y"));
        assert_eq!(causes.len(), 2);
    }

    #[test]
    fn without_resources_the_stack_speaks_for_itself() {
        let causes = causes(vec![], &properties(json!([])));
        assert_eq!(causes[0].code, "DeploymentStackDeploymentFailed");
    }
}
