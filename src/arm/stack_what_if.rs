//! The requests about a what-if of a deployment stack, which Azure keeps as a resource of its own.

use azure_core::{
    Bytes,
    http::{Method, Request},
};
use serde_json::Value;

use super::{
    Action, Answer, Arm, ArmError, Progress, ProvisioningState, StackId,
    client::{read, retry_after, unreadable, with_json},
};

impl Arm {
    /// Starts a what-if of a stack, whose result will have this `name`. It may be repeated.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn put_stack_what_if(
        &self,
        id: &StackId,
        name: &str,
        body: Bytes,
    ) -> Result<Answer<Value>, ArmError> {
        let request = self.about_stack(&id.what_if_path(name), Method::Put);
        self.stack_what_if_answer(with_json(request, body)).await
    }

    /// Reads a what-if of a stack.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn stack_what_if(
        &self,
        id: &StackId,
        name: &str,
    ) -> Result<Answer<Value>, ArmError> {
        let request = self.about_stack(&id.what_if_path(name), Method::Get);
        self.stack_what_if_answer(request).await
    }

    async fn stack_what_if_answer(&self, request: Request) -> Result<Answer<Value>, ArmError> {
        let answer = self.send(request).await?;
        let value: Value = read(&answer)?;
        let state = value.pointer("/properties/provisioningState");
        let state = ProvisioningState::new(state.and_then(Value::as_str).unwrap_or_default());
        let has_changes = value
            .pointer("/properties/changes")
            .is_some_and(Value::is_object);
        if state.as_str().is_empty() || state.is_succeeded() && !has_changes {
            return Err(unreadable(&answer, "it holds no what-if"));
        }
        Ok(Answer {
            value,
            retry_after: retry_after(&answer),
        })
    }

    /// Asks which properties a what-if of a stack changes, which its result does not tell. It may be repeated.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn stack_what_if_properties(
        &self,
        id: &StackId,
        name: &str,
    ) -> Result<Answer<Progress>, ArmError> {
        let action = Action::StackProperties;
        let path = format!("{}{}", id.what_if_path(name), action.as_str());
        let answer = self.send(self.about_stack(&path, Method::Post)).await?;
        self.progress(&answer, action, None)
    }

    /// Deletes a what-if of a stack.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn delete_stack_what_if(
        &self,
        id: &StackId,
        name: &str,
    ) -> Result<(), ArmError> {
        let request = self.about_stack(&id.what_if_path(name), Method::Delete);
        self.send(request).await.map(drop)
    }
}
