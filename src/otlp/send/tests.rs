use std::{future::pending, sync::Mutex};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, Body, StatusCode, headers::Headers};
use jiff::Timestamp;

use super::*;
use crate::otlp::{Attributes, Span, SpanId, SpanParent, Status, TraceId, wire::Message};

/// What the stand-in for a collector does with a request.
#[derive(Clone, Debug)]
enum Does {
    Answer(u16, Option<&'static str>, Vec<u8>),
    Hang,
    Break,
}

fn accept() -> Does {
    Does::Answer(200, None, Vec::new())
}

fn answer(status: u16, body: &str) -> Does {
    Does::Answer(status, None, body.as_bytes().to_vec())
}

fn partial(rejected: u64, message: &str) -> Does {
    let inner = Message::default().number(1, rejected).text(2, message);
    let body = Message::default().message(1, &inner).into_bytes();
    Does::Answer(200, None, body)
}

/// Does the next of these with each request, the last one for ever.
#[derive(Debug)]
struct Collector {
    script: Vec<Does>,
    got: Mutex<Vec<Request>>,
}

#[async_trait]
impl HttpClient for Collector {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let at = {
            let mut got = self.got.lock().expect("no panic");
            got.push(request.clone());
            got.len().min(self.script.len()) - 1
        };
        match self.script[at].clone() {
            Does::Hang => pending().await,
            Does::Break => {
                let broken = std::io::Error::other("connection reset by peer");
                Err(Error::new(azure_core::error::ErrorKind::Io, broken))
            }
            Does::Answer(status, retry_after, body) => {
                let mut headers = Headers::new();
                if let Some(seconds) = retry_after {
                    headers.insert(RETRY_AFTER, seconds);
                }
                Ok(AsyncRawResponse::from_bytes(
                    StatusCode::from(status),
                    headers,
                    body,
                ))
            }
        }
    }
}

fn trace(spans: usize) -> Trace {
    let span = |n: usize| Span {
        id: SpanId::derived(&[&n.to_string()]),
        parent: SpanParent::Trace,
        name: "create".to_owned(),
        start: Timestamp::UNIX_EPOCH,
        end: Timestamp::UNIX_EPOCH,
        attributes: Attributes::default(),
        moments: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
    };
    Trace {
        id: TraceId::derived(&["trace"]),
        parent: None,
        is_random: false,
        resource: Attributes::default(),
        spans: (0..spans).map(span).collect(),
    }
}

fn settings() -> Settings {
    let read = Settings::read(|name| match name {
        "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("https://me:hush@o.test/otlp?key=hush"),
        "OTEL_EXPORTER_OTLP_HEADERS" => Some("authorization=Bearer%20hush,Content-Type=text/plain"),
        _ => None,
    });
    read.expect("valid").expect("wanted")
}

/// What came of sending so many spans to a collector that does this: the sentence, the requests, and the time it took.
async fn sent(spans: usize, script: Vec<Does>) -> (String, Vec<Request>, Duration) {
    sent_unless(spans, script, pending()).await
}

