//! The way in: TLS, HTTP, the journal and the faults.

use std::{collections::BTreeMap, fmt, future::pending, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderValue, Request, Response, header},
    response::IntoResponse,
};
use hyper::{body::Incoming, server::conn::http1, service::Service as _, service::service_fn};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::{
    arm::error::ArmError,
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
                self.world.record(exchange);
                Ok(faulty::flood(bytes))
            }
            Kind::Truncate => {
                let whole = self.recorded(served, exchange).await?;
                faulty::half(whole).await.map_err(|_| Lost)
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
        let router = TowerToHyperService::new(self.router.clone());
        let response = match router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        exchange.served = Some(response.status().as_u16());
        response
    }

    /// Reads the answer for the journal and sends it on.
    async fn recorded(
        &self,
        response: Response<Body>,
        mut exchange: Exchange,
    ) -> Result<Response<Body>, Lost> {
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
        exchange.response_headers = named(&parts.headers);
        exchange.response_body = serde_json::from_slice(&body).ok();
        exchange.wire_bytes = body.len();
        self.world.record(exchange);
        Ok(Response::from_parts(parts, Body::from(body)))
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
