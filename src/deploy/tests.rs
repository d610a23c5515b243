//! Runs of hours on paused time, through a fake of everything that answers.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    Bytes,
    error::ErrorKind,
    http::{AsyncRawResponse, HttpClient, Method, Request, headers::Headers},
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::{Context, Ending, Event, Events, Job, Submission, run};
use crate::{
    arm::{Arm, DeploymentId},
    clock::Clock,
    identity::{Cloud, Keeper, Method as Proof, fake::FakeAzure},
    inputs::{IfActive, OnStop, Operation},
    step::token_news,
};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);
const OURS: &str = "11111111-1111-1111-1111-111111111111";
const THEIRS: &str = "99999999-9999-9999-9999-999999999999";
const ID: &str = "/providers/Microsoft.Resources/deployments/hub";

/// What Resource Manager does with a request.
#[derive(Clone, Debug)]
enum Reply {
    /// Carries it out and answers.
    Serve,
    /// Carries it out, but the answer is lost.
    Lose,
    /// Drops it.
    Drop,
    /// Refuses it.
    Refuse(u16, &'static str),
}

/// A Resource Manager with one deployment of one resource, and Entra ID and GitHub beside it.
#[derive(Clone, Debug)]
struct FakeArm {
    identity: FakeAzure,
    state: Arc<Mutex<State>>,
    lasts: Duration,
}

#[derive(Debug, Default)]
struct State {
    accepted: Option<(Duration, String)>,
    puts: VecDeque<Reply>,
    gets: VecDeque<Reply>,
    /// Method and path of each request, and when it came.
    requests: Vec<(Method, String, Duration)>,
    /// Age of the token of each request.
    token_ages: Vec<Duration>,
}

impl FakeArm {
    fn start(lasts: Duration) -> Self {
        Self {
            identity: FakeAzure::start(),
            state: Arc::default(),
            lasts,
        }
    }

    fn clock(&self) -> Clock {
        self.identity.clock()
    }

    /// What becomes of the next `PUT`s, and of the next other requests; later ones are served.
    fn script(&self, puts: impl IntoIterator<Item = Reply>, gets: impl IntoIterator<Item = Reply>) {
        let mut state = self.state.lock().expect("not poisoned");
        state.puts.extend(puts);
        state.gets.extend(gets);
    }

    /// A deployment of the name was submitted just now, under this correlation id.
    fn runs_already(&self, correlation_id: &str) {
        let mut state = self.state.lock().expect("not poisoned");
        state.accepted = Some((self.clock().elapsed(), correlation_id.to_owned()));
    }

    fn count(&self, method: Method) -> usize {
        let state = self.state.lock().expect("not poisoned");
        state
            .requests
            .iter()
            .filter(|request| request.0 == method)
            .count()
    }

    fn note(&self, request: &Request) -> Reply {
        let now = self.clock().elapsed();
        let mut state = self.state.lock().expect("not poisoned");
        let path = request.url().path().to_owned();
        state.requests.push((request.method(), path, now));
        let token = request
            .headers()
            .get_optional_string(&"authorization".into())
            .expect("authorised");
        let number: usize = token
            .trim_start_matches("Bearer token-")
            .parse()
            .expect("our token");
        state
            .token_ages
            .push(now - self.identity.asked()[number - 1]);
        let replies = match request.method() {
            Method::Put => &mut state.puts,
            _ => &mut state.gets,
        };
        replies.pop_front().unwrap_or(Reply::Serve)
    }

    fn serve(&self, request: &Request) -> (u16, Value) {
        let now = self.clock().elapsed();
        let mut state = self.state.lock().expect("not poisoned");
        if request.method() == Method::Put {
            let active = state
                .accepted
                .as_ref()
                .filter(|(since, _)| now - *since < self.lasts);
            if let Some((_, correlation_id)) = active {
                let message = format!("still active, with correlationId '{correlation_id}'");
                return (
                    409,
                    json!({"error": {"code": "DeploymentActive", "message": message}}),
                );
            }
            let correlation_id = request
                .headers()
                .get_optional_string(&"x-ms-correlation-request-id".into());
            state.accepted = Some((now, correlation_id.expect("identified")));
        }
        let Some((since, correlation_id)) = &state.accepted else {
            return (
                404,
                json!({"error": {"code": "DeploymentNotFound", "message": "no such deployment"}}),
            );
        };
        let (age, id) = (now - *since, correlation_id.clone());
        if request.url().path().ends_with("/operations") {
            (200, json!({"value": [self.operation(age)]}))
        } else {
            let state = if age < self.lasts {
                "Running"
            } else {
                "Succeeded"
            };
            (
                200,
                json!({"properties": {"provisioningState": state, "correlationId": id}}),
            )
        }
    }

