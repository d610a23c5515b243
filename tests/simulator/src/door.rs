//! The way in: TLS, HTTP, the journal and the faults.

use std::{collections::BTreeMap, fmt, future::pending, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header, response},
    response::IntoResponse,
};
use hyper::{body::Incoming, server::conn::http1, service::Service as _, service::service_fn};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::{
    arm::error::ArmError,
    compression,
    fault::{Kind, Struck},
    faulty,
    journal::{Exchange, Service},
    world::World,
};

/// Largest body that is read at all.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// One service's way in.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) world: Arc<World>,
    pub(crate) service: Service,
    pub(crate) router: Router,
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the answer is lost on purpose")
    }
}

impl std::error::Error for Lost {}

impl Door {
    /// Takes connections until the runtime ends.
    pub(crate) async fn open(self, listener: TcpListener, tls: TlsAcceptor) {
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.clone().connection(stream, tls.clone()));
            }
        }
    }

    async fn connection(self, stream: TcpStream, tls: TlsAcceptor) {
        let Ok(stream) = tls.accept(stream).await else {
            return;
        };
        self.world.connected(self.service);
        let service = service_fn(|request| self.pass(request));
        // A client that goes away is no concern of the simulator.
        let _ = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn pass(&self, request: Request<Incoming>) -> Result<Response<Body>, Lost> {
        self.world.clock.start();
        let (parts, body) = request.into_parts();
        let body = to_bytes(Body::new(body), LARGEST_BODY)
            .await
            .map_err(|_| Lost)?;
        let mut exchange = self.exchange(&parts, &body);
        let request = Request::from_parts(parts, Body::from(body));
        let struck = self
            .world
            .fault(self.service, &exchange.method, &exchange.path);
        match struck {
            None => {
                let response = self.answer(request, &mut exchange).await;
                self.recorded(response, exchange).await
            }
            Some(struck) => self.misbehave(struck, request, exchange).await,
        }
    }

    /// Does what a fault asks for.
    async fn misbehave(
        &self,
        struck: Struck,
        request: Request<Body>,
        mut exchange: Exchange,
    ) -> Result<Response<Body>, Lost> {
        exchange.fault = true;
        let served = match struck.effect {
            true => self.answer(request, &mut exchange).await,
            false => Response::default(),
        };
        match struck.kind {
            Kind::Reset => {
                self.world.record(exchange);
                Err(Lost)
            }
            Kind::Hang => {
                self.world.record(exchange);
                pending().await
            }
            Kind::Flood(bytes) => {
                let (parts, body) = faulty::flood(bytes);
                let sent = packed(parts, body, &mut exchange)?;
                self.world.record(exchange);
                Ok(sent)
            }
            Kind::Truncate => {
                let whole = self.sent(served, &mut exchange).await?;
                let (half, length) = faulty::half(whole).await.map_err(|_| Lost)?;
                exchange.wire_bytes = length;
                self.world.record(exchange);
                Ok(half)
            }
            Kind::Damage => {
                let (mut parts, body) = self.noted(served, &mut exchange).await?;
                let body = compression::damage(&mut parts.headers, &body).map_err(|_| Lost)?;
                exchange.response_headers = named(&parts.headers);
                exchange.wire_bytes = body.len();
                self.world.record(exchange);
                Ok(Response::from_parts(parts, Body::from(body)))
            }
            Kind::Delay(by) => {
                let until = self.world.clock.elapsed() + by;
                // Recorded at once: the client may not wait for the answer.
                let response = self.recorded(served, exchange).await?;
                self.world.clock.reaches(until).await;
                Ok(response)
            }
            Kind::Status {
                status,
                body,
                headers,
            } => {
                let response = faulty::answer(status, body, headers);
                self.recorded(response, exchange).await
            }
            Kind::Echo(status) => {
                let body = faulty::echo(self.service, &exchange);
                let response = faulty::answer(status, Some(body), Vec::new());
                self.recorded(response, exchange).await
            }
            Kind::Unauthorized => {
                let response = ArmError::invalid_token().reply().into_response();
                self.recorded(response, exchange).await
            }
        }
    }

    /// The service's own answer.
    async fn answer(&self, request: Request<Body>, exchange: &mut Exchange) -> Response<Body> {
        if lacks_length(exchange) {
            exchange.served = Some(411);
            return StatusCode::LENGTH_REQUIRED.into_response();
        }
        let router = TowerToHyperService::new(self.router.clone());
        let response = match router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        exchange.served = Some(response.status().as_u16());
        response
    }

    /// Records the answer and sends it on.
    async fn recorded(
        &self,
        response: Response<Body>,
        mut exchange: Exchange,
    ) -> Result<Response<Body>, Lost> {
        let sent = self.sent(response, &mut exchange).await?;
        self.world.record(exchange);
        Ok(sent)
    }

    /// The answer as it is sent, after it was noted.
    async fn sent(
        &self,
        response: Response<Body>,
        exchange: &mut Exchange,
    ) -> Result<Response<Body>, Lost> {
        let (parts, body) = self.noted(response, exchange).await?;
        packed(parts, body, exchange)
    }

    /// Reads the answer for the journal, before it is compressed.
    async fn noted(
        &self,
        response: Response<Body>,
        exchange: &mut Exchange,
    ) -> Result<(response::Parts, Bytes), Lost> {
        let (mut parts, body) = response.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Lost)?;
        let date = self
            .world
            .clock
            .now()
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string();
        if let Ok(date) = HeaderValue::from_str(&date) {
            parts.headers.insert(header::DATE, date);
        }
        exchange.status = Some(parts.status.as_u16());
        exchange.response_body = serde_json::from_slice(&body).ok();
        Ok((parts, body))
    }

    fn exchange(&self, parts: &axum::http::request::Parts, body: &Bytes) -> Exchange {
        let request_headers = named(&parts.headers);
        let form = request_headers
            .get("content-type")
            .is_some_and(|kind| kind.contains("form"));
        let request_body = if form {
            Some(json!(pairs(&String::from_utf8_lossy(body))))
        } else {
            serde_json::from_slice::<Value>(body).ok()
        };
        Exchange {
            at: self.world.clock.elapsed(),
            service: self.service,
            method: parts.method.to_string(),
            path: percent_decoded(parts.uri.path()),
            query: pairs(parts.uri.query().unwrap_or_default()),
            request_headers,
            request_body,
            status: None,
            response_headers: BTreeMap::new(),
            response_body: None,
            wire_bytes: 0,
            fault: false,
            served: None,
        }
    }
}

/// Whether nobody knows where the body ends, or whether there is one.
fn lacks_length(exchange: &Exchange) -> bool {
    let has_body = matches!(exchange.method.as_str(), "POST" | "PUT" | "PATCH");
    let tells = |name| exchange.request_headers.contains_key(name);
    has_body && !tells("content-length") && !tells("transfer-encoding")
}

/// The answer as it is sent, compressed where Resource Manager does that.
fn packed(
    mut parts: response::Parts,
    mut body: Bytes,
    exchange: &mut Exchange,
) -> Result<Response<Body>, Lost> {
    if !body.is_empty() && compression::is_wanted(exchange, &parts.headers) {
        body = compression::compress(&mut parts.headers, &body).map_err(|_| Lost)?;
    }
    exchange.response_headers = named(&parts.headers);
    exchange.wire_bytes = body.len();
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Decodes a query or a form.
pub(crate) fn pairs(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// Decodes a path.
pub(crate) fn percent_decoded(path: &str) -> String {
    let form = path
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('&', "%26");
    pairs(&form).into_keys().next().unwrap_or_default()
}

/// Headers as text, names in lower case.
pub(crate) fn named(headers: &HeaderMap) -> BTreeMap<String, String> {
    let texts = headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    texts.collect()
}
