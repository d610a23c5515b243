//! Entra ID, and the id-token endpoints of GitHub and Azure Pipelines, for tests on paused time.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind,
    http::{AsyncRawResponse, Body, HttpClient, Request, headers::Headers},
};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    clock::Clock,
    host::{Console, Kept, Taste, Vault, jwt},
    identity::{Cloud, Credential, Method, SignIn},
};

const REQUEST_TOKEN_EXPIRY: &str = "2026-01-05T08:10:00Z";

const SERVICE_CONNECTION: &str = "5e2f1c0a-0000-4000-8000-000000000001";

/// How a fake server answers a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Serves it.
    Serve,
    /// Never answers.
    Hang,
    /// Drops the connection.
    Drop,
    /// Presents a certificate that nobody trusts.
    Untrusted,
    /// Answers with this status and body.
    Refuse(u16, String),
    /// As `Refuse`, with a Retry-After of so many seconds.
    Busy(u16, u32),
}

impl Answer {
    /// Entra ID's error with this number.
    pub(crate) fn aadsts(code: u32) -> Self {
        let body = json!({
            "error": "invalid_client",
            "error_description": format!("AADSTS{code}: It's so.\r\nTrace ID: tttt\r\nCorrelation ID: cccc"),
            "error_codes": [code],
            "trace_id": "tttt",
            "correlation_id": "cccc",
        });
        Self::Refuse(401, body.to_string())
    }
}

/// Both servers, and a clock that the test can step.
#[derive(Clone, Debug)]
pub(crate) struct FakeAzure {
    clock: Clock,
    /// What the vault masks.
    log: Kept,
    servers: Arc<Mutex<Servers>>,
}

#[derive(Debug)]
struct Servers {
    lifetime: u64,
    entra: VecDeque<Answer>,
    github: VecDeque<Answer>,
    assertions: u32,
    used: HashSet<String>,
    /// When Entra ID was asked for a token.
    asked: Vec<Duration>,
    tokens: u32,
    /// Whether a token is returned again until it expires, as by a managed identity's endpoint.
    caches: bool,
    /// When the last token expires.
    expires: Duration,
}

impl FakeAzure {
    pub(crate) fn start() -> Self {
        let servers = Servers {
            lifetime: 4500,
            entra: VecDeque::new(),
            github: VecDeque::new(),
            assertions: 0,
            used: HashSet::new(),
            asked: Vec::new(),
            tokens: 0,
            caches: false,
            expires: Duration::ZERO,
        };
        Self {
            clock: Clock::paused(),
            log: Kept::default(),
            servers: Arc::new(Mutex::new(servers)),
        }
    }

    /// The runner's environment.
    pub(crate) fn env(name: &str) -> Option<String> {
        match name {
            "GITHUB_ACTIONS" => Some("true".to_owned()),
            "ACTIONS_ID_TOKEN_REQUEST_URL" => {
                Some("https://pipelines.test/token?api-version=2.0".to_owned())
            }
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN" => {
                let seconds = Self::request_token_expiry().as_second();
                Some(jwt::forge(&json!({"exp": seconds})))
            }
            _ => None,
        }
    }

    /// The environment of a step in Azure Pipelines.
    pub(crate) fn env_of_azure_pipelines(name: &str) -> Option<String> {
        let value = match name {
            "TF_BUILD" => "True",
            "SYSTEM_OIDCREQUESTURI" => "https://devops.test/contoso/_apis/jobs/1/oidctoken",
            "SYSTEM_ACCESSTOKEN" => return Self::env("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID" => SERVICE_CONNECTION,
            _ => return None,
        };
        Some(value.to_owned())
    }

    pub(crate) fn request_token_expiry() -> Timestamp {
        REQUEST_TOKEN_EXPIRY.parse().expect("a timestamp")
    }

    pub(crate) fn http(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.clone())
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// What was masked.
    pub(crate) fn log(&self) -> Kept {
        self.log.clone()
    }

    pub(crate) fn vault(&self) -> Vault {
        let console = Console::of("GITHUB_ACTIONS", self.log(), Taste::default());
        Vault::new(console)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Signing in with the workflow run's id tokens.
    pub(crate) fn oidc() -> Method {
        Method::HostOidc {
            audience: "api://AzureADTokenExchange".to_owned(),
        }
    }

    /// An application that signs in here.
    pub(crate) fn sign_in(method: Method) -> SignIn {
        let id = "5ca082f3-38f2-4bb0-b0a4-c401184ae3a8";
        SignIn {
            cloud: Cloud::public(),
            tenant_id: id.parse().ok(),
            client_id: id.parse().ok(),
            method,
        }
    }

    /// A credential of an application that signs in here.
    pub(crate) fn credential(&self, method: Method) -> Credential {
        let sign_in = Self::sign_in(method);
        Credential::new(sign_in, Self::env, self.http(), self.clock(), self.vault())
            .expect("a credential")
    }

    /// Sets the lifetime of tokens from now on, in seconds.
    pub(crate) fn set_lifetime(&self, seconds: u64) {
        self.servers().lifetime = seconds;
    }

    /// Returns each token again until it expires, as a managed identity's endpoint does.
    pub(crate) fn cache_tokens(&self) {
        self.servers().caches = true;
    }

    /// What Entra ID does with the next requests; it serves those after them.
    pub(crate) fn entra_answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.servers().entra.extend(answers);
    }

    /// What GitHub, or Azure Pipelines, does with the next requests; it serves those after them.
    pub(crate) fn github_answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.servers().github.extend(answers);
    }

    /// Clears the script, so that all requests are served.
    pub(crate) fn recover(&self) {
        let mut servers = self.servers();
        servers.entra.clear();
        servers.github.clear();
    }

    /// When Entra ID was asked for a token.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.servers().asked.clone()
    }

    fn servers(&self) -> MutexGuard<'_, Servers> {
        self.servers
            .lock()
            .expect("no test panics while it holds the servers")
    }
}

