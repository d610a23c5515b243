//! The HTTP client, and limits on what is read from it.

mod certificates;
#[cfg(test)]
mod compressed;
mod error;
mod page;
pub(crate) mod proxy;

use std::{sync::Arc, time::Duration};

use azure_core::{
    error::ErrorKind,
    http::{AsyncRawResponse, HttpClient, Method, RawResponse, Request, Url, headers::HeaderName},
};
use futures::TryStreamExt;
use tokio::time::Instant;
use tracing::debug;

pub(crate) use certificates::{CertificateFileError, ExtraRoots, are_roots_found};
pub(crate) use error::{
    LastingFault, excerpt, is_connect_error, lasting_fault, root_cause, sources,
};
pub(crate) use page::{is_web_page, page_excerpt, page_text};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a connection is kept without a request: longer than Azure makes us wait between two, which is ten minutes,
/// and than those that only bursts of requests need are idle in between.
const IDLE_TIMEOUT: Duration = Duration::from_secs(11 * 60);
/// Connections to one host that are kept: as many as there are requests at the same time, so that none is opened anew
/// for each poll.
const MOST_IDLE: usize = 8;
/// Time without a packet after which the system looks whether a connection still exists: far less than the four minutes
/// after which Azure's outbound NAT, behind which GitHub's runners are, forgets it without a word.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// Maximum size of an answer to a token request, in bytes.
const TOKEN_ANSWER_LIMIT: usize = 1 << 20;

/// The HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot verify servers: {reason}; install the certificate bundle (ca-certificates), or let SSL_CERT_FILE name one"
)]
pub(crate) struct ClientError {
    reason: String,
}

/// The client for all requests: rustls with ring, no redirects. It trusts the root certificates and `extra_roots`.
///
/// It asks for answers in gzip, which makes lists of operations eight times smaller, and decodes them.
///
/// `HTTPS_PROXY` and `NO_PROXY` are honoured, `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the root certificates.
///
/// # Errors
/// [`ClientError`] when no root certificate is found.
pub(crate) fn client(extra_roots: &ExtraRoots) -> Result<Arc<dyn HttpClient>, ClientError> {
    // This fails only if a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = build(extra_roots).map_err(|error| ClientError {
        reason: root_cause(&error),
    })?;
    match client {
        Some(client) => Ok(Arc::new(client)),
        None => Err(ClientError {
            reason: "no root certificates were found".to_owned(),
        }),
    }
}

/// `None` if no certificate is trusted.
fn build(extra_roots: &ExtraRoots) -> reqwest::Result<Option<reqwest::Client>> {
    let roots = extra_roots.with_roots();
    if roots.is_empty() {
        return Ok(None);
    }
    let roots = roots
        .iter()
        .map(|root| reqwest::Certificate::from_der(root))
        .collect::<reqwest::Result<Vec<_>>>()?;
    let client = reqwest::Client::builder()
        .user_agent(concat!("long-deploy-action/", env!("CARGO_PKG_VERSION")))
        .tls_certs_only(roots)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MOST_IDLE)
        .tcp_keepalive(KEEP_ALIVE)
        .redirect(reqwest::redirect::Policy::none());
    client.build().map(Some)
}

/// A request without a body. Servers of Microsoft answer a POST whose length is not told with 411, and the client does not
/// tell that of an empty one.
pub(crate) fn without_body(url: Url, method: Method) -> Request {
    let mut request = Request::new(url, method);
    if method == Method::Post {
        request.insert_header("content-length", "0");
    }
    request
}

/// The body of an answer exceeds our limit.
#[derive(Debug, thiserror::Error)]
#[error("the answer is longer than {limit} bytes")]
pub(crate) struct TooLong {
    limit: usize,
}

/// Sends a token request and reads the answer up to a limit. Neither bodies nor the query are traced.
pub(crate) async fn exchange(
    http: &dyn HttpClient,
    request: &Request,
) -> azure_core::Result<RawResponse> {
    let begun = Instant::now();
    let answer = match http.execute_request(request).await {
        Ok(response) => read_limited(response, TOKEN_ANSWER_LIMIT).await,
        Err(error) => Err(error),
    };
    trace(request, begun.elapsed(), &answer);
    answer
}

/// Reads the body of `response`, at most `limit` bytes of it after decoding: few bytes of gzip can be very many then.
///
/// # Errors
/// With [`TooLong`] as innermost source if the body is longer, of which the rest is not read; errors of the connection;
/// those of gzip that is damaged, of which nothing is returned.
pub(crate) async fn read_limited(
    response: AsyncRawResponse,
    limit: usize,
) -> azure_core::Result<RawResponse> {
    let (status, headers, mut body) = response.deconstruct();
    let mut read = Vec::new();
    while let Some(chunk) = body.try_next().await? {
        if chunk.len() > limit - read.len() {
            return Err(azure_core::Error::new(ErrorKind::Io, TooLong { limit }));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(RawResponse::from_bytes(status, headers, read))
}

/// Traces a request and whether it was answered, but never body or query, which may hold secrets.
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use azure_core::{
        Bytes,
        http::{Method, Request, StatusCode, Url, headers::Headers},
    };
    use futures::{StreamExt, stream};

    use super::*;

    /// An answer of `chunks` of four bytes each, and how many of them were read.
    async fn read(chunks: usize, limit: usize) -> (azure_core::Result<RawResponse>, usize) {
        let (sender, receiver) = std::sync::mpsc::channel();
        let body = stream::iter(0..chunks).map(move |_| {
            sender.send(()).unwrap();
            Ok(Bytes::from_static(b"four"))
        });
        let response = AsyncRawResponse::new(StatusCode::Ok, Headers::new(), body.boxed());
        let outcome = read_limited(response, limit).await;
        (outcome, receiver.try_iter().count())
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit() {
        let (whole, _) = read(3, 12).await;
        assert_eq!(whole.unwrap().body().as_ref(), b"fourfourfour");
        let (cut, chunks) = read(usize::MAX, 11).await;
        let message = root_cause(&cut.unwrap_err());
        assert_eq!(message, "the answer is longer than 11 bytes");
        assert_eq!(chunks, 3, "it is not read to its end");
    }

    #[derive(Debug)]
    struct Endless;

    #[async_trait::async_trait]
    impl HttpClient for Endless {
        async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
            let body = stream::repeat_with(|| Ok(Bytes::from(vec![b' '; 1 << 16])));
            let body = body.boxed();
            Ok(AsyncRawResponse::new(StatusCode::Ok, Headers::new(), body))
        }
    }

    #[tokio::test]
    async fn an_endless_answer_to_a_request_for_a_token_is_an_error() {
        let url = Url::parse("https://login.test").unwrap();
        let outcome = exchange(&Endless, &Request::new(url, Method::Get)).await;
        let message = root_cause(&outcome.unwrap_err());
        assert_eq!(message, "the answer is longer than 1048576 bytes");
    }

    #[tokio::test]
    async fn a_failure_names_its_cause_and_no_url() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let url = Url::parse(&format!("https://127.0.0.1:{port}/?sig=hush")).unwrap();
        let client = client(&ExtraRoots::default()).unwrap();
        let error = client
            .execute_request(&Request::new(url, Method::Get))
            .await
            .unwrap_err();
        let cause = root_cause(&error);
        assert!(cause.contains("refused"), "{cause}");
        assert!(!cause.contains("hush"), "{cause}");
    }
}
