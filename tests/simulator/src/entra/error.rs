//! `AADSTS` errors with the real wording.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use crate::{CLIENT_ID, TENANT_ID, clock::precise, reply::Reply, world::World};

/// An error of the token endpoint.
#[derive(Debug)]
pub(crate) struct EntraError {
    status: StatusCode,
    error: &'static str,
    number: u32,
    message: String,
}

const CONFIGURE: &str = "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

impl EntraError {
    fn request(error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            number,
            message: message.into(),
        }
    }

    fn client(number: u32, message: impl Into<String>) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self {
            status,
            error: "invalid_client",
            number,
            message: message.into(),
        }
    }

    pub(crate) fn unknown_tenant(tenant: &str) -> Self {
        Self::request(
            "invalid_request",
            90_002,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            ),
        )
    }

    pub(crate) fn unknown_client(client: &str) -> Self {
        Self::request(
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client}' was not found in the directory '{TENANT_ID}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(crate) fn unsupported_grant(grant: &str) -> Self {
        Self::request(
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{grant}'."),
        )
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self::request(
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{field}'."),
        )
    }

    pub(crate) fn no_credential() -> Self {
        Self::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    }

    pub(crate) fn invalid_scope(scope: &str) -> Self {
        Self::request(
            "invalid_scope",
            70_011,
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
            ),
        )
    }

    pub(crate) fn wrong_secret() -> Self {
        Self::client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{CLIENT_ID}'."
            ),
        )
    }

    pub(crate) fn expired_secret() -> Self {
        Self::client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{CLIENT_ID}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            ),
        )
    }

    pub(crate) fn wrong_assertion_type() -> Self {
        Self::request(
            "invalid_request",
            90_023,
            "The client assertion type must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'.",
        )
    }

    pub(crate) fn malformed_assertion() -> Self {
        Self::request(
            "invalid_request",
            50_027,
            "JWT token is invalid or malformed.",
        )
    }

    pub(crate) fn bad_signature() -> Self {
        Self::client(
            700_027,
            "The certificate with identifier used to sign the client assertion is not registered on application.",
        )
    }

    pub(crate) fn outside_validity(now: Timestamp, expiry: Timestamp) -> Self {
        Self::client(
            700_024,
            format!(
                "Client assertion is not within its valid time range. Current time: {}, expiry time of assertion {}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
                precise(now),
                precise(expiry)
            ),
        )
    }

    pub(crate) fn issuer_mismatch(issuer: &str) -> Self {
        Self::client(
            700_211,
            format!(
                "No matching federated identity record found for presented assertion issuer '{issuer}'. {CONFIGURE}"
            ),
        )
    }

    pub(crate) fn audience_mismatch(audience: &str) -> Self {
        Self::client(
            700_212,
            format!(
                "No matching federated identity record found for presented assertion audience '{audience}'. {CONFIGURE}"
            ),
        )
    }

    pub(crate) fn subject_mismatch(subject: &str) -> Self {
        Self::client(
            700_213,
            format!(
                "No matching federated identity record found for presented assertion subject '{subject}'. {CONFIGURE}"
            ),
        )
    }

    pub(crate) fn subject_case_mismatch(subject: &str) -> Self {
        Self::client(
            7_002_138,
            format!(
                "No matching federated identity record found for presented assertion subject '{subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. {CONFIGURE}"
            ),
        )
    }

    pub(crate) fn reply(&self, world: &World) -> Reply {
        let timestamp = world.clock.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let trace = uuid::Uuid::new_v4().to_string();
        let correlation = uuid::Uuid::new_v4().to_string();
        let description = format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            self.number, self.message
        );
        let body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", world.origins.entra, self.number),
        });
        Reply::json(self.status, body)
    }
}