impl Servers {
    fn issue_assertion(&mut self, request: &Request) -> String {
        self.assertions += 1;
        let audience = request
            .url()
            .query_pairs()
            .find_map(|(name, value)| (name == "audience").then(|| value.into_owned()));
        let claims = json!({
            "iss": "https://token.actions.githubusercontent.com",
            "sub": "repo:org/repo:ref:refs/heads/main",
            "aud": audience,
            "jti": self.assertions,
        });
        json!({"count": 1, "value": jwt::forge(&claims)}).to_string()
    }

    /// Panics if the request is not what Azure Pipelines takes.
    fn issue_for_connection(&mut self, request: &Request) -> String {
        let header = |name: &'static str| {
            let name = azure_core::http::headers::HeaderName::from_static(name);
            request
                .headers()
                .get_optional_str(&name)
                .unwrap_or_default()
        };
        assert_eq!(request.method(), azure_core::http::Method::Post);
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("content-length"), "0");
        assert_eq!(header("x-tfs-fedauthredirect"), "Suppress");
        assert!(header("authorization").starts_with("Bearer "));
        let query = request.url().query().unwrap_or_default();
        let expected = format!("api-version=7.1&serviceConnectionId={SERVICE_CONNECTION}");
        assert_eq!(query, expected);
        self.assertions += 1;
        let claims = json!({
            "iss": "https://vstoken.dev.azure.com/0a1b",
            "sub": "sc://contoso/platform/Hub",
            "aud": "api://AzureADTokenExchange",
            "jti": self.assertions,
        });
        json!({"oidcToken": jwt::forge(&claims)}).to_string()
    }

    fn issue_token(&mut self, now: Duration) -> String {
        if !self.caches || self.expires <= now {
            self.tokens += 1;
            self.expires = now + Duration::from_secs(self.lifetime);
        }
        let left = (self.expires - now).as_secs();
        // azure_identity compares this one with the machine's own clock. Whole seconds, rounded up.
        let expires_on = Timestamp::now() + Duration::from_secs(left + 1);
        json!({
            "token_type": "Bearer",
            "access_token": format!("token-{}", self.tokens),
            "expires_in": left,
            "expires_on": expires_on.as_second().to_string(),
            "resource": "https://management.azure.com",
        })
        .to_string()
    }

    /// Panics if an assertion is presented twice.
    fn note_assertion(&mut self, request: &Request) {
        let Body::Bytes(body) = request.body() else {
            panic!("the form is no stream");
        };
        let form = url::form_urlencoded::parse(body);
        for (_, assertion) in form.filter(|(name, _)| name == "client_assertion") {
            let is_new = self.used.insert(assertion.into_owned());
            assert!(is_new, "an assertion was presented twice");
        }
    }
}

/// What a request to a server with a certificate of an unknown authority ends with.
pub(super) fn untrusted() -> azure_core::Error {
    let error = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let error = std::io::Error::new(std::io::ErrorKind::InvalidData, error);
    azure_core::Error::new(ErrorKind::Io, error)
}

#[async_trait]
impl HttpClient for FakeAzure {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let server = request.url().host_str().unwrap_or_default();
        let (answer, served) = {
            let now = self.elapsed();
            let mut servers = self.servers();
            match server {
                "pipelines.test" => {
                    let served = servers.issue_assertion(request);
                    (servers.github.pop_front(), served)
                }
                "devops.test" => {
                    let served = servers.issue_for_connection(request);
                    (servers.github.pop_front(), served)
                }
                _ => {
                    servers.note_assertion(request);
                    servers.asked.push(now);
                    (servers.entra.pop_front(), servers.issue_token(now))
                }
            }
        };
        let mut headers = Headers::new();
        let (status, body) = match answer.unwrap_or(Answer::Serve) {
            Answer::Serve => (200, served),
            Answer::Refuse(status, body) => (status, body),
            Answer::Hang => std::future::pending().await,
            Answer::Drop => {
                let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                return Err(azure_core::Error::new(ErrorKind::Io, reset));
            }
            Answer::Untrusted => return Err(untrusted()),
            Answer::Busy(status, seconds) => {
                headers.insert("retry-after", seconds.to_string());
                (status, String::new())
            }
        };
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}