    /// The only resource ends two minutes before the deployment.
    fn operation(&self, age: Duration) -> Value {
        let ended = age + 2 * MINUTE >= self.lasts;
        json!({
            "operationId": "1",
            "properties": {
                "provisioningOperation": "Create",
                "provisioningState": if ended { "Succeeded" } else { "Running" },
                "targetResource": { "id": "/vgw", "resourceType": "Microsoft.Network/virtualNetworkGateways", "resourceName": "vgw" }
            }
        })
    }
}

#[async_trait]
impl HttpClient for FakeArm {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        if request.url().host_str() != Some("management.azure.com") {
            return self.identity.execute_request(request).await;
        }
        let reset = || azure_core::Error::with_message(ErrorKind::Io, "connection reset");
        let (status, body) = match self.note(request) {
            Reply::Serve => self.serve(request),
            Reply::Lose => {
                self.serve(request);
                return Err(reset());
            }
            Reply::Drop => return Err(reset()),
            Reply::Refuse(status, code) => (
                status,
                json!({"error": {"code": code, "message": "refused"}}),
            ),
        };
        Ok(AsyncRawResponse::from_bytes(
            status.into(),
            Headers::new(),
            body.to_string(),
        ))
    }
}

/// What came of a run.
struct Told {
    ending: Ending,
    events: Vec<Event>,
    lasted: Duration,
}

impl Told {
    fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(event)).count()
    }
}

impl Told {
    /// How often a deployment was found to be submitted although the answer was lost.
    fn recovered(&self) -> usize {
        self.count(|event| {
            matches!(
                event,
                Event::Submitted {
                    recovered: true,
                    ..
                }
            )
        })
    }
}

fn job() -> Job {
    Job {
        stack: None,
        operation: Operation::Create,
        preview: None,
        submission: Submission {
            id: DeploymentId::from_target(ID),
            body: Bytes::from_static(b"{}"),
            correlation_id: OURS.to_owned(),
            if_active: IfActive::Auto,
        },
        wait: true,
        poll_interval: 30 * SECOND,
        timeout: 6 * HOUR,
        on_timeout: OnStop::Leave,
        on_cancel: OnStop::Leave,
    }
}

async fn follow(azure: &FakeArm, job: Job) -> Told {
    let clock = azure.clock();
    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let audience = "api://AzureADTokenExchange".to_owned();
    let credential = azure.identity.credential(Proof::GitHubOidc { audience });
    let keeper = Keeper::sign_in(
        Arc::new(credential),
        45 * MINUTE,
        clock.clone(),
        token_news(&events),
    );
    let keeper = keeper.await.expect("signed in");
    let stop = CancellationToken::new();
    tokio::spawn(keeper.clone().keep(stop.clone()));
    let origin = Cloud::public().resource_manager;
    let arm = Arm::new(Arc::new(azure.clone()), origin, keeper, clock.clone());
    let begun = clock.elapsed();
    let context = Context {
        arm: &arm,
        clock: &clock,
        events: &events,
    };
    let ending = run(context, &job, &CancellationToken::new()).await;
    stop.cancel();
    Told {
        ending,
        events: drain(received),
        lasted: clock.elapsed() - begun,
    }
}

fn drain(mut received: UnboundedReceiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| received.try_recv().ok()).collect()
}

