//! A client as small as tests need.

use std::{collections::BTreeMap, time::Duration};

use azure_simulator::{AUDIENCE, CLIENT_ID, Options, SUBSCRIPTION_ID, Simulator, TENANT_ID};
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Deployments' version.
pub(crate) const API_VERSION: &str = "2025-04-01";

pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// Time stands still but for [`Simulator::advance`], and tokens outlast any deployment.
pub(crate) fn still() -> Options {
    Options {
        time_scale: 0.0,
        token_lifetime: 365 * DAY,
        ..Options::default()
    }
}

/// A client of one simulator, with a runtime of its own.
pub(crate) struct Session<'a> {
    pub(crate) azure: &'a Simulator,
    pub(crate) client: Client,
    runtime: Runtime,
    token: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

impl<'a> Session<'a> {
    /// A client that trusts the simulator and has signed in nowhere.
    pub(crate) fn anonymous(azure: &'a Simulator) -> Self {
        let client = client(azure).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            azure,
            client,
            runtime,
            token: None,
        }
    }

    /// From now on as a client that knows no compression.
    pub(crate) fn accept_text_only(&mut self) {
        self.client = client(self.azure).no_gzip().build().unwrap();
    }

    /// A client that has signed in with an assertion.
    pub(crate) fn new(azure: &'a Simulator) -> Self {
        let mut session = Self::anonymous(azure);
        session.sign_in();
        session
    }

    /// Gets a new token.
    pub(crate) fn sign_in(&mut self) {
        let assertion = self.azure.mint_assertion();
        let answer = self.exchange(TENANT_ID, &self.form(&assertion));
        self.token = Some(answer.body["access_token"].as_str().unwrap().to_owned());
    }

    pub(crate) fn with_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// The form of an exchange that works.
    pub(crate) fn form(&self, assertion: &str) -> BTreeMap<String, String> {
        let scope = format!("{}/.default", self.azure.resource_manager_url());
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT_ID),
            ("scope", &scope),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ];
        fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    pub(crate) fn exchange(&self, tenant: &str, form: &BTreeMap<String, String>) -> Answer {
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.azure.authority_url());
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| {
                let value: String =
                    url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
                format!("{name}={value}")
            })
            .collect();
        let request = self.client.post(url).body(body.join("&"));
        self.send(request.header("content-type", "application/x-www-form-urlencoded"))
            .unwrap()
    }

    /// Asks GitHub for an id token.
    pub(crate) fn id_token(&self, audience: Option<&str>, bearer: Option<&str>) -> Answer {
        let environment: BTreeMap<_, _> = self.azure.environment().into_iter().collect();
        let mut url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"].clone();
        if let Some(audience) = audience {
            url.push_str(&format!(
                "&audience={}",
                audience.replace(':', "%3A").replace('/', "%2F")
            ));
        }
        let own = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"].clone();
        let bearer = bearer.map_or(own, str::to_owned);
        self.send(self.client.get(url).bearer_auth(bearer)).unwrap()
    }

    /// What the id-token endpoint of Azure Pipelines answers, with these headers, and this query behind the address.
    pub(crate) fn pipelines_token(
        &self,
        method: Method,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let environment = self.azure.azure_pipelines_environment();
        let environment: BTreeMap<_, _> = environment.into_iter().collect();
        let url = format!("{}?{query}", environment["SYSTEM_OIDCREQUESTURI"]);
        let own = &environment["SYSTEM_ACCESSTOKEN"];
        let request = self.client.request(method, url).bearer_auth(own);
        let headers = headers.iter().map(|(name, value)| {
            let name = reqwest::header::HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        self.send(request.headers(headers.collect())).unwrap()
    }

    pub(crate) fn audience_token(&self) -> String {
        let answer = self.id_token(Some(AUDIENCE), None);
        answer.body["value"].as_str().unwrap().to_owned()
    }

    pub(crate) fn send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        self.runtime.block_on(async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            let headers = response.headers().iter().map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    value.to_str().unwrap_or_default().to_owned(),
                )
            });
            let headers = headers.collect();
            let body = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
            Ok(Answer {
                status,
                headers,
                body,
            })
        })
    }

    fn request(&self, method: Method, url: &str, body: Option<&Value>) -> RequestBuilder {
        let has_length = body.is_some() || method != Method::POST;
        let request = self.client.request(method, url);
        // The client tells none of an empty body.
        let request = match has_length {
            true => request,
            false => request.header("content-length", "0"),
        };
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        }
    }

    /// Calls Resource Manager; the path may bring its own query.
    pub(crate) fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let mut url = if path.starts_with("https://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.azure.resource_manager_url())
        };
        if !url.contains("api-version") {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}api-version={API_VERSION}"));
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.send(self.request(method, &url, body))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.try_call("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str) -> Answer {
        self.try_call("POST", path, None).unwrap()
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.try_call("PUT", path, Some(body)).unwrap()
    }

    /// Lets time pass, more than any deployment needs, and shows the deployment.
    pub(crate) fn end(&self, path: &str) -> Answer {
        self.azure.advance(7 * DAY);
        let answer = self.get(path);
        assert_ne!(state(&answer), "Running");
        answer
    }

    /// All rows of a list, page after page.
    pub(crate) fn rows(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.get(&path);
            assert_eq!(page.status, 200, "{:?}", page.body);
            rows.extend(page.body["value"].as_array().unwrap().clone());
            next = page.body["nextLink"].as_str().map(str::to_owned);
        }
        rows
    }
}

/// A client that trusts the simulator.
fn client(azure: &Simulator) -> ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = std::fs::read(azure.ca_file()).unwrap();
    let authority = Certificate::from_pem(&authority).unwrap();
    Client::builder().tls_certs_only([authority]).no_proxy()
}

/// A deployment's provisioning state.
pub(crate) fn state(answer: &Answer) -> &str {
    answer.body["properties"]["provisioningState"]
        .as_str()
        .unwrap_or_default()
}

/// The path of a deployment in the subscription.
pub(crate) fn in_subscription(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Resources/deployments/{name}")
}

/// The path of a deployment in a resource group.
pub(crate) fn in_group(group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourcegroups/{group}/providers/Microsoft.Resources/deployments/{name}"
    )
}
