//! Asking Azure about a deployment before it is submitted, and waiting for the answer.

use std::time::Duration;

use azure_core::Bytes;

use super::{patience::Patience, run::Context};
use crate::arm::{Answer, ArmError, DeploymentId, Progress};

/// How long Azure may be out of reach before it has taken the question.
const TAKEN_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How long the place of the answer may stay invisible.
const VISIBLE_WITHIN: Duration = Duration::from_secs(60);
/// Time between two looks if Azure suggests none.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Shortest time between two looks, whatever Azure suggests.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// Asks for an action of a deployment and returns the answer, however long it takes.
///
/// # Errors
/// Azure's refusal; an error that is transient only if Azure was out of reach for too long at the start.
pub(crate) async fn ask(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    id: &DeploymentId,
    action: &str,
    body: Bytes,
) -> Result<serde_json::Value, ArmError> {
    let post = async || context.arm.post(id, action, body.clone()).await;
    answer_to(context, patience, post).await
}

/// Makes the request that starts an action, and returns the action's answer, however long it takes.
///
/// # Errors
/// As [`ask`].
pub(crate) async fn answer_to(
    context: Context<'_>,
    patience: &mut Patience<'_>,
    post: impl AsyncFnMut() -> Result<Answer<Progress>, ArmError>,
) -> Result<serde_json::Value, ArmError> {
    let Context { arm, clock, .. } = context;
    let posting = patience.persist(ArmError::is_transient, post);
    let Ok(posted) = clock.timeout(TAKEN_WITHIN, posting).await else {
        let reason = patience.reason().unwrap_or("nothing").to_owned();
        return Err(ArmError::Unanswered { reason });
    };
    let mut answer = posted?;
    let late = clock.elapsed() + VISIBLE_WITHIN;
    let passes =
        |error: &ArmError| error.is_transient() || error.is_not_found() && clock.elapsed() < late;
    loop {
        let location = match answer.value {
            Progress::Done(value) => return Ok(value),
            Progress::Pending(location) => location,
        };
        clock.sleep(wait(answer.retry_after)).await;
        answer = patience
            .persist(passes, async || arm.poll(&location).await)
            .await?;
    }
}

