//! Actions on a deployment that has not been submitted: Azure answers at once, or says where the answer will be.

use std::fmt;

use azure_core::{
    Bytes,
    http::{Method, RawResponse, Request, headers::HeaderName},
};
use serde_json::Value;
use url::Url;

use super::{
    Answer, Arm, ArmError, ProvisioningState, Target,
    client::{read, retry_after, unreadable, with_json},
};

const LOCATION: HeaderName = HeaderName::from_static("location");

/// How far an action has come.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    /// It is done, with this answer.
    Done(Value),
    /// It goes on; the answer will be there.
    Pending(Location),
}

/// Where the answer to an action will be: a signed URL, good only as it stands and never shown.
#[derive(Clone)]
pub(crate) struct Location(pub(super) Url);

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Location").finish_non_exhaustive()
    }
}

/// What an action answers when it is done; anything else is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// `validate`: `properties` of what would be deployed.
    Validate,
    /// `whatIf`: `properties.changes`.
    WhatIf,
    /// `whatIf` of the result of a stack's what-if: `properties.changes.resourceChanges`.
    StackProperties,
}

impl Action {
    /// The action's segment of the path.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "/validate",
            Self::WhatIf | Self::StackProperties => "/whatIf",
        }
    }

    /// Whether this body is the action's answer.
    fn is_answered_by(self, body: &Value) -> bool {
        let properties = &body["properties"];
        match self {
            Self::Validate => properties.is_object(),
            Self::WhatIf => properties["changes"].is_array(),
            Self::StackProperties => properties["changes"]["resourceChanges"].is_array(),
        }
    }
}

impl Arm {
    /// Starts an action of a deployment or stack. It changes nothing, so it may be repeated.
    ///
    /// # Errors
    /// [`ArmError`]; a refusal also when Azure answers 200 and the body tells of a failure.
    pub(crate) async fn start(
        &self,
        target: &Target,
        action: Action,
        body: Bytes,
    ) -> Result<Answer<Progress>, ArmError> {
        let request = self.about(target, action.as_str(), Method::Post);
        let answer = self.send(with_json(request, body)).await?;
        self.progress(&answer, action, None)
    }

    /// Looks whether the answer to an action is there.
    ///
    /// # Errors
    /// As [`Arm::start`].
    pub(crate) async fn poll(
        &self,
        action: Action,
        location: &Location,
    ) -> Result<Answer<Progress>, ArmError> {
        let request = Request::new(location.0.clone(), Method::Get);
        let answer = self.send(request).await?;
        self.progress(&answer, action, Some(location))
    }

    pub(super) fn progress(
        &self,
        answer: &RawResponse,
        action: Action,
        known: Option<&Location>,
    ) -> Result<Answer<Progress>, ArmError> {
        let value = match u16::from(answer.status()) {
            202 => Progress::Pending(self.location(answer, known)?),
            _ => {
                let body = succeeded(read(answer)?)?;
                if !action.is_answered_by(&body) {
                    return Err(unreadable(answer, "it lacks what Azure answers here"));
                }
                Progress::Done(body)
            }
        };
        Ok(Answer {
            value,
            retry_after: retry_after(answer),
        })
    }

    /// The answer's place: a new one, or the one where we looked.
    fn location(
        &self,
        answer: &RawResponse,
        known: Option<&Location>,
    ) -> Result<Location, ArmError> {
        match answer.headers().get_optional_str(&LOCATION) {
            Some(link) => self.same_origin(link).map(Location),
            None => known
                .cloned()
                .ok_or_else(|| unreadable(answer, "it does not say where the result will be")),
        }
    }
}

/// The body, unless it tells of a failure under the status 200.
fn succeeded(body: Value) -> Result<Value, ArmError> {
    let state = ProvisioningState::new(body["status"].as_str().unwrap_or_default());
    let error = &body["error"];
    if error.is_null() && !state.is_failed() && !state.is_canceled() {
        return Ok(body);
    }
    let code = error["code"].as_str().unwrap_or(state.as_str()).to_owned();
    Err(ArmError::Refused {
        status: 200,
        code,
        retry_after: None,
        body,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failure_in_a_success_is_a_failure() {
        for (body, fails) in [
            (json!({"status": "Succeeded", "properties": {}}), false),
            (json!({"properties": {"validatedResources": []}}), false),
            (json!({"error": null}), false),
            (
                json!({"status": "Failed", "error": {"code": "InvalidTemplate", "message": "no"}}),
                true,
            ),
            (json!({"status": "failed"}), true),
            (json!({"status": "Canceled"}), true),
            (
                json!({"error": {"code": "InvalidTemplate", "message": "no"}}),
                true,
            ),
        ] {
            let read = succeeded(body.clone());
            assert_eq!(read.is_err(), fails, "{body}");
            if let Err(error) = read {
                assert!(!error.is_transient(), "{body}");
                assert!(!error.causes().is_empty(), "{body}");
            }
        }
    }

    #[test]
    fn only_its_own_answer_is_an_answer() {
        let changes = json!({"properties": {"changes": []}});
        let validated = json!({"properties": {}});
        let of_stack = json!({"properties": {"changes": {"resourceChanges": []}}});
        assert!(Action::StackProperties.is_answered_by(&of_stack));
        assert!(!Action::StackProperties.is_answered_by(&changes));
        assert!(Action::WhatIf.is_answered_by(&changes));
        assert!(Action::Validate.is_answered_by(&validated));
        assert!(!Action::WhatIf.is_answered_by(&validated));
        for odd in [
            json!({}),
            json!(null),
            json!([1]),
            json!("x"),
            json!({"properties": 7}),
        ] {
            assert!(!Action::WhatIf.is_answered_by(&odd), "{odd}");
            assert!(!Action::StackProperties.is_answered_by(&odd), "{odd}");
            assert!(!Action::Validate.is_answered_by(&odd), "{odd}");
        }
    }

    #[test]
    fn a_signed_url_is_not_shown() {
        let url = Url::parse("https://management.azure.com/x?s=signature").expect("a URL");
        assert_eq!(format!("{:?}", Location(url)), "Location(..)");
    }
}
