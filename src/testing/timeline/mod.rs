//! A Resource Manager for tests on paused time whose deployments take their time as real ones do: trees of deployments
//! with the moments at which everything begins and ends. Each request takes as long as one over the internet.

mod past;
mod shapes;

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request, headers::Headers};
use serde_json::{Value, json};

pub(crate) use self::{
    past::Past,
    shapes::{Random, Shape},
};
use super::entra::FakeAzure;
use crate::clock::Clock;

/// How long a request takes, there and back.
const REQUEST: Duration = Duration::from_millis(150);
/// How late what waits for what can be told.
const MINUTE: Duration = Duration::from_mins(1);
/// Rows in a page of operations.
const PAGE: usize = 100;
const ORIGIN: &str = "https://management.azure.com";
/// When the root is submitted.
const EPOCH: &str = "2026-01-05T02:00:00Z";

/// A deployment with the moments of all that is in it, counted from the submission of the root.
#[derive(Clone, Debug)]
pub(crate) struct Scheduled {
    pub(crate) id: String,
    pub(crate) start: Duration,
    pub(crate) end: Duration,
    pub(crate) rows: Vec<Row>,
}

/// A resource or nested deployment.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) start: Duration,
    pub(crate) end: Duration,
}

/// Requests and bytes, by what was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) states: usize,
    pub(crate) deployments: usize,
    pub(crate) pages: usize,
    pub(crate) lists: usize,
    pub(crate) validations: usize,
    /// What was asked for of earlier deployments, and when since the submission.
    pub(crate) history: Vec<(Duration, String)>,
    pub(crate) bytes: usize,
    /// When the root itself was asked for while it ran, since its submission.
    pub(crate) root_asked: Vec<Duration>,
}

impl Asked {
    pub(crate) fn requests(&self) -> usize {
        let following = self.states + self.deployments + self.pages + self.lists;
        following + self.validations + self.history.len()
    }
}

/// How Resource Manager answers what is only there to ask less.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manners {
    /// Seconds of `Retry-After` on a running deployment.
    pub(crate) retry_after: Option<u32>,
    pub(crate) status: Telling,
    pub(crate) lists: Telling,
    /// How many reads it says to grant.
    pub(crate) remaining_reads: Option<u32>,
    /// Validation, the list of what has succeeded, and the operations of earlier deployments.
    pub(crate) validation: Telling,
    pub(crate) history: Telling,
    pub(crate) earlier: Telling,
    /// Durations of operations count from the start of their deployment.
    pub(crate) common_start: bool,
    /// What waits for what is told only after a minute.
    pub(crate) late_dependencies: bool,
}

/// Whether an answer can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Telling {
    #[default]
    Truth,
    /// As it was at the beginning, for ever.
    Past,
    /// As it will be at the end, from the beginning.
    Future,
    Refused,
    Hung,
}

/// A tree of deployments, the root first, which begins when it is submitted.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    pub(crate) identity: FakeAzure,
    deployments: Arc<Vec<Scheduled>>,
    past: Arc<Vec<Past>>,
    manners: Manners,
    begun: Arc<OnceLock<(Duration, String)>>,
    asked: Arc<Mutex<Asked>>,
}

