//! Faults to inject between a client and the services.

use std::time::Duration;

use crate::{journal::Service, plan::fraction};

/// What goes wrong, where, and for how long. Without a limit it goes wrong always.
#[derive(Debug, Clone)]
pub struct Fault {
    kind: Kind,
    effect: bool,
    place: Place,
    skip: usize,
    chance: Option<(f64, u64)>,
    limit: Limit,
    met: usize,
    hits: usize,
    first: Option<Duration>,
}

/// What goes wrong with one request.
#[derive(Debug, Clone)]
pub(crate) struct Struck {
    pub(crate) kind: Kind,
    /// Whether the service gets the request all the same.
    pub(crate) effect: bool,
}

/// What the client gets to see.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Status {
        status: u16,
        body: Option<String>,
        headers: Vec<(&'static str, String)>,
    },
    Reset,
    Hang,
    Truncate,
    Damage,
    Delay(Duration),
    Flood(usize),
    Unauthorized,
    Echo(u16),
}

/// Which requests can meet the fault. Without a condition all do.
#[derive(Debug, Clone, Default)]
struct Place {
    service: Option<Service>,
    method: Option<String>,
    part: Option<String>,
    end: Option<String>,
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
        Self {
            effect: matches!(kind, Kind::Truncate | Kind::Damage | Kind::Delay(_)),
            kind,
            place: Place::default(),
            skip: 0,
            chance: None,
            limit: Limit::Never,
            met: 0,
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
            headers: Vec::new(),
        })
    }

    /// An error as Azure writes it: `{"error": {"code", "message"}}`.
    #[must_use]
    pub fn azure(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"error": {"code": code, "message": message}});
        Self::status(status).with_body(&body.to_string())
    }

    /// A redirection to another address, such as the page of a captive portal.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).with_header("location", location)
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
        Self::reset().with_effect()
    }

    /// The request takes effect, but the connection is closed after half of the answer's body.
    #[must_use]
    pub fn truncate() -> Self {
        Self::new(Kind::Truncate)
    }

    /// The request takes effect, but the answer comes in gzip whose checksum is wrong, from any service.
    #[must_use]
    pub fn damage() -> Self {
        Self::new(Kind::Damage)
    }

    /// The request takes effect at once; its answer comes so much later, in simulated time.
    #[must_use]
    pub fn delay(by: Duration) -> Self {
        Self::new(Kind::Delay(by))
    }

    /// A 200 with one JSON object of so many bytes; few of them are sent where the answer is compressed.
    #[must_use]
    pub fn flood(bytes: usize) -> Self {
        Self::new(Kind::Flood(bytes))
    }

    /// A 200 that is not JSON, as captive portals and proxies send.
    #[must_use]
    pub fn garbage() -> Self {
        Self::status(200).with_body("<html>not what you asked for</html>")
    }

    /// 401 `InvalidAuthenticationToken`, whatever the token.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized)
    }

    /// An error with this status, in the service's own shape, whose message quotes what the request brought to prove
    /// itself, and its body.
    #[must_use]
    pub fn echo(status: u16) -> Self {
        Self::new(Kind::Echo(status))
    }

    /// The body of a [`Fault::status`]; its content type is that of JSON, HTML or plain text.
    #[must_use]
    pub fn with_body(mut self, text: &str) -> Self {
        if let Kind::Status { body, .. } = &mut self.kind {
            *body = Some(text.to_owned());
        }
        self
    }

    /// A header of a [`Fault::status`].
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Kind::Status { headers, .. } = &mut self.kind {
            headers.push((name, value.to_owned()));
        }
        self
    }

    /// The `Retry-After` of a [`Fault::status`], in whole seconds.
    #[must_use]
    pub fn with_retry_after(self, wait: Duration) -> Self {
        self.with_header("retry-after", &wait.as_secs().to_string())
    }

    /// The service gets the request all the same: only its answer is replaced.
    #[must_use]
    pub fn with_effect(mut self) -> Self {
        self.effect = true;
        self
    }

    /// Only at this service.
    #[must_use]
    pub fn on(mut self, service: Service) -> Self {
        self.place.service = Some(service);
        self
    }

    /// Only for this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.place.method = Some(method.to_ascii_uppercase());
        self
    }

    /// Only where the path contains this, in any case.
    #[must_use]
    pub fn path_contains(mut self, part: &str) -> Self {
        self.place.part = Some(part.to_ascii_lowercase());
        self
    }

    /// Only where the path ends with this, in any case.
    #[must_use]
    pub fn path_ends_with(mut self, end: &str) -> Self {
        self.place.end = Some(end.to_ascii_lowercase());
        self
    }

    /// Not for the first requests that match.
    #[must_use]
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Only for this share of the requests that match, the same ones for the same seed.
    #[must_use]
    pub fn chance(mut self, share: f64, seed: u64) -> Self {
        self.chance = Some((share, seed));
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

    /// What this request meets, if it meets the fault; counts it when it does.
    pub(crate) fn strike(
        &mut self,
        service: Service,
        method: &str,
        path: &str,
        now: Duration,
    ) -> Option<Struck> {
        if !self.place.includes(service, method, path) {
            return None;
        }
        self.met += 1;
        if self.met <= self.skip || !self.is_drawn() || !self.within_limit(now) {
            return None;
        }
        self.first.get_or_insert(now);
        self.hits += 1;
        Some(Struck {
            kind: self.kind.clone(),
            effect: self.effect,
        })
    }

    fn is_drawn(&self) -> bool {
        let draw = |seed| fraction(seed, &format!("fault/{}", self.met));
        self.chance.is_none_or(|(share, seed)| draw(seed) < share)
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

impl Place {
    fn includes(&self, service: Service, method: &str, path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        self.service.is_none_or(|own| own == service)
            && self.method.as_deref().is_none_or(|own| own == method)
            && self.part.as_deref().is_none_or(|part| path.contains(part))
            && self.end.as_deref().is_none_or(|end| path.ends_with(end))
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
            .map(|now| fault.strike(service, method, path, now).is_some())
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

    #[test]
    fn the_end_of_a_path_is_told_from_its_middle() {
        let fault = Fault::reset().path_ends_with("/operations");
        assert_eq!(hits(fault, &[0]), [true]);
        assert_eq!(hits(Fault::reset().path_ends_with("/a"), &[0]), [false]);
    }

    #[test]
    fn the_first_requests_can_be_spared() {
        assert_eq!(
            hits(Fault::reset().skip(2).times(1), &[0, 1, 2, 3]),
            [false, false, true, false]
        );
    }

    #[test]
    fn chance_is_a_share_and_the_same_for_a_seed() {
        let draws = |share, seed| hits(Fault::reset().chance(share, seed), &[0; 1000]);
        let share = draws(0.3, 7).iter().filter(|hit| **hit).count();
        assert!((250..350).contains(&share), "{share}");
        assert_eq!(draws(0.3, 7), draws(0.3, 7));
        assert_ne!(draws(0.3, 7), draws(0.3, 8));
        assert!(draws(0.0, 7).iter().all(|hit| !hit) && draws(1.0, 7).iter().all(|hit| *hit));
    }
}
