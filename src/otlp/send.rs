//! Sends a trace to a collector, and gives up soon.

use std::time::Duration;

use azure_core::{
    Bytes,
    error::Error,
    http::{
        HttpClient, Method, RawResponse, Request,
        headers::{CONTENT_TYPE, RETRY_AFTER},
    },
};
use tokio::{select, time::Instant};

use super::{
    Settings, Trace,
    answer::{partial, reason},
    message::{Batch, batches},
};
use crate::{
    clock::Clock,
    http::{is_web_page, lasting_fault, read_limited, root_cause, trace as trace_request},
};

const KIND: &str = "application/x-protobuf";
/// Attempts for each request.
const ATTEMPTS: usize = 3;
/// Waits between them, if the collector asks for none.
const PAUSES: [Duration; ATTEMPTS - 1] = [Duration::from_secs(1), Duration::from_secs(2)];
/// Longest wait between two attempts, whatever the collector asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Maximum size of an answer, in bytes.
const ANSWER_LIMIT: usize = 64 << 10;
/// Answers that say that another attempt may succeed (OTLP specification, "Failures" of OTLP/HTTP).
const TRANSIENT: [u16; 4] = [429, 502, 503, 504];

/// Why a trace was not sent, or not all of it. The message is a sentence without a full stop. It may have untrusted text.
#[derive(Debug, thiserror::Error)]
#[error("the trace could not be sent to {place}: {reason}{}", so_far(*sent, *all))]
pub(crate) struct SendError {
    place: String,
    reason: Reason,
    /// Spans that were sent before.
    sent: usize,
    all: usize,
}

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    NoAnswer(String),
    #[error("it did not answer within {}", show(*.0))]
    TimedOut(Duration),
    #[error("the run was cancelled, and there was no more time")]
    Hurried,
    #[error("{}", refusal(*.status, .said))]
    Refused { status: u16, said: String },
    #[error(
        "a web page came instead of an answer; check the address, and whether a proxy answers in its place"
    )]
    WebPage,
}

fn so_far(sent: usize, all: usize) -> String {
    match sent {
        0 => String::new(),
        sent => format!(" ({sent} of {all} spans were sent)"),
    }
}

fn show(limit: Duration) -> String {
    match limit.subsec_millis() {
        0 => format!("{} s", limit.as_secs()),
        _ => format!("{} ms", limit.as_millis()),
    }
}

fn refusal(status: u16, said: &str) -> String {
    let advice = match status {
        300..=399 => "; it leads to another address, which is not followed: give that one",
        401 | 403 => "; check OTEL_EXPORTER_OTLP_HEADERS",
        404 => "; check the path of the address",
        _ => "",
    };
    let said = match said {
        "" => String::new(),
        said => format!(", saying {said}"),
    };
    format!("it answered with status {status}{said}{advice}")
}

/// Sends `trace`, unless `hurry` comes first; returns what the collector remarks, as a sentence. Time is that of the
/// machine, as the network does not run faster with the clock of a test.
///
/// # Errors
/// [`SendError`].
pub(crate) async fn send(
    trace: &Trace,
    settings: &Settings,
    http: &dyn HttpClient,
    clock: &Clock,
    hurry: impl Future<Output = ()>,
) -> Result<Option<String>, SendError> {
    let mut sending = Sending {
        settings,
        http,
        clock,
        begun: Instant::now(),
        sent: 0,
    };
    let outcome = select! {
        outcome = Clock::timeout_local(settings.limit, sending.all(batches(trace))) => {
            outcome.unwrap_or(Err(Reason::TimedOut(settings.limit)))
        }
        () = hurry => Err(Reason::Hurried),
    };
    let (all, sent, place) = (
        trace.spans.len(),
        sending.sent,
        settings.endpoint.to_string(),
    );
    match outcome {
        Ok(remark) => Ok(remark.map(|remark| remark.sentence(&place, all))),
        Err(reason) => Err(SendError {
            place,
            reason,
            sent,
            all,
        }),
    }
}

/// What a collector says of spans that it was sent.
struct Remark {
    rejected: u64,
    /// Untrusted text.
    message: String,
}

impl Remark {
    fn sentence(&self, place: &str, all: usize) -> String {
        let what = match self.rejected {
            0 => "remarks on the trace".to_owned(),
            rejected => format!("did not take {rejected} of {all} spans"),
        };
        match self.message.as_str() {
            "" => format!("{place} {what}"),
            message => format!("{place} {what}: {message}"),
        }
    }
}

struct Sending<'a> {
    settings: &'a Settings,
    http: &'a dyn HttpClient,
    clock: &'a Clock,
    begun: Instant,
    /// Spans that the collector has answered for.
    sent: usize,
}

impl Sending<'_> {
    async fn all(&mut self, batches: Vec<Batch>) -> Result<Option<Remark>, Reason> {
        let (mut rejected, mut message) = (0_u64, String::new());
        for batch in batches {
            let answer = self.deliver(batch.body.into()).await?;
            self.sent += batch.spans;
            let partial = partial(answer.body());
            rejected = rejected.saturating_add(partial.rejected);
            if message.is_empty() {
                message = partial.message;
            }
        }
        let has_said = rejected > 0 || !message.is_empty();
        Ok(has_said.then_some(Remark { rejected, message }))
    }

    /// Sends one request, again if the collector is busy.
    async fn deliver(&self, body: Bytes) -> Result<RawResponse, Reason> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let answer = self.post(body.clone()).await?;
            let status = u16::from(answer.status());
            if (200..=299).contains(&status) {
                return match is_web_page(answer.body()) {
                    true => Err(Reason::WebPage),
                    false => Ok(answer),
                };
            }
            let pause = pauses.next().filter(|_| TRANSIENT.contains(&status));
            let pause = pause.map(|pause| asked(&answer).unwrap_or(pause).min(LONGEST_PAUSE));
            let left = self.settings.limit.saturating_sub(self.begun.elapsed());
            match pause.filter(|pause| *pause < left) {
                Some(pause) => self.clock.sleep(pause).await,
                None => {
                    let said = reason(answer.body());
                    return Err(Reason::Refused { status, said });
                }
            }
        }
    }

    async fn post(&self, body: Bytes) -> Result<RawResponse, Reason> {
        let mut request = Request::new(self.settings.endpoint.url().clone(), Method::Post);
        for (name, value) in &self.settings.headers.0 {
            request.insert_header(name.clone(), value.clone());
        }
        request.insert_header(CONTENT_TYPE, KIND);
        request.set_body(body);
        let begun = Instant::now();
        let answer = self.exchange(&request).await;
        trace_request(&request, begun.elapsed(), &answer);
        answer.map_err(|error| {
            let fault = lasting_fault(&error).map(|fault| fault.to_string());
            Reason::NoAnswer(fault.unwrap_or_else(|| root_cause(&error)))
        })
    }

    async fn exchange(&self, request: &Request) -> Result<RawResponse, Error> {
        let answer = self.http.execute_request(request).await?;
        read_limited(answer, ANSWER_LIMIT).await
    }
}

/// How long the collector asks to wait, in whole seconds.
fn asked(answer: &RawResponse) -> Option<Duration> {
    let seconds = answer.headers().get_optional_str(&RETRY_AFTER)?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests;
