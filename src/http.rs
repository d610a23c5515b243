//! The one HTTP client, and what its failures say.

use std::{error::Error, sync::Arc, time::Duration};

use azure_core::http::{HttpClient, RawResponse, Request, headers::HeaderName};
use tokio::time::Instant;
use tracing::debug;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// Most characters of a foreign text that a message quotes.
const EXCERPT: usize = 500;

/// The HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot verify servers: {reason}; install the certificate bundle (ca-certificates), or let SSL_CERT_FILE name one"
)]
pub struct ClientError {
    reason: String,
}

/// The client of every request: rustls with ring, the system's root certificates, no redirects.
///
/// `HTTPS_PROXY` and `NO_PROXY` are honoured, `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the roots.
///
/// # Errors
/// [`ClientError`] when no root certificate is found.
pub fn client() -> Result<Arc<dyn HttpClient>, ClientError> {
    // An error only says that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .user_agent(concat!("long-deploy-action/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| ClientError {
            reason: root_cause(&error),
        })?;
    Ok(Arc::new(client))
}

/// Sends a request for a token and reads the answer whole. Neither bodies nor the query are traced.
pub(crate) async fn exchange(
    http: &dyn HttpClient,
    request: &Request,
) -> azure_core::Result<RawResponse> {
    let begun = Instant::now();
    let answer = match http.execute_request(request).await {
        Ok(response) => response.try_into_raw_response().await,
        Err(error) => Err(error),
    };
    trace(request, begun.elapsed(), &answer);
    answer
}

/// Traces that a request was answered, or was not: never its body or query, which may hold secrets.
pub(crate) fn trace<E>(request: &Request, took: Duration, answer: &Result<RawResponse, E>) {
    let received = answer.as_ref().ok();
    debug!(
        method = %request.method(),
        host = request.url().host_str(),
        path = request.url().path(),
        status = received.map(|answer| u16::from(answer.status())),
        ms = took.as_millis(),
        request_id = received.and_then(|answer| answer.headers().get_optional_str(&REQUEST_ID)),
        "{}", if received.is_some() { "answered" } else { "no answer" },
    );
}

/// What lies at the bottom of an error, such as `Connection refused`; the wrappers above it name whole URLs.
pub(crate) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let bottom = sources(error).last().unwrap_or(error);
    excerpt(&bottom.to_string())
}

/// An error and everything below it.
pub(crate) fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// A foreign text on one line, without control characters, cut to a length that a message can bear.
pub(crate) fn excerpt(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use azure_core::http::{Method, Request, Url};

    use super::*;

    #[test]
    fn quotes_foreign_text_on_one_short_line() {
        assert_eq!(excerpt("  a\r\n\u{1b}[31mb\tc\u{0} "), "a [31mb c");
        let long = excerpt(&"ä".repeat(501));
        assert_eq!(long.chars().count(), 501);
        assert!(long.ends_with('…'));
    }

    #[tokio::test]
    async fn a_failure_names_its_cause_and_no_url() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let url = Url::parse(&format!("https://127.0.0.1:{port}/?sig=hush")).unwrap();
        let client = client().unwrap();
        let error = client
            .execute_request(&Request::new(url, Method::Get))
            .await
            .unwrap_err();
        let cause = root_cause(&error);
        assert!(cause.contains("refused"), "{cause}");
        assert!(!cause.contains("hush"), "{cause}");
    }
}