fn wait(suggested: Option<Duration>) -> Duration {
    suggested.map_or(LOOK_AGAIN, |wait| wait.max(SHORTEST_WAIT))
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        sync::{Arc, Mutex},
    };

    use async_trait::async_trait;
    use azure_core::http::{AsyncRawResponse, HttpClient, Request, headers::Headers};
    use serde_json::{Value, json};
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::{
        arm::Arm,
        deploy::{Event, Events},
        identity::{Cloud, Keeper, Method, fake::FakeAzure},
    };

    const ID: &str = "/providers/Microsoft.Resources/deployments/hub";
    const HERE: &str = "https://management.azure.com/operationresults/1?s=signature";

    /// A Resource Manager that answers in this order: status, where the result will be, `Retry-After`, body.
    #[derive(Clone, Debug)]
    struct Script {
        identity: FakeAzure,
        answers: Arc<Mutex<VecDeque<Scripted>>>,
        asked: Arc<Mutex<Vec<String>>>,
    }

    type Scripted = (u16, Option<&'static str>, Option<u64>, Value);

    #[async_trait]
    impl HttpClient for Script {
        async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
            if request.url().host_str() != Some("management.azure.com") {
                return self.identity.execute_request(request).await;
            }
            let asked = format!("{} {}", request.method(), request.url());
            self.asked.lock().expect("not poisoned").push(asked);
            let answer = self.answers.lock().expect("not poisoned").pop_front();
            let (status, location, wait, body) = answer.expect("nothing more is asked");
            let mut headers = Headers::new();
            if let Some(location) = location {
                headers.insert("location", location);
            }
            if let Some(wait) = wait {
                headers.insert("retry-after", wait.to_string());
            }
            let body = body.to_string();
            Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
        }
    }

    /// What came of asking: the answer, the requests, the events, and how long it took.
    struct Asked {
        answer: Result<Value, ArmError>,
        requests: Vec<String>,
        events: Vec<Event>,
        lasted: Duration,
    }

    async fn asked(answers: impl IntoIterator<Item = Scripted>) -> Asked {
        let azure = Script {
            identity: FakeAzure::start(),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            asked: Arc::default(),
        };
        let clock = azure.identity.clock();
        let (sender, mut received) = unbounded_channel();
        let events = Events::new(sender);
        let audience = "api://AzureADTokenExchange".to_owned();
        let credential = Arc::new(azure.identity.credential(Method::GitHubOidc { audience }));
        let limit = Duration::from_secs(45 * 60);
        let keeper = Keeper::sign_in(
            credential,
            limit,
            clock.clone(),
            crate::step::token_news(&events),
        );
        let keeper = keeper.await.expect("signed in");
        let origin = Cloud::public().resource_manager;
        let arm = Arm::new(Arc::new(azure.clone()), origin, keeper, clock.clone());
        let context = Context {
            arm: &arm,
            clock: &clock,
            events: &events,
        };
        let (begun, id) = (clock.elapsed(), DeploymentId::from_target(ID));
        let body = Bytes::from_static(b"{}");
        let mut patience = Patience::new(context);
        let answer = ask(context, &mut patience, &id, "whatIf", body).await;
        let requests = azure.asked.lock().expect("not poisoned").clone();
        Asked {
            answer,
            requests,
            events: std::iter::from_fn(|| received.try_recv().ok()).collect(),
            lasted: clock.elapsed() - begun,
        }
    }

    fn done() -> Scripted {
        let body = json!({"status": "Succeeded", "properties": {"changes": []}});
        (200, None, None, body)
    }

    fn busy() -> Scripted {
        let body = json!({"error": {"code": "ServerBusy", "message": "later"}});
        (503, None, None, body)
    }

    fn pending(wait: Option<u64>) -> Scripted {
        (202, Some(HERE), wait, Value::Null)
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_is_followed_to_where_it_will_be() {
        let elsewhere = "https://management.azure.com/operationresults/2?s=other";
        let asked = asked([
            pending(Some(15)),
            (202, None, Some(0), Value::Null),
            (202, Some(elsewhere), None, Value::Null),
            done(),
        ])
        .await;
        assert!(asked.answer.is_ok(), "{:?}", asked.answer);
        let get = |url: &str| format!("GET {url}");
        assert_eq!(
            asked.requests[1..],
            [get(HERE), get(HERE), get(elsewhere)],
            "as they stand"
        );
        assert!(
            asked.requests[0].starts_with("POST ")
                && asked.requests[0].contains("/deployments/hub/whatIf?")
        );
        assert_eq!(asked.lasted, Duration::from_secs(15 + 1 + 5));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_at_once_is_taken_at_once() {
        let asked = asked([done()]).await;
        assert!(asked.answer.is_ok());
        assert_eq!(asked.lasted, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_within_a_success_is_a_refusal() {
        let error = json!({"code": "InvalidTemplate", "message": "no such parameter"});
        let failed = (200, None, None, json!({"status": "Failed", "error": error}));
        let asked = asked([pending(None), failed]).await;
        let error = asked.answer.expect_err("it failed");
        assert!(!error.is_transient());
        assert_eq!(error.causes()[0].code, "InvalidTemplate");
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_while_waiting_is_borne_and_told() {
        let not_found = json!({"error": {"code": "NotFound", "message": "not yet"}});
        let answers = [pending(None), (404, None, None, not_found)].into_iter();
        let answers = answers
            .chain(std::iter::repeat_n(busy(), 30))
            .chain([done()]);
        let asked = asked(answers).await;
        assert!(asked.answer.is_ok(), "{:?}", asked.answer);
        let told = |wanted: fn(&Event) -> bool| asked.events.iter().filter(|e| wanted(e)).count();
        assert_eq!(told(|event| matches!(event, Event::OutageBegan { .. })), 1);
        assert_eq!(told(|event| matches!(event, Event::OutageEnded { .. })), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn azure_that_does_not_take_the_question_is_given_up() {
        let asked = asked(std::iter::repeat_n(busy(), 100)).await;
        assert!(asked.answer.expect_err("given up").is_transient());
        assert_eq!(asked.lasted, TAKEN_WITHIN);
    }

    #[tokio::test(start_paused = true)]
    async fn a_result_that_is_gone_is_not_waited_for() {
        let gone = json!({"error": {"code": "NotFound", "message": "gone"}});
        let answers = std::iter::repeat_n((404, None, None, gone), 100);
        let asked = asked(std::iter::once(pending(None)).chain(answers)).await;
        assert_eq!(asked.answer.expect_err("gone").status(), Some(404));
        assert!(asked.lasted < 3 * VISIBLE_WITHIN, "{:?}", asked.lasted);
    }

    #[tokio::test(start_paused = true)]
    async fn the_token_goes_to_no_other_server() {
        let elsewhere = Some("https://management.azure.com.example.com/results/1");
        let asked = asked([(202, elsewhere, None, Value::Null), done()]).await;
        assert!(asked.answer.is_ok(), "it is asked again");
        assert!(
            asked
                .requests
                .iter()
                .all(|request| request.starts_with("POST "))
        );
    }
}