#[tokio::test(start_paused = true)]
async fn five_hours_with_tokens_that_are_never_old() {
    let azure = FakeArm::start(5 * HOUR);
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::Succeeded),
        "{:?}",
        told.ending
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::TokenRefreshed(_))),
        6
    );
    let ages = azure.state.lock().expect("not poisoned").token_ages.clone();
    assert!(ages.len() > 1000, "{} requests", ages.len());
    let oldest = ages.iter().max().expect("some");
    assert!(*oldest <= 45 * MINUTE + 30 * SECOND, "{oldest:?}");
    assert_eq!(azure.count(Method::Put), 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_seen_within_seconds() {
    let azure = FakeArm::start(HOUR);
    let told = follow(&azure, job()).await;
    assert!(told.lasted <= HOUR + 5 * SECOND, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_once() {
    let azure = FakeArm::start(HOUR);
    let told = follow(&azure, job()).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::Progressed { .. })),
        2,
        "begun and ended"
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::StateChanged { .. })),
        2,
        "running, then succeeded"
    );
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_when_it_begins_and_when_it_ends() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        [],
        [Reply::Serve, Reply::Serve]
            .into_iter()
            .chain(std::iter::repeat_n(Reply::Refuse(503, "ServerBusy"), 20)),
    );
    let told = follow(&azure, job()).await;
    assert!(matches!(told.ending, Ending::Succeeded));
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. })),
        1
    );
    let ended = told.events.iter().find_map(|event| match event {
        Event::OutageEnded { lasted, attempts } => Some((*lasted, *attempts)),
        _ => None,
    });
    let (lasted, attempts) = ended.expect("the end is told");
    assert_eq!(attempts, 20);
    assert!(lasted > 10 * MINUTE, "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_single_fault_is_not_worth_a_word() {
    let azure = FakeArm::start(HOUR);
    azure.script([], [Reply::Serve, Reply::Drop]);
    let told = follow(&azure, job()).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. } | Event::OutageEnded { .. })),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_in_bursts_is_told_when_it_begins_and_when_it_ends() {
    let azure = FakeArm::start(HOUR);
    let throttled = || Reply::Refuse(429, "TooManyRequests");
    // Each look makes two requests; both have to wait now and then.
    let burst = [
        throttled(),
        throttled(),
        Reply::Serve,
        throttled(),
        Reply::Serve,
    ];
    let calm = std::iter::repeat_n(Reply::Serve, 20);
    let script: Vec<_> = burst
        .iter()
        .cloned()
        .chain(burst.clone())
        .chain(calm)
        .chain(burst.clone())
        .collect();
    azure.script([], script);
    let told = follow(&azure, job()).await;
    assert!(matches!(told.ending, Ending::Succeeded));
    let attempts: Vec<_> = told
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Throttled { .. } => Some(None),
            Event::ThrottlingEnded { attempts, .. } => Some(Some(*attempts)),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [None, Some(6), None, Some(3)]);
    assert_eq!(
        told.count(|event| matches!(event, Event::OutageBegan { .. })),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_is_a_time_out_and_no_outage() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        [],
        std::iter::repeat_n(Reply::Refuse(429, "TooManyRequests"), 10_000),
    );
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::TimedOut { .. }),
        "{:?}",
        told.ending
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::ThrottlingEnded { .. })),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn azure_that_never_comes_back_is_unreachable() {
    let azure = FakeArm::start(HOUR);
    azure.script([], std::iter::repeat_n(Reply::Drop, 10_000));
    let told = follow(&azure, job()).await;
    assert!(
        matches!(
            told.ending,
            Ending::Unreachable {
                submitted: true,
                ..
            }
        ),
        "{:?}",
        told.ending
    );
    assert_eq!(told.lasted, 6 * HOUR, "the time-out is the limit");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_without_a_second_put() {
    let azure = FakeArm::start(HOUR);
    azure.script([Reply::Lose], []);
    let told = follow(&azure, job()).await;
    assert!(matches!(told.ending, Ending::Succeeded));
    assert_eq!(azure.count(Method::Put), 1);
    assert_eq!(told.recovered(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_recognised_by_the_refusal_of_the_second_put() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        [Reply::Lose],
        std::iter::repeat_n(Reply::Refuse(404, "DeploymentNotFound"), 14),
    );
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::Succeeded),
        "{:?}",
        told.ending
    );
    assert_eq!(
        azure.count(Method::Put),
        2,
        "invisible for a minute, so it was sent again"
    );
    assert_eq!(told.recovered(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_arrived_is_sent_again() {
    let azure = FakeArm::start(HOUR);
    azure.script([Reply::Drop], []);
    let told = follow(&azure, job()).await;
    assert!(matches!(told.ending, Ending::Succeeded));
    assert_eq!(azure.count(Method::Put), 2);
}

#[tokio::test(start_paused = true)]
async fn this_very_deployment_from_an_earlier_run_is_followed() {
    let azure = FakeArm::start(HOUR);
    azure.runs_already("11111111-1111-2222-2222-222222222222");
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::Succeeded),
        "{:?}",
        told.ending
    );
    assert_eq!(azure.count(Method::Put), 1, "asked once, refused, followed");
    assert_eq!(
        told.count(|event| matches!(event, Event::Adopted { .. })),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_deployment_is_waited_for() {
    let azure = FakeArm::start(HOUR);
    azure.runs_already(THEIRS);
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::Succeeded),
        "{:?}",
        told.ending
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::Waiting { .. })),
        1
    );
    assert_eq!(
        told.count(|event| matches!(event, Event::Submitted { .. })),
        1
    );
    assert!(
        told.lasted > 2 * HOUR,
        "theirs, then ours: {:?}",
        told.lasted
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_is_done_even_for_our_own_if_asked_for() {
    let azure = FakeArm::start(HOUR);
    azure.runs_already("11111111-1111-2222-2222-222222222222");
    let mut job = job();
    job.submission.if_active = IfActive::Wait;
    let told = follow(&azure, job).await;
    assert_eq!(
        told.count(|event| matches!(event, Event::Submitted { .. })),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_running_deployment_can_be_a_failure() {
    let azure = FakeArm::start(HOUR);
    azure.runs_already(THEIRS);
    let mut job = job();
    job.submission.if_active = IfActive::Fail;
    let Ending::Refused { causes } = follow(&azure, job).await.ending else {
        panic!("refused");
    };
    assert_eq!(causes[0].code, "DeploymentActive");
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_deployment_is_never_cancelled() {
    let azure = FakeArm::start(24 * HOUR);
    azure.runs_already(THEIRS);
    let mut job = job();
    job.on_timeout = OnStop::Cancel;
    let told = follow(&azure, job).await;
    let Ending::TimedOut {
        submitted,
        cancelled,
        ..
    } = told.ending
    else {
        panic!("{:?}", told.ending);
    };
    assert!(!submitted && !cancelled);
    assert_eq!(azure.count(Method::Post), 0);
}

#[tokio::test(start_paused = true)]
async fn azure_out_of_reach_at_the_submission() {
    let azure = FakeArm::start(HOUR);
    azure.script(std::iter::repeat_n(Reply::Refuse(503, "Busy"), 10_000), []);
    let told = follow(&azure, job()).await;
    assert!(
        matches!(told.ending, Ending::Unreachable { .. }),
        "{:?}",
        told.ending
    );
    assert_eq!(told.lasted, 15 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_was_deleted_is_not_waited_for() {
    let azure = FakeArm::start(HOUR);
    azure.script(
        [],
        [Reply::Serve, Reply::Serve]
            .into_iter()
            .chain(std::iter::repeat_n(
                Reply::Refuse(404, "DeploymentNotFound"),
                10_000,
            )),
    );
    let told = follow(&azure, job()).await;
    let Ending::Failed { causes } = told.ending else {
        panic!("{:?}", told.ending);
    };
    assert_eq!(causes[0].code, "DeploymentNotFound");
    assert!(told.lasted < MINUTE, "{:?}", told.lasted);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_costs_one_exchange_and_one_request() {
    let azure = FakeArm::start(10 * MINUTE);
    azure.script([], [Reply::Refuse(401, "ExpiredAuthenticationToken")]);
    let told = follow(&azure, job()).await;
    assert!(matches!(told.ending, Ending::Succeeded));
    assert_eq!(azure.identity.asked().len(), 2);
    let requests = azure.state.lock().expect("not poisoned").requests.clone();
    assert_eq!(requests[1].1, requests[2].1, "the same request again");
    assert_eq!(requests[1].2, requests[2].2, "at once");
}
