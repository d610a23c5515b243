//! Resource Manager's errors, with the real wording where it is known.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{CLIENT_ID, OBJECT_ID, clock::american, reply::Reply, template::TemplateError};

/// An error answer.
#[derive(Debug, Clone)]
pub(crate) struct ArmError {
    status: StatusCode,
    error: Value,
    headers: Vec<(&'static str, String)>,
}

impl ArmError {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self {
            status,
            error: json!({"code": code, "message": message}),
            headers: Vec::new(),
        }
    }

    pub(crate) fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    fn unauthorized(code: &str, challenge: &str, message: impl Into<String>) -> Self {
        let challenge = format!(
            "Bearer authorization_uri=\"https://login.windows.net/\", error=\"invalid_token\", error_description=\"{challenge}\""
        );
        let mut error = Self::new(StatusCode::UNAUTHORIZED, code, message);
        error.headers.push(("www-authenticate", challenge));
        error
    }

    pub(crate) fn no_token() -> Self {
        let message = "Authentication failed. The 'Authorization' header is missing.";
        Self::unauthorized("AuthenticationFailed", message, message)
    }

    pub(crate) fn invalid_token() -> Self {
        let message = "The access token is invalid.";
        Self::unauthorized("InvalidAuthenticationToken", message, message)
    }

    pub(crate) fn expired_token(expiry: Timestamp, now: Timestamp) -> Self {
        let message = format!(
            "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
            american(expiry),
            american(now)
        );
        Self::unauthorized(
            "ExpiredAuthenticationToken",
            "The access token has expired.",
            message,
        )
    }

    pub(crate) fn forbidden(action: &str, scope: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "AuthorizationFailed",
            format!(
                "The client '{CLIENT_ID}' with object id '{OBJECT_ID}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
            ),
        )
    }

    pub(crate) fn throttled(subscription: &str, operation: &str, seconds: u64) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "SubscriptionRequestsThrottled",
            format!(
                "Number of requests for subscription '{subscription}' and operation '{operation}' exceeded the backend storage limit. Please try again after '{seconds}' seconds."
            ),
        );
        error.headers.push(("retry-after", seconds.to_string()));
        error
    }

    pub(crate) fn deployment_not_found(name: &str) -> Self {
        Self::not_found(
            "DeploymentNotFound",
            format!("Deployment '{name}' could not be found."),
        )
    }

    pub(crate) fn invalid_content(why: &str) -> Self {
        Self::bad_request(
            "InvalidRequestContent",
            format!("The request content was invalid and could not be deserialized: '{why}'."),
        )
    }

    /// A template or its parameters are refused.
    pub(crate) fn invalid_template(why: &TemplateError) -> Self {
        let mut error = Self::bad_request(
            "InvalidTemplate",
            format!("Deployment template validation failed: '{why}'."),
        );
        error.error["additionalInfo"] = json!([{
            "type": "TemplateViolation",
            "info": {"lineNumber": 1, "linePosition": 1, "path": ""},
        }]);
        error
    }

    pub(crate) fn active(active: &Active<'_>) -> Self {
        Self::conflict("DeploymentActive", active.message())
    }

    pub(crate) fn reply(self) -> Reply {
        let mut reply = Reply::json(self.status, json!({"error": self.error}));
        reply.headers = self.headers;
        reply.with("x-ms-failure-cause", "gateway")
    }
}

/// A deployment that is in the way of another one.
pub(crate) struct Active<'a> {
    pub(crate) id: &'a str,
    pub(crate) correlation_id: &'a str,
    pub(crate) start: Timestamp,
    pub(crate) expiry: Timestamp,
    /// Whether to use the wording of 2016.
    pub(crate) old_wording: bool,
}

impl Active<'_> {
    pub(crate) fn message(&self) -> String {
        if self.old_wording {
            return self.old_message();
        }
        format!(
            "The deployment with resource id '{}' cannot be saved, because this would overwrite an existing deployment which is still active. If this is an intentional re-deployment, please wait for the original deployment to complete, or cancel it before re-attempting the operation. The previous deployment was started at '{}' with correlationId '{}', and will expire at '{}' if it does not complete before then. Please see https://aka.ms/arm-deploy-resources for usage details.",
            self.id,
            american(self.start),
            self.correlation_id,
            american(self.expiry)
        )
    }

    fn old_message(&self) -> String {
        format!(
            "Unable to edit or replace deployment '{}': previous deployment from '{}' is still active (expiration time is '{}'). Please see https://aka.ms/arm-deploy for usage details.",
            self.id.rsplit('/').next().unwrap_or_default(),
            american(self.start),
            american(self.expiry)
        )
    }
}
