//! A Resource Manager for tests on paused time: one deployment of one resource under one name, with Entra ID and GitHub
//! beside it. It serves requests as Azure does, or misbehaves as a test scripts it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind,
    http::{AsyncRawResponse, HttpClient, Method, Request, headers::Headers},
};
use serde_json::{Value, json};

mod submission;

use self::submission::Submission;
use super::entra::{FakeAzure, untrusted};
use crate::clock::Clock;

const MINUTE: Duration = Duration::from_secs(60);
const ORIGIN: &str = "https://management.azure.com";
const INNER: &str = "/providers/Microsoft.Resources/deployments/inner";

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Put,
    Get,
    Operations,
    Cancel,
    /// To see the deployment that is nested in ours.
    GetInner,
    CancelInner,
    /// The state of one submission, whatever its name carries.
    Status,
    /// Deployments beside ours.
    List,
    /// Validation, what-if, deletion and what else has no servant here: a test scripts the answers.
    Other,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// It is carried out and answered.
    Serve,
    /// It is carried out, but the answer is lost.
    Lose,
    /// The connection breaks before it is carried out.
    Drop,
    /// The connection shows a certificate that nobody trusts.
    Untrusted,
    /// It is never answered.
    Hang,
    /// Azure refuses it with this status and code.
    Refuse(u16, &'static str),
    /// As `Refuse`, with a `Retry-After` of so many seconds.
    Busy(u16, u32),
    /// Something answers with this status and body.
    Answer(u16, Value),
    /// As `Answer`, with this header besides.
    Pointing(u16, &'static str, &'static str, Value),
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    pub(crate) at: Duration,
}

/// Resource Manager, and whom it trusts.
#[derive(Clone, Debug)]
pub(crate) struct FakeArm {
    pub(crate) identity: FakeAzure,
    state: Arc<Mutex<State>>,
    lasts: Duration,
}

#[derive(Debug, Default)]
struct State {
    submissions: Vec<Submission>,
    /// What becomes of the next requests of a kind.
    scripts: HashMap<Kind, VecDeque<Reply>>,
    /// What becomes of all requests of a kind that no script is left for.
    habits: HashMap<Kind, Reply>,
    /// Until then `GET` shows the submission before the latest, or none.
    stale_until: Duration,
    /// Refusals because of an active deployment do not say whose it is.
    is_silent: bool,
    /// Each deployment has its resource in another one within it.
    is_nested: bool,
    /// Why the resource fails.
    failure: Option<&'static str>,
    asked: Vec<Asked>,
    token_ages: Vec<Duration>,
}

type Answer = (u16, Headers, Value);

impl FakeArm {
    /// A Resource Manager whose deployments last so long.
    pub(crate) fn start(lasts: Duration) -> Self {
        Self {
            identity: FakeAzure::start(),
            state: Arc::default(),
            lasts,
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        self.identity.clock()
    }

    /// What becomes of the next requests of this kind; later ones are served.
    pub(crate) fn script(&self, kind: Kind, replies: impl IntoIterator<Item = Reply>) {
        let mut state = self.state();
        state.scripts.entry(kind).or_default().extend(replies);
    }

    /// What becomes of all requests of this kind that no script is left for.
    pub(crate) fn always(&self, kind: Kind, reply: Reply) {
        self.state().habits.insert(kind, reply);
    }

    /// Somebody's deployment of the name begins at this time, and ends after `lasts` as `end`.
    pub(crate) fn submit(
        &self,
        at: Duration,
        correlation: &str,
        lasts: Duration,
        end: &'static str,
    ) {
        self.state().submissions.push(Submission {
            correlation: correlation.to_owned(),
            since: at,
            lasts,
            cancelled: None,
            inner_cancelled: None,
            end,
        });
    }

    /// Until this time `GET` shows what was submitted before the latest submission, or nothing.
    pub(crate) fn stale_until(&self, time: Duration) {
        self.state().stale_until = time;
    }

    /// Refusals because of an active deployment do not say whose it is, as they did in 2016.
    pub(crate) fn keep_silent(&self) {
        self.state().is_silent = true;
    }

    /// Each deployment has its resource in another one within it, which goes on when it is cancelled.
    pub(crate) fn nest(&self) {
        self.state().is_nested = true;
    }

    /// The resource fails, with this code.
    pub(crate) fn fail(&self, code: &'static str) {
        self.state().failure = Some(code);
    }

    /// How many requests of this kind came.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        let state = self.state();
        state
            .asked
            .iter()
            .filter(|asked| asked.kind == kind)
            .count()
    }

    /// How many submissions took effect.
    pub(crate) fn accepted(&self) -> usize {
        self.state().submissions.len()
    }

    /// All requests.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// The age of the token of each request.
    pub(crate) fn token_ages(&self) -> Vec<Duration> {
        self.state().token_ages.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.state.lock();
        state.expect("no test panics while it holds the state")
    }

    fn note(&self, request: &Request) -> (Kind, Reply) {
        let now = self.clock().elapsed();
        let kind = kind(request);
        let token = header(request, "authorization").expect("authorised");
        let number = token.trim_start_matches("Bearer token-").parse::<usize>();
        let issued = self.identity.asked()[number.expect("our token") - 1];
        let mut state = self.state();
        state.token_ages.push(now - issued);
        state.asked.push(Asked {
            kind,
            url: request.url().to_string(),
            at: now,
        });
        let scripted = state.scripts.get_mut(&kind).and_then(VecDeque::pop_front);
        let reply = scripted.or_else(|| state.habits.get(&kind).cloned());
        (kind, reply.unwrap_or(Reply::Serve))
    }

