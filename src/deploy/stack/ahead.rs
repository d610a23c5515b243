//! What Azure says of a stack before it is submitted, or instead: validation and what-if.

use std::time::Duration;

use azure_core::Bytes;
use serde_json::{Value, json};

use super::Run;
use crate::{
    arm::{ArmError, ChangeType, Diagnostic, ProvisioningState},
    deploy::{
        Ending,
        ask::answer_to,
        event::Event,
        patience::Patience,
        preview::{Preview, forbidden},
        run::Context,
        submit::SUBMIT_WITHIN,
    },
    inputs::Operation,
};

/// How long Azure keeps a what-if that we could not throw away.
const KEPT: &str = "P1D";
/// How long throwing a what-if away may take.
const TIDY_WITHIN: Duration = Duration::from_secs(10);
/// Longest name of a what-if, in characters.
const LONGEST_NAME: usize = 90;

impl Run<'_> {
    /// Validates or predicts what is asked for; `None` if the stack is to be changed now.
    pub(super) async fn look_ahead(
        &self,
        patience: &mut Patience<'_>,
    ) -> Result<Option<Ending>, ArmError> {
        if self.job.operation == Operation::Validate {
            self.validate(patience).await?;
            return Ok(Some(Ending::Validated));
        }
        let Some(preview) = &self.job.preview else {
            return Ok(None);
        };
        let forbidden = self.predict(preview, patience).await?;
        if !forbidden.is_empty() {
            return Ok(Some(Ending::Forbidden { changes: forbidden }));
        }
        Ok((self.job.operation == Operation::WhatIf).then_some(Ending::Predicted))
    }

    async fn validate(&self, patience: &mut Patience<'_>) -> Result<(), ArmError> {
        let (arm, id) = (self.context.arm, &self.stack.id);
        let body = &self.job.submission.body;
        let post = async || arm.validate_stack(id, body.clone()).await;
        let answer = answer_to(self.context, patience, post).await?;
        let properties = &answer["properties"];
        self.context.events.emit(Event::Validated {
            resources: properties["validatedResources"].as_array().map(Vec::len),
            diagnostics: Diagnostic::all(properties),
        });
        Ok(())
    }

    /// Tells the what-if, and returns the changes in it that must not be.
    async fn predict(
        &self,
        preview: &Preview,
        patience: &mut Patience<'_>,
    ) -> Result<Vec<(ChangeType, String)>, ArmError> {
        let name = self.what_if_name();
        let answer = self.what_if(&name, patience).await;
        let Context { arm, clock, .. } = self.context;
        // What stays behind is thrown away by Azure.
        let tidying = arm.delete_stack_what_if(&self.stack.id, &name);
        let _ = clock.timeout(TIDY_WITHIN, tidying).await;
        Ok(forbidden(self.context, answer?, preview))
    }

    async fn what_if(&self, name: &str, patience: &mut Patience<'_>) -> Result<Value, ArmError> {
        let (arm, id) = (self.context.arm, &self.stack.id);
        let body = self.what_if_body();
        let put = async || arm.put_stack_what_if(id, name, body.clone()).await;
        let putting = patience.persist(ArmError::is_transient, put);
        let Ok(put) = self.context.clock.timeout(SUBMIT_WITHIN, putting).await else {
            return Err(patience.give_up());
        };
        let mut answer = put?;
        loop {
            let properties = &answer.value["properties"];
            let state = properties["provisioningState"].as_str();
            let state = ProvisioningState::new(state.unwrap_or_default());
            if state.is_succeeded() {
                return Ok(answer.value);
            }
            if state.is_terminal() {
                return Err(failed(&state, properties));
            }
            let wait = self.wait(answer.retry_after, true);
            self.context.clock.sleep(wait).await;
            let look = async || arm.stack_what_if(id, name).await;
            let passes = |error: &ArmError| error.is_transient() || error.is_not_found();
            answer = patience.persist(passes, look).await?;
        }
    }

    /// A name of this run alone.
    fn what_if_name(&self) -> String {
        let own = &self.job.submission.correlation_id;
        let stack = self.stack.id.name().chars();
        let stem: String = stack.take(LONGEST_NAME - own.len() - 1).collect();
        format!("{stem}-{own}")
    }

    fn what_if_body(&self) -> Bytes {
        let submission = serde_json::from_slice(&self.job.submission.body);
        let mut body: Value = submission.unwrap_or_default();
        body["properties"]["deploymentStackResourceId"] = self.stack.id.as_str().into();
        body["properties"]["retentionInterval"] = KEPT.into();
        Bytes::from(body.to_string())
    }
}

/// The refusal that a what-if's result tells of.
fn failed(state: &ProvisioningState, properties: &Value) -> ArmError {
    let error = &properties["error"];
    ArmError::Refused {
        status: 200,
        code: error["code"].as_str().unwrap_or(state.as_str()).to_owned(),
        retry_after: None,
        body: json!({"error": error}),
    }
}
