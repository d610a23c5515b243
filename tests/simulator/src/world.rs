//! What the services share.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::json;

use crate::{
    arm::{foreign::Foreign, limits::Levels, results::Results, stacks::Stacks, store::Deployments},
    clock::Clock,
    fault::{Fault, Struck},
    journal::{Exchange, PresentedAssertion, Service},
    jwt::Issuer,
    options::Options,
    registry::Modules,
    traces::Span,
};

/// Where the services are: `https://localhost:port`, without a slash at the end.
#[derive(Debug)]
pub(crate) struct Origins {
    pub(crate) github: String,
    pub(crate) entra: String,
    pub(crate) resource_manager: String,
    pub(crate) registry: String,
    pub(crate) collector: String,
}

/// One simulated Azure.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    pub(crate) origins: Origins,
    pub(crate) github: Issuer,
    pub(crate) entra: Issuer,
    pub(crate) registry: Issuer,
    pub(crate) request_token: String,
    pub(crate) identity_header: String,
    pub(crate) deployments: Mutex<Deployments>,
    pub(crate) stacks: Mutex<Stacks>,
    /// Deployments that somebody else will submit.
    pub(crate) foreign: Mutex<Vec<Foreign>>,
    pub(crate) results: Mutex<Results>,
    pub(crate) modules: Mutex<Modules>,
    pub(crate) journal: Mutex<Vec<Exchange>>,
    pub(crate) assertions: Mutex<Vec<PresentedAssertion>>,
    /// What the collector took.
    pub(crate) spans: Mutex<Vec<Span>>,
    /// When reads were answered, for throttling.
    pub(crate) reads: Mutex<Vec<Duration>>,
    /// What principals may still read.
    pub(crate) levels: Mutex<Levels>,
    connections: Mutex<HashMap<Service, usize>>,
    faults: Mutex<Vec<Fault>>,
}

impl World {
    pub(crate) fn new(options: Options, origins: Origins) -> Self {
        let clock = Clock::new(options.time_scale, options.past);
        let github = Issuer::new();
        let expiry = clock.at(options.past + options.request_token_lifetime);
        let expiry = expiry.as_second();
        let request_token = github.mint(&json!({
            "typ": "request", "exp": expiry, "orch_id": uuid::Uuid::new_v4().to_string(),
        }));
        Self {
            options,
            clock,
            origins,
            github,
            entra: Issuer::new(),
            registry: Issuer::new(),
            request_token,
            identity_header: uuid::Uuid::new_v4().to_string(),
            deployments: Mutex::default(),
            stacks: Mutex::default(),
            foreign: Mutex::default(),
            results: Mutex::default(),
            modules: Mutex::default(),
            journal: Mutex::default(),
            assertions: Mutex::default(),
            spans: Mutex::default(),
            reads: Mutex::default(),
            levels: Mutex::default(),
            connections: Mutex::default(),
            faults: Mutex::default(),
        }
    }

    pub(crate) fn inject(&self, fault: Fault) {
        lock(&self.faults).push(fault);
    }

    pub(crate) fn clear_faults(&self) {
        lock(&self.faults).clear();
    }

    /// The first fault that this request meets.
    pub(crate) fn fault(&self, service: Service, method: &str, path: &str) -> Option<Struck> {
        let now = self.clock.elapsed();
        lock(&self.faults)
            .iter_mut()
            .find_map(|fault| fault.strike(service, method, path, now))
    }

    pub(crate) fn record(&self, mut exchange: Exchange) {
        if self.options.short_journal {
            exchange.shorten();
        }
        lock(&self.journal).push(exchange);
    }

    /// Counts a connection to a service.
    pub(crate) fn connected(&self, service: Service) {
        *lock(&self.connections).entry(service).or_default() += 1;
    }

    pub(crate) fn connections(&self, service: Service) -> usize {
        let connections = lock(&self.connections);
        connections.get(&service).copied().unwrap_or_default()
    }

    /// Counts an assertion that was presented.
    pub(crate) fn presented(&self, id: &str) {
        let mut assertions = lock(&self.assertions);
        match assertions.iter_mut().find(|known| known.id == id) {
            Some(known) => known.times += 1,
            None => assertions.push(PresentedAssertion {
                id: id.to_owned(),
                times: 1,
            }),
        }
    }
}

/// Locks, also after a panic elsewhere: a failed test must not hide behind a poisoned lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
