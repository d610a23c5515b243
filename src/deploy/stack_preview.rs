//! The what-if of a stack: a resource of its own, which Azure makes, shows, and is told to delete.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Context, Failure,
    job::WhatIfRequest,
    pace::{
        ANSWER_INTERVAL, CLEAN_UP_WITHIN, FIRST_PAUSE, LONGEST_PAUSE, PROPERTIES_WITHIN,
        SHORTEST_WAIT, Tolerance,
    },
    preview::Previewing,
    retry::Purpose,
};
use crate::{
    arm::{Action, Answer, ArmError, Progress, ProvisioningState, StackId, complete},
    event::Event,
};

/// Longest name of a stack's what-if, in characters.
const LONGEST_WHAT_IF_NAME: usize = 90;

impl Previewing<'_, '_> {
    /// What the stack would change, with the properties if they are wanted and Azure tells them.
    ///
    /// # Errors
    /// Azure's refusal, or what was seen last when Azure is out of reach for too long.
    pub(super) async fn stack_what_if(
        &mut self,
        id: &StackId,
        request: &WhatIfRequest,
    ) -> Result<Value, Failure> {
        let name = what_if_name(id, request.correlation.as_str());
        let mut answer = self.stack_answer(id, &name, request).await;
        if let Ok(result) = &mut answer
            && request.with_properties
        {
            self.add_properties(id, &name, result).await;
        }
        let Context { arm, clock, .. } = self.context;
        // Azure deletes by itself what stays behind.
        let cleaning = arm.delete_stack_what_if(id, &name);
        let _ = clock.timeout(CLEAN_UP_WITHIN, cleaning).await;
        answer
    }

    async fn stack_answer(
        &mut self,
        id: &StackId,
        name: &str,
        request: &WhatIfRequest,
    ) -> Result<Value, Failure> {
        let Context { arm, clock, .. } = self.context;
        let put = async || arm.put_stack_what_if(id, name, request.body.clone()).await;
        let mut answer = self.within_reach(put).await?;
        loop {
            let properties = &answer.value["properties"];
            let state = properties["provisioningState"].as_str();
            let state = ProvisioningState::new(state.unwrap_or_default());
            if state.is_succeeded() {
                return Ok(answer.value);
            }
            if state.is_terminal() {
                return Err(refused(&state, properties).into());
            }
            let wait = answer.retry_after.unwrap_or(ANSWER_INTERVAL);
            clock.sleep(wait.max(SHORTEST_WAIT)).await;
            let look = async || arm.stack_what_if(id, name).await;
            answer = self
                .retry
                .persist(Purpose::Preview, &Tolerance::ANSWER, look)
                .await?;
        }
    }

    /// Adds what changes in each resource. Without it the what-if is still good, so it costs a line at most.
    async fn add_properties(&self, id: &StackId, name: &str, result: &mut Value) {
        let reason = match self.properties(id, name).await {
            Ok(answer) => return complete(result, answer),
            Err(reason) => reason,
        };
        let message = format!(
            "the properties that the stack would change are not shown, as Azure does not tell them: {reason}"
        );
        self.context.events.emit(Event::Warned { message });
    }

    /// Asks for the properties until they are there, or it takes too long.
    ///
    /// # Errors
    /// Why they are not there, on one line.
    async fn properties(&self, id: &StackId, name: &str) -> Result<Value, String> {
        let Context { arm, clock, .. } = self.context;
        let until = clock.elapsed() + PROPERTIES_WITHIN;
        let start = async || arm.stack_what_if_properties(id, name).await;
        let mut answer = self.insist(until, start, ArmError::is_transient).await?;
        loop {
            let location = match answer.value {
                Progress::Done(value) => return Ok(value),
                Progress::Pending(_) if clock.elapsed() > until => {
                    return Err("no answer is there yet".to_owned());
                }
                Progress::Pending(location) => location,
            };
            let wait = answer.retry_after.unwrap_or(ANSWER_INTERVAL);
            clock.sleep(wait.max(SHORTEST_WAIT)).await;
            let poll = async || arm.poll(Action::StackProperties, &location).await;
            // The place of the answer may not be visible yet.
            let may_pass = |error: &ArmError| error.is_transient() || error.is_not_found();
            answer = self.insist(until, poll, may_pass).await?;
        }
    }

    /// Makes a request again while its fault may pass, without a word of that.
    async fn insist<T>(
        &self,
        until: Duration,
        mut request: impl AsyncFnMut() -> Result<Answer<T>, ArmError>,
        may_pass: impl Fn(&ArmError) -> bool,
    ) -> Result<Answer<T>, String> {
        let clock = self.context.clock;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = error.retry_after().unwrap_or(Duration::ZERO).max(pause);
            if !may_pass(&error) || clock.elapsed() + wait > until {
                return Err(error.to_string());
            }
            clock.sleep(wait).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

/// A name of this run alone.
fn what_if_name(id: &StackId, own: &str) -> String {
    let stem = id.name().chars().take(LONGEST_WHAT_IF_NAME - own.len() - 1);
    format!("{}-{own}", stem.collect::<String>())
}

/// The refusal that a what-if's result tells of.
fn refused(state: &ProvisioningState, properties: &Value) -> ArmError {
    let error = &properties["error"];
    ArmError::Refused {
        status: 200,
        code: error["code"].as_str().unwrap_or(state.as_str()).to_owned(),
        retry_after: None,
        body: json!({"error": error}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_result_fits_and_is_of_this_run() {
        let own = "0123456789ab";
        for (stack, expected) in [
            ("hub".to_owned(), format!("hub-{own}")),
            (
                "s".repeat(LONGEST_WHAT_IF_NAME),
                format!("{}-{own}", "s".repeat(LONGEST_WHAT_IF_NAME - 13)),
            ),
        ] {
            let id =
                format!("/subscriptions/s/providers/Microsoft.Resources/deploymentStacks/{stack}");
            let id = StackId::parse(&id).expect("a stack");
            assert_eq!(what_if_name(&id, own), expected);
        }
    }
}