impl Timeline {
    pub(crate) fn new(deployments: Vec<Scheduled>, manners: Manners) -> Self {
        Self {
            identity: FakeAzure::start(),
            deployments: Arc::new(deployments),
            past: Arc::default(),
            manners,
            begun: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// The same with deployments that have ended before, the newest first.
    pub(crate) fn after(self, past: Vec<Past>) -> Self {
        Self {
            past: Arc::new(past),
            ..self
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        self.identity.clock()
    }

    pub(crate) fn deployments(&self) -> &[Scheduled] {
        &self.deployments
    }

    /// When the root was submitted, on the run's clock.
    pub(crate) fn begun(&self) -> Duration {
        self.begun.get().expect("submitted").0
    }

    pub(crate) fn asked(&self) -> Asked {
        self.asked.lock().expect("not poisoned").clone()
    }

    fn serve(&self, request: &Request) -> (u16, Headers, String) {
        let mut asked = self.asked.lock().expect("not poisoned");
        let (path, mut headers) = (request.url().path(), Headers::new());
        if request.method() == Method::Put {
            let id = request.headers();
            let correlation = id.get_str(&"x-ms-correlation-request-id".into());
            let correlation = correlation.expect("identified").to_owned();
            let now = self.clock().elapsed();
            self.begun.get_or_init(|| (now, correlation));
            headers.insert(
                "azure-asyncoperation",
                format!("{ORIGIN}/operationStatuses/1"),
            );
        }
        let (begun, correlation) = self.begun.get().expect("submitted first");
        let now = self.clock().elapsed() - *begun;
        if let Some(remaining) = self.manners.remaining_reads {
            let name = "x-ms-ratelimit-remaining-subscription-reads";
            headers.insert(name, remaining.to_string());
        }
        let is_history = self.is_history(request);
        if is_history {
            let target = request.url()[url::Position::BeforePath..].to_owned();
            asked.history.push((now, target));
        }
        let body = if is_history {
            match self.history(request, now) {
                Ok(body) => body,
                Err(status) => return refused(status),
            }
        } else if path.ends_with("/validate") {
            asked.validations += 1;
            match self.manners.validation.at(now) {
                Some(_) => self.validated(),
                None => return refused(403),
            }
        } else if path.contains("/operationStatuses/") {
            asked.states += 1;
            let end = self.deployments[0].end;
            match self.manners.status.at(now) {
                Some(now) => json!({"status": state(now, end)}),
                None => return refused(403),
            }
        } else if let Some(id) = path.strip_suffix("/operations") {
            asked.pages += 1;
            self.page(id, request, now)
        } else if path.ends_with("/deployments") {
            asked.lists += 1;
            match self.manners.lists.at(now) {
                Some(touched) => self.running(path, request, now, touched),
                None => return refused(403),
            }
        } else {
            asked.deployments += 1;
            let found = self.find(path);
            if std::ptr::eq(found, &raw const self.deployments[0]) && now < found.end {
                asked.root_asked.push(now);
            }
            if let (true, Some(seconds)) = (now < found.end, self.manners.retry_after) {
                headers.insert("retry-after", seconds.to_string());
            }
            let mut shown = found.show(correlation, now, now, EPOCH);
            if self.manners.late_dependencies && now < found.start + MINUTE {
                shown["properties"]["dependencies"] = json!([]);
            }
            shown
        };
        let body = body.to_string();
        asked.bytes += body.len();
        (200, headers, body)
    }

    fn find(&self, id: &str) -> &Scheduled {
        let mut all = self.deployments.iter();
        let found = all.find(|deployment| deployment.id.eq_ignore_ascii_case(id));
        found.unwrap_or_else(|| panic!("no deployment {id}"))
    }

    fn page(&self, id: &str, request: &Request, now: Duration) -> Value {
        let found = self.find(id);
        let mut begun: Vec<_> = found.rows.iter().filter(|row| row.start <= now).collect();
        begun.sort_by_key(|row| std::cmp::Reverse(row.start));
        paged(request, &begun, |row| {
            row.show(found, now, EPOCH, self.manners.common_start)
        })
    }

    /// The running deployments at a scope, with the times at which they were touched until `touched`.
    fn running(&self, path: &str, request: &Request, now: Duration, touched: Duration) -> Value {
        let (_, correlation) = self.begun.get().expect("submitted");
        let at_scope = |deployment: &&Scheduled| {
            let scope = deployment.id.rsplit_once('/').map(|(scope, _)| scope);
            scope.is_some_and(|scope| scope.eq_ignore_ascii_case(path))
        };
        let running = self.deployments.iter().filter(at_scope);
        let running = running.filter(|found| (found.start..found.end).contains(&now));
        let running: Vec<_> = running.collect();
        paged(request, &running, |found| {
            found.show(correlation, now, touched, EPOCH)
        })
    }
}

impl Telling {
    /// The time whose state is told now, if any is.
    fn at(self, now: Duration) -> Option<Duration> {
        match self {
            Self::Truth => Some(now),
            Self::Past => Some(Duration::ZERO),
            Self::Future => Some(Duration::MAX),
            Self::Refused | Self::Hung => None,
        }
    }
}

fn refused(status: u16) -> (u16, Headers, String) {
    let body = json!({"error": {"code": "AuthorizationFailed", "message": "no"}});
    (status, Headers::new(), body.to_string())
}

impl Scheduled {
    fn show(&self, correlation: &str, now: Duration, touched: Duration, epoch: &str) -> Value {
        let moments = self.rows.iter().flat_map(|row| [row.start, row.end]);
        let changed = moments
            .chain([self.start, self.end])
            .filter(|at| *at <= touched)
            .max();
        json!({"id": self.id, "name": self.id.rsplit('/').next(), "properties": {
            "provisioningState": state(now, self.end), "correlationId": correlation,
            "timestamp": time(epoch, changed.unwrap_or(self.start)),
            "templateHash": self.hash(), "mode": "Incremental", "dependencies": self.dependencies(),
        }})
    }
}

impl Row {
    fn show(&self, within: &Scheduled, now: Duration, epoch: &str, common_start: bool) -> Value {
        let until = now.min(self.end);
        let from = if common_start {
            within.start
        } else {
            self.start
        };
        json!({
            "id": format!("{}/operations/{}", within.id, self.name),
            "operationId": self.name,
            "properties": {
                "provisioningOperation": "Create",
                "provisioningState": state(now, self.end),
                "timestamp": time(epoch, until),
                "duration": format!("PT{}S", (until - from).as_secs_f64()),
                "trackingId": "c578c5a7-72f1-462c-a1dd-26aceb2d56f1",
                "serviceRequestId": "1ee7f24d-3900-4c9a-8997-aafc006904c0",
                "statusCode": "OK",
                "targetResource": {"id": self.id, "resourceType": self.kind, "resourceName": self.name},
            },
        })
    }
}

fn state(now: Duration, end: Duration) -> &'static str {
    if now < end { "Running" } else { "Succeeded" }
}

fn time(epoch: &str, at: Duration) -> String {
    let epoch: jiff::Timestamp = epoch.parse().expect("a timestamp");
    (epoch + at).to_string()
}

/// The page of these that a request asks for.
fn paged<T>(request: &Request, rows: &[T], show: impl Fn(&T) -> Value) -> Value {
    let mut pairs = request.url().query_pairs();
    let skip = pairs.find(|(name, _)| name == "$skiptoken");
    let skip = skip.map_or(0, |(_, at)| at.parse().expect("ours"));
    let mut page =
        json!({"value": rows.iter().skip(skip).take(PAGE).map(show).collect::<Vec<_>>()});
    if skip + PAGE < rows.len() {
        let mut next = request.url().clone();
        let others = request.url().query_pairs();
        let others = others.filter(|(name, _)| name != "$skiptoken");
        next.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair("$skiptoken", &(skip + PAGE).to_string());
        page["nextLink"] = next.as_str().into();
    }
    page
}

#[async_trait]
impl HttpClient for Timeline {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        if request.url().host_str() != Some("management.azure.com") {
            return self.identity.execute_request(request).await;
        }
        let path = request.url().path();
        let telling = match path {
            _ if self.is_history(request) && path.ends_with("/deployments") => self.manners.history,
            _ if self.is_history(request) => self.manners.earlier,
            _ if path.ends_with("/validate") => self.manners.validation,
            _ if path.contains("/operationStatuses/") => self.manners.status,
            _ if path.ends_with("/deployments") => self.manners.lists,
            _ => Telling::Truth,
        };
        if telling == Telling::Hung {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(REQUEST / 2).await;
        let (status, headers, body) = self.serve(request);
        tokio::time::sleep(REQUEST / 2).await;
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}
