//! Answers that no service wrote, and answers that do not arrive whole.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Error,
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, Response, StatusCode, header, response::Parts},
    response::IntoResponse,
};
use hyper::body::Frame;
use serde_json::json;

use crate::{
    journal::{Exchange, Service},
    reply::Reply,
};

/// An answer with this status, these headers and this text.
pub(crate) fn answer(
    status: u16,
    body: Option<String>,
    headers: Vec<(&'static str, String)>,
) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = headers
        .into_iter()
        .fold(Reply::empty(status), |reply, (name, value)| {
            reply.with(name, value)
        });
    let body = body.unwrap_or_else(|| "simulated fault".to_owned());
    let mut response = reply.into_response();
    let kind = HeaderValue::from_static(content_type(&body));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    *response.body_mut() = Body::from(body);
    response
}

/// The service's error, with the request's headers and body in its message.
pub(crate) fn echo(service: Service, request: &Exchange) -> String {
    let secrets = ["authorization", "x-identity-header"];
    let brought = secrets.map(|name| request.request_headers.get(name).map(String::as_str));
    let brought = brought.map(Option::unwrap_or_default).concat();
    let body = request.request_body.clone().unwrap_or_default();
    let message = format!("The request is not acceptable: {brought} with {body}");
    let error = match service {
        Service::Entra => json!({"error": "invalid_request", "error_description": message}),
        Service::GitHub => json!({"message": message}),
        _ => json!({"error": {"code": "BadRequest", "message": message}}),
    };
    error.to_string()
}

fn content_type(body: &str) -> &'static str {
    if serde_json::from_str::<serde_json::Value>(body).is_ok() {
        "application/json; charset=utf-8"
    } else if body.starts_with('<') {
        "text/html"
    } else {
        "text/plain"
    }
}

/// A 200 with one JSON object of so many bytes.
pub(crate) fn flood(bytes: usize) -> (Parts, Bytes) {
    let (start, end) = ("{\"filler\":\"", "\"}");
    let filler = "x".repeat(bytes.saturating_sub(start.len() + end.len()));
    let (mut parts, body) = Response::new(format!("{start}{filler}{end}")).into_parts();
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, kind);
    (parts, body.into())
}

/// The same answer, whose body breaks off in the middle although its length promises all of it; and how much of it
/// there is.
pub(crate) async fn half(whole: Response<Body>) -> Result<(Response<Body>, usize), Error> {
    let (mut parts, body) = whole.into_parts();
    let body = to_bytes(body, usize::MAX).await?;
    // A body of nothing cannot break off, so it promises a byte that never comes.
    let promised = HeaderValue::from(body.len().max(1));
    parts.headers.insert(header::CONTENT_LENGTH, promised);
    let length = body.len() / 2;
    let half = Half {
        bytes: Some(body.slice(..length)),
        flushed: false,
    };
    Ok((Response::from_parts(parts, Body::new(half)), length))
}

/// Some bytes, then the end of the connection.
struct Half {
    bytes: Option<Bytes>,
    /// Whether what was written so far had the chance to be sent.
    flushed: bool,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if std::mem::replace(&mut self.flushed, true) {
            return Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