    fn serve(&self, kind: Kind, request: &Request) -> Answer {
        let now = self.clock().elapsed();
        let mut state = self.state();
        match kind {
            Kind::Put => state.put(request, now, self.lasts),
            Kind::Cancel => state.cancel(now),
            Kind::CancelInner => {
                let present = state.present(now).expect("a submission");
                present.inner_cancelled = Some(now);
                plain(204, Value::Null)
            }
            Kind::Status => {
                let id = request.url().path().rsplit('/').next().unwrap_or_default();
                let found = state.submissions.iter().find(|each| each.correlation == id);
                let status = found.expect("a submission").state(now);
                plain(200, json!({"status": status}))
            }
            Kind::Get | Kind::GetInner | Kind::Operations => {
                let Some(shown) = state.shown(now) else {
                    return refusal(404, "DeploymentNotFound");
                };
                let is_inner = request.url().path().contains("/inner");
                let operation = if state.is_nested && !is_inner {
                    shown.inner(now)
                } else {
                    shown.operation(now, state.failure)
                };
                let body = match kind {
                    Kind::Operations => json!({"value": [operation]}),
                    Kind::GetInner => shown.body(shown.inner_state(now)),
                    _ => shown.body(shown.state(now)),
                };
                plain(200, body)
            }
            Kind::List => plain(200, json!({"value": []})),
            Kind::Other => refusal(404, "NotServedHere"),
        }
    }
}

impl State {
    /// The latest submission that has begun.
    fn present(&mut self, now: Duration) -> Option<&mut Submission> {
        let begun = self.submissions.iter_mut().filter(|each| each.since <= now);
        begun.max_by_key(|each| each.since)
    }

    /// What a replica shows, which may lag behind.
    fn shown(&self, now: Duration) -> Option<&Submission> {
        let begun = self.submissions.iter().filter(|each| each.since <= now);
        let mut begun: Vec<_> = begun.collect();
        begun.sort_by_key(|each| each.since);
        if now < self.stale_until {
            begun.pop();
        }
        begun.pop()
    }

    fn put(&mut self, request: &Request, now: Duration, lasts: Duration) -> Answer {
        if let Some(active) = self.present(now).filter(|each| each.is_active(now)) {
            let active = active.correlation.clone();
            let message = if self.is_silent {
                "another deployment is still active".to_owned()
            } else {
                format!("still active, with correlationId '{active}'")
            };
            let body = json!({"error": {"code": "DeploymentActive", "message": message}});
            return plain(409, body);
        }
        let correlation = header(request, "x-ms-correlation-request-id").expect("identified");
        let submission = Submission {
            correlation,
            since: now,
            lasts,
            cancelled: None,
            inner_cancelled: None,
            end: "Succeeded",
        };
        let mut headers = Headers::new();
        let status = format!("{ORIGIN}/operationStatuses/{}", submission.correlation);
        headers.insert("azure-asyncoperation", status);
        let body = submission.body("Accepted");
        self.submissions.push(submission);
        (201, headers, body)
    }

    fn cancel(&mut self, now: Duration) -> Answer {
        match self.present(now).filter(|each| each.is_active(now)) {
            Some(active) => {
                active.cancelled = Some(now);
                plain(204, Value::Null)
            }
            None => refusal(409, "DeploymentCannotBeCancelled"),
        }
    }
}

#[async_trait]
impl HttpClient for FakeArm {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        if request.url().host_str() != Some("management.azure.com") {
            return self.identity.execute_request(request).await;
        }
        let reset = || azure_core::Error::with_message(ErrorKind::Io, "connection reset");
        let (kind, reply) = self.note(request);
        let (status, headers, body) = match reply {
            Reply::Serve => self.serve(kind, request),
            Reply::Lose => {
                self.serve(kind, request);
                return Err(reset());
            }
            Reply::Drop => return Err(reset()),
            Reply::Untrusted => return Err(untrusted()),
            Reply::Hang => std::future::pending().await,
            Reply::Refuse(status, code) => refusal(status, code),
            Reply::Busy(status, seconds) => {
                let (status, mut headers, body) = refusal(status, "Busy");
                headers.insert("retry-after", seconds.to_string());
                (status, headers, body)
            }
            Reply::Answer(status, body) => plain(status, body),
            Reply::Pointing(status, name, value, body) => {
                let mut headers = Headers::new();
                headers.insert(name, value);
                (status, headers, body)
            }
        };
        Ok(AsyncRawResponse::from_bytes(
            status.into(),
            headers,
            body.to_string(),
        ))
    }
}

fn kind(request: &Request) -> Kind {
    let path = request.url().path();
    match request.method() {
        Method::Put if path.ends_with("/hub") => Kind::Put,
        Method::Get if path.ends_with("/hub") => Kind::Get,
        Method::Get if path.ends_with("/inner") => Kind::GetInner,
        Method::Post if path.ends_with("/inner/cancel") => Kind::CancelInner,
        Method::Get if path.ends_with("/operations") => Kind::Operations,
        Method::Get if path.ends_with("/deployments") => Kind::List,
        Method::Get if path.contains("/operationStatuses/") => Kind::Status,
        Method::Post if path.ends_with("/cancel") => Kind::Cancel,
        _ => Kind::Other,
    }
}

fn header(request: &Request, name: &'static str) -> Option<String> {
    request.headers().get_optional_string(&name.into())
}

fn plain(status: u16, body: Value) -> Answer {
    (status, Headers::new(), body)
}

fn refusal(status: u16, code: &str) -> Answer {
    let message = format!("{code} of the fake");
    plain(status, json!({"error": {"code": code, "message": message}}))
}
