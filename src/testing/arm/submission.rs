//! A deployment and what Azure shows of it as time passes.

use std::time::Duration;

use serde_json::{Value, json};

use super::{INNER, MINUTE};

/// What was submitted under the one name.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    pub(super) correlation: String,
    pub(super) since: Duration,
    pub(super) lasts: Duration,
    pub(super) cancelled: Option<Duration>,
    /// When the deployment within it was cancelled; nobody else does that.
    pub(super) inner_cancelled: Option<Duration>,
    pub(super) end: &'static str,
}

impl Submission {
    pub(super) fn state(&self, now: Duration) -> &'static str {
        self.state_if(self.cancelled, now)
    }

    pub(super) fn inner_state(&self, now: Duration) -> &'static str {
        self.state_if(self.inner_cancelled, now)
    }

    fn state_if(&self, cancelled: Option<Duration>, now: Duration) -> &'static str {
        match cancelled {
            Some(at) if now >= at => "Canceled",
            _ if now.saturating_sub(self.since) >= self.lasts => self.end,
            _ => "Running",
        }
    }

    pub(super) fn is_active(&self, now: Duration) -> bool {
        self.state(now) == "Running"
    }

    /// The deployment within it.
    pub(super) fn inner(&self, now: Duration) -> Value {
        json!({
            "operationId": "2",
            "properties": {
                "provisioningOperation": "Create",
                "provisioningState": self.inner_state(now),
                "targetResource": { "id": INNER, "resourceType": "Microsoft.Resources/deployments", "resourceName": "inner" }
            }
        })
    }

    /// Its only resource ends two minutes before it.
    pub(super) fn operation(&self, now: Duration, failure: Option<&str>) -> Value {
        let is_over = now.saturating_sub(self.since) + 2 * MINUTE >= self.lasts;
        let state = match failure {
            _ if !is_over => "Running",
            Some(_) => "Failed",
            None => "Succeeded",
        };
        json!({
            "operationId": "1",
            "properties": {
                "provisioningOperation": "Create",
                "provisioningState": state,
                "statusMessage": { "error": { "code": failure, "message": "as the test wants it" } },
                "targetResource": { "id": "/vgw", "resourceType": "Microsoft.Network/virtualNetworkGateways", "resourceName": "vgw" }
            }
        })
    }

    pub(super) fn body(&self, state: &str) -> Value {
        json!({"properties": {
            "provisioningState": state,
            "correlationId": self.correlation,
            "templateHash": "1",
            "outputs": {"whose": {"type": "String", "value": self.correlation}},
        }})
    }
}