async fn sent_unless(
    spans: usize,
    script: Vec<Does>,
    hurry: impl Future<Output = ()>,
) -> (String, Vec<Request>, Duration) {
    let (clock, settings) = (Clock::paused(), settings());
    let got = Mutex::default();
    let collector = Collector { script, got };
    let outcome = send(&trace(spans), &settings, &collector, &clock, hurry).await;
    let sentence = match outcome {
        Ok(remark) => remark.unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    assert!(!sentence.contains("hush"), "{sentence}");
    let got = collector.got.into_inner().expect("no panic");
    (sentence, got, clock.elapsed())
}

const FAILED: &str = "the trace could not be sent to https://o.test/otlp/v1/traces: ";

#[tokio::test(start_paused = true)]
async fn a_request_has_the_headers_and_a_body_of_otlp() {
    let (sentence, got, _) = sent(2, vec![accept()]).await;
    let [request] = &got[..] else {
        panic!("{got:?}");
    };
    assert_eq!(sentence, "");
    assert_eq!(
        request.url().as_str(),
        "https://me:hush@o.test/otlp/v1/traces?key=hush"
    );
    let header = |name: &'static str| request.headers().get_optional_str(&name.into());
    assert_eq!(header("authorization"), Some("Bearer hush"));
    assert_eq!(header("content-type"), Some(KIND));
    let Body::Bytes(body) = request.body() else {
        panic!("bytes");
    };
    assert_eq!(
        azure_simulator::traces::decode(body).expect("OTLP").len(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_busy_collector_is_asked_again_but_not_for_long() {
    for status in TRANSIENT {
        let busy = || answer(status, "busy");
        let (sentence, got, took) = sent(1, vec![busy(), busy(), accept()]).await;
        assert_eq!((sentence.as_str(), got.len()), ("", 3), "{status}");
        assert_eq!(took, PAUSES[0] + PAUSES[1]);
        let (sentence, got, _) = sent(1, vec![busy()]).await;
        let expected = format!("{FAILED}it answered with status {status}, saying busy");
        assert_eq!((sentence, got.len()), (expected, ATTEMPTS));
    }
}

#[tokio::test(start_paused = true)]
async fn the_collector_says_how_long_to_wait_within_reason() {
    for (asked, waited) in [("3", 3), ("86400", 5), ("0", 0), ("soon", 1), ("-1", 1)] {
        let busy = Does::Answer(429, Some(asked), Vec::new());
        let (sentence, got, took) = sent(1, vec![busy, accept()]).await;
        assert_eq!((sentence.as_str(), got.len()), ("", 2), "{asked}");
        assert_eq!(took, Duration::from_secs(waited), "{asked}");
    }
    // A third attempt would come after the limit.
    let busy = Does::Answer(503, Some("60"), Vec::new());
    let (sentence, got, took) = sent(1, vec![busy]).await;
    assert_eq!((got.len(), took), (2, LONGEST_PAUSE));
    assert_eq!(sentence, format!("{FAILED}it answered with status 503"));
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_tried_once_and_told() {
    for (does, expected) in [
        (
            answer(400, "bad"),
            "it answered with status 400, saying bad",
        ),
        (answer(500, ""), "it answered with status 500"),
        (
            answer(404, ""),
            "it answered with status 404; check the path of the address",
        ),
        (
            answer(401, "<html>Sign in</html>"),
            "it answered with status 401, saying Sign in; check OTEL_EXPORTER_OTLP_HEADERS",
        ),
        (
            answer(307, ""),
            "it answered with status 307; it leads to another address, which is not followed: give that one",
        ),
        (
            answer(200, "<!doctype html><html>Welcome</html>"),
            "a web page came instead of an answer; check the address, and whether a proxy answers in its place",
        ),
        (
            answer(200, &"x".repeat(70_000)),
            "the answer is longer than 65536 bytes",
        ),
        (Does::Break, "connection reset by peer"),
    ] {
        let (sentence, got, took) = sent(1, vec![does]).await;
        assert_eq!(sentence, format!("{FAILED}{expected}"));
        assert_eq!((got.len(), took), (1, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_hangs_costs_ten_seconds_in_all() {
    let (sentence, got, took) = sent(1, vec![Does::Hang]).await;
    assert_eq!(sentence, format!("{FAILED}it did not answer within 10 s"));
    assert_eq!((got.len(), took), (1, Duration::from_secs(10)));
    let (sentence, _, took) = sent(1_100, vec![accept(), answer(503, ""), Does::Hang]).await;
    let expected = "it did not answer within 10 s (512 of 1100 spans were sent)";
    assert_eq!(sentence, format!("{FAILED}{expected}"));
    assert_eq!(took, Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn who_is_in_a_hurry_does_not_wait() {
    let hurry = tokio::time::sleep(Duration::from_secs(2));
    let (sentence, _, took) = sent_unless(1, vec![Does::Hang], hurry).await;
    let expected = "the run was cancelled, and there was no more time";
    assert_eq!(sentence, format!("{FAILED}{expected}"));
    assert_eq!(took, Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_taken_is_told_once_for_all_requests_and_not_sent_again() {
    let place = "https://o.test/otlp/v1/traces";
    let (sentence, got, _) = sent(
        1_100,
        vec![partial(3, "too old"), accept(), partial(4, "x")],
    )
    .await;
    assert_eq!(
        sentence,
        format!("{place} did not take 7 of 1100 spans: too old")
    );
    assert_eq!(got.len(), 3);
    let (sentence, ..) = sent(1, vec![partial(0, "use gzip")]).await;
    assert_eq!(sentence, format!("{place} remarks on the trace: use gzip"));
    let (sentence, ..) = sent(1, vec![partial(1, "")]).await;
    assert_eq!(sentence, format!("{place} did not take 1 of 1 spans"));
}

#[tokio::test(start_paused = true)]
async fn a_trace_of_nothing_is_not_sent() {
    assert_eq!(sent(0, vec![Does::Hang]).await.1.len(), 0);
}
