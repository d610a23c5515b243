//! What Azure says before something is submitted, or instead: validation and what-if, of a deployment or a stack.

use azure_core::Bytes;
use serde_json::Value;

use super::{
    Context, Failure,
    conflict::is_active,
    job::WhatIfRequest,
    pace::{ANSWER_INTERVAL, SHORTEST_WAIT, SUBMIT_WITHIN, Tolerance},
    retry::{Purpose, Retry},
};
use crate::{
    arm::{Action, Answer, ArmError, DeploymentId, Diagnostic, Progress, Target, WhatIf},
    event::{Ending, Event},
};

/// Longest name of a deployment, in characters.
const LONGEST_NAME: usize = 64;
/// What the name of a deployment becomes to look ahead while its own is in use.
const SUFFIX: &str = "-preview";

/// Asks Azure about something that is not submitted yet.
pub(super) struct Previewing<'a, 'r> {
    pub(super) context: Context<'a>,
    pub(super) target: &'a Target,
    pub(super) retry: &'r mut Retry<'a>,
}

impl Previewing<'_, '_> {
    /// Has the submission validated, and tells the answer.
    ///
    /// # Errors
    /// Azure's refusal, which says that it is not valid; or what was seen last when Azure is out of reach for too
    /// long.
    pub(super) async fn validate(mut self, body: &Bytes) -> Result<(), Failure> {
        let answer = self.ask(Action::Validate, body).await?;
        let properties = &answer["properties"];
        self.context.events.emit(Event::Validated {
            resources: properties["validatedResources"].as_array().map(Vec::len),
            diagnostics: Diagnostic::all(properties),
        });
        Ok(())
    }

    /// Tells the what-if, and returns the ending if it must not pass.
    ///
    /// # Errors
    /// Azure's refusal, or what was seen last when Azure is out of reach for too long.
    pub(super) async fn predict(
        mut self,
        request: &WhatIfRequest,
    ) -> Result<Option<Ending>, Failure> {
        let answer = match self.target {
            Target::Deployment(_) => self.ask(Action::WhatIf, &request.body).await?,
            Target::Stack(id) => self.stack_what_if(id, request).await?,
        };
        let what_if = WhatIf::read(answer, &request.excluded);
        let objection = request.guard.objection(&what_if);
        self.context.events.emit(Event::WhatIfRead(what_if));
        Ok(objection)
    }

    /// Asks for an action; under another name if a deployment of this name is running, as the name has no bearing on
    /// the answer.
    async fn ask(&mut self, action: Action, body: &Bytes) -> Result<Value, Failure> {
        match self.answer(self.target, action, body).await {
            Err(Failure::Refused(error)) if is_active(&error) => match self.target {
                Target::Deployment(id) => {
                    let other = Target::Deployment(beside(id));
                    self.answer(&other, action, body).await
                }
                Target::Stack(_) => Err(error.into()),
            },
            answer => answer,
        }
    }

    /// Starts an action and returns its answer, however long it takes.
    async fn answer(
        &mut self,
        target: &Target,
        action: Action,
        body: &Bytes,
    ) -> Result<Value, Failure> {
        let Context { arm, clock, .. } = self.context;
        let start = async || arm.start(target, action, body.clone()).await;
        let mut answer = self.within_reach(start).await?;
        loop {
            let location = match answer.value {
                Progress::Done(value) => return Ok(value),
                Progress::Pending(location) => location,
            };
            let wait = answer.retry_after.unwrap_or(ANSWER_INTERVAL);
            clock.sleep(wait.max(SHORTEST_WAIT)).await;
            let poll = async || arm.poll(action, &location).await;
            answer = self
                .retry
                .persist(Purpose::Preview, &Tolerance::ANSWER, poll)
                .await?;
        }
    }

    /// Makes the first request, which gives up when Azure is out of reach for too long.
    pub(super) async fn within_reach<T>(
        &mut self,
        start: impl AsyncFnMut() -> Result<Answer<T>, ArmError>,
    ) -> Result<Answer<T>, Failure> {
        let starting = self
            .retry
            .persist(Purpose::Preview, &Tolerance::START, start);
        match self.context.clock.timeout(SUBMIT_WITHIN, starting).await {
            Ok(started) => Ok(started?),
            Err(_) => Err(self.retry.give_up()),
        }
    }
}

/// A deployment's id with another name, at the same scope.
pub(super) fn beside(id: &DeploymentId) -> DeploymentId {
    let scope = &id.as_str()[..id.as_str().len() - id.name().len()];
    let stem = id.name().chars().take(LONGEST_NAME - SUFFIX.len());
    DeploymentId::from_target(&format!("{scope}{}{SUFFIX}", stem.collect::<String>()))
}
