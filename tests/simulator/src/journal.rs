//! What was asked and answered.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

/// The services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// The runner's id-token endpoint.
    GitHub,
    /// Entra ID, and the managed-identity endpoint.
    Entra,
    /// Azure Resource Manager.
    ResourceManager,
    /// The registry of Bicep modules.
    Registry,
    /// The collector of traces.
    Collector,
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When it came, in simulated time since the start.
    pub at: Duration,
    /// Who was asked.
    pub service: Service,
    /// The method, in capitals.
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
    /// The request's headers, names in lower case.
    pub request_headers: BTreeMap<String, String>,
    /// The request's body: JSON, or a form as an object of strings.
    pub request_body: Option<Value>,
    /// The answer's status; `None` where no answer was sent.
    pub status: Option<u16>,
    /// The answer's headers, names in lower case.
    pub response_headers: BTreeMap<String, String>,
    /// The answer's body, if it is JSON.
    pub response_body: Option<Value>,
    /// Bytes of the answer's body as it was sent, which may be compressed; 0 where no answer was sent.
    pub wire_bytes: usize,
    /// Whether an injected fault decided the answer.
    pub fault: bool,
    /// The status that the service itself answered with, whether or not the client saw it;
    /// `None` where a fault kept the request from it.
    pub served: Option<u16>,
}

impl Exchange {
    /// Forgets headers and bodies.
    pub(crate) fn shorten(&mut self) {
        self.request_headers.clear();
        self.response_headers.clear();
        self.request_body = None;
        self.response_body = None;
    }

    /// Whether the service accepted the request, also where its answer was lost.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        self.served.is_some_and(|status| status / 100 == 2)
    }
}

/// An assertion that was presented to Entra ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedAssertion {
    /// The token's own id.
    pub id: String,
    /// How often it was presented.
    pub times: usize,
}
