//! Actions on a deployment that has not been submitted: Azure answers at once, or says where the answer will be.

use std::fmt;

use azure_core::{
    Bytes,
    http::{Method, RawResponse, Request, headers::HeaderName},
};
use serde_json::Value;
use url::Url;

use super::{
    Answer, Arm, ArmError, DeploymentId, ProvisioningState,
    client::{read, retry_after},
};

const LOCATION: HeaderName = HeaderName::from_static("location");

/// How far an action has come.
#[derive(Clone, Debug)]
pub enum Progress {
    /// It is done, with this answer.
    Done(Value),
    /// It goes on; the answer will be there.
    Pending(Location),
}

/// Where the answer to an action will be: a signed URL, good only as it stands and never shown.
#[derive(Clone)]
pub struct Location(Url);

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Location").finish_non_exhaustive()
    }
}

impl Arm {
    /// Starts an action of a deployment, such as `validate` or `whatIf`. It changes nothing, so it may be repeated.
    ///
    /// # Errors
    /// [`ArmError`]; a refusal also when Azure answers 200 and the body tells of a failure.
    pub async fn post(
        &self,
        id: &DeploymentId,
        action: &str,
        body: Bytes,
    ) -> Result<Answer<Progress>, ArmError> {
        let mut request = Request::new(self.url(&format!("{id}/{action}")), Method::Post);
        request.insert_header("content-type", "application/json");
        request.set_body(body);
        let answer = self.send(request).await?;
        self.progress(&answer, None)
    }

    /// Looks whether the answer to an action is there.
    ///
    /// # Errors
    /// As [`Arm::post`].
    pub async fn poll(&self, location: &Location) -> Result<Answer<Progress>, ArmError> {
        let request = Request::new(location.0.clone(), Method::Get);
        let answer = self.send(request).await?;
        self.progress(&answer, Some(location))
    }

    fn progress(
        &self,
        answer: &RawResponse,
        known: Option<&Location>,
    ) -> Result<Answer<Progress>, ArmError> {
        let value = match u16::from(answer.status()) {
            202 => Progress::Pending(self.location(answer, known)?),
            204 => Progress::Done(Value::Null),
            _ => Progress::Done(succeeded(read(answer)?)?),
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
            None => known.cloned().ok_or_else(|| ArmError::Unreadable {
                status: 202,
                reason: "it does not say where the result will be".to_owned(),
            }),
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
    fn a_signed_url_is_not_shown() {
        let url = Url::parse("https://management.azure.com/x?s=signature").expect("a URL");
        assert_eq!(format!("{:?}", Location(url)), "Location(..)");
    }
}
