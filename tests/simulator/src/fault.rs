//! Faults to inject between a client and the services.

use std::time::Duration;

use crate::journal::Service;

/// What goes wrong, where, and for how long. Without a limit it goes wrong always.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) kind: Kind,
    service: Option<Service>,
    method: Option<String>,
    path: Option<String>,
    limit: Limit,
    hits: usize,
    first: Option<Duration>,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Status {
        status: u16,
        body: Option<String>,
        retry_after: Option<Duration>,
    },
    Reset,
    Hang,
    LoseAnswer,
    Garbage,
    Unauthorized,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    Never,
    Times(usize),
    Lasting(Duration),
    Between(Duration, Duration),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        let limit = Limit::Never;
        Self {
            kind,
            service: None,
            method: None,
            path: None,
            limit,
            hits: 0,
            first: None,
        }
    }

    /// An answer with this status, and a body unlike Azure's unless [`Fault::with_body`] gives one.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Status {
            status,
            body: None,
            retry_after: None,
        })
    }

    /// The connection is closed without an answer; the request has no effect.
    #[must_use]
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// No answer ever comes; the request has no effect.
    #[must_use]
    pub fn hang() -> Self {
        Self::new(Kind::Hang)
    }

    /// The request takes effect, but its answer is lost with the connection.
    #[must_use]
    pub fn lose_answer() -> Self {
        Self::new(Kind::LoseAnswer)
    }

    /// A 200 that is not JSON, as captive portals and proxies send.
    #[must_use]
    pub fn garbage() -> Self {
        Self::new(Kind::Garbage)
    }

    /// 401 `InvalidAuthenticationToken`, whatever the token.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized)
    }

    /// The body of a [`Fault::status`].
    #[must_use]
    pub fn with_body(mut self, text: &str) -> Self {
        if let Kind::Status { body, .. } = &mut self.kind {
            *body = Some(text.to_owned());
        }
        self
    }

    /// The `Retry-After` of a [`Fault::status`], in whole seconds.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        if let Kind::Status { retry_after, .. } = &mut self.kind {
            *retry_after = Some(wait);
        }
        self
    }

    /// Only at this service.
    #[must_use]
    pub fn on(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Only for this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_ascii_uppercase());
        self
    }

    /// Only where the path contains this, in any case.
    #[must_use]
    pub fn path_contains(mut self, part: &str) -> Self {
        self.path = Some(part.to_ascii_lowercase());
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.limit = Limit::Times(times);
        self
    }

    /// Only for so long in simulated time, from the first time on.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.limit = Limit::Lasting(duration);
        self
    }

    /// Only from one moment to another, in simulated time since the start.
    #[must_use]
    pub fn between(mut self, from: Duration, to: Duration) -> Self {
        self.limit = Limit::Between(from, to);
        self
    }

    /// Whether this request meets the fault; counts it when it does.
    pub(crate) fn strikes(
        &mut self,
        service: Service,
        method: &str,
        path: &str,
        now: Duration,
    ) -> bool {
        let here = self.service.is_none_or(|own| own == service)
            && self.method.as_deref().is_none_or(|own| own == method)
            && self
                .path
                .as_deref()
                .is_none_or(|part| path.to_ascii_lowercase().contains(part));
        if !here || !self.within_limit(now) {
            return false;
        }
        self.first.get_or_insert(now);
        self.hits += 1;
        true
    }

    fn within_limit(&self, now: Duration) -> bool {
        match self.limit {
            Limit::Never => true,
            Limit::Times(times) => self.hits < times,
            Limit::Lasting(duration) => self.first.is_none_or(|first| now < first + duration),
            Limit::Between(from, to) => (from..to).contains(&now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: (Service, &str, &str) = (Service::ResourceManager, "GET", "/a/Operations");

    fn hits(mut fault: Fault, seconds: &[u64]) -> Vec<bool> {
        let (service, method, path) = GET;
        let moments = seconds.iter().map(|second| Duration::from_secs(*second));
        moments
            .map(|now| fault.strikes(service, method, path, now))
            .collect()
    }

    #[test]
    fn limits_end_a_fault() {
        let seconds = Duration::from_secs;
        assert_eq!(
            hits(Fault::reset().times(2), &[0, 1, 2]),
            [true, true, false]
        );
        assert_eq!(
            hits(Fault::reset().lasting(seconds(5)), &[10, 14, 15]),
            [true, true, false]
        );
        let between = Fault::reset().between(seconds(2), seconds(4));
        assert_eq!(hits(between, &[1, 2, 3, 4]), [false, true, true, false]);
        assert_eq!(hits(Fault::reset(), &[0, 1000]), [true, true]);
    }

    #[test]
    fn filters_must_all_match() {
        let fault = Fault::status(503)
            .on(Service::ResourceManager)
            .method("get");
        assert_eq!(
            hits(fault.clone().path_contains("/operations"), &[0]),
            [true]
        );
        assert_eq!(hits(fault.clone().path_contains("/cancel"), &[0]), [false]);
        assert_eq!(hits(fault.method("PUT"), &[0]), [false]);
        assert_eq!(hits(Fault::reset().on(Service::Entra), &[0]), [false]);
    }
}
