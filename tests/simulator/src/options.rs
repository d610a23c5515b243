//! What a simulation is made of.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use serde_json::Value;

use crate::{
    MANAGEMENT_GROUP, RESOURCE_GROUP, SECRET, SUBSCRIPTION_ID, TENANT_ID, journal::Service,
    pattern, plan::ResourcePlan,
};

/// How the simulated Azure behaves. Every duration is simulated time.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the services listen. One that is not of loopback is their name, too: containers reach it.
    pub address: IpAddr,
    /// Simulated seconds per real second.
    pub time_scale: f64,
    /// How long an access token lasts.
    pub token_lifetime: Duration,
    /// How long GitHub's id tokens last.
    pub assertion_lifetime: Duration,
    /// How long the runner's request token lasts.
    pub request_token_lifetime: Duration,
    /// Makes durations repeatable.
    pub seed: u64,
    /// The subject that the application's federated credential names.
    pub federated_subject: String,
    /// The subject in the id tokens that GitHub gives out.
    pub presented_subject: String,
    /// The application's client secret.
    pub client_secret: String,
    /// Whether that secret has expired.
    pub client_secret_expired: bool,
    /// How long an accepted deployment is not found.
    pub early_not_found: Duration,
    /// How long after the submission of a known name, be it a deployment's or a stack's, readers
    /// are still shown the earlier submission.
    pub stale_for: Duration,
    /// Whether `DeploymentActive` is worded as in 2016, without the correlation id.
    pub old_wording: bool,
    /// Whether every page of operations names itself as the next one.
    pub endless_pages: bool,
    /// Whether the next page of operations, and the result of a what-if, are said to be at
    /// another host.
    pub foreign_links: bool,
    /// Durations of resources by name or type, `*` for any part; a name wins over a type, a later
    /// entry over an earlier one.
    pub durations: Vec<(String, Duration)>,
    /// How much of its duration a resource takes that is there already: real ones are updated in a fifth of the time.
    pub updates: f64,
    /// How much durations differ between submissions: the standard deviation of their logarithm.
    pub spread: f64,
    /// For how long before the start there may be earlier deployments.
    pub past: Duration,
    /// Resources that fail.
    pub failures: Vec<ResourceFailure>,
    /// Names of resources that cannot be deleted.
    pub undeletable: Vec<String>,
    /// The error with which a stack cannot update its deny assignments, in full.
    pub deny_error: Option<Value>,
    /// Errors of failed deployments as JSON within strings, as older deployments have them.
    pub legacy_errors: bool,
    /// Whether the durations of operations count from the start of their deployment, as from 2020 to 2025.
    pub common_start: bool,
    /// Most resources of one template: 800, as for Resource Manager, or more for tests of large lists.
    pub most_resources: usize,
    /// Most rows in one page of operations or deployments.
    pub page_size: usize,
    /// How many empty pages come before the first row.
    pub empty_pages: usize,
    /// Actions that the application may not take, such as
    /// `Microsoft.Resources/deployments/cancel/action`; `*` for all: no role assignment.
    pub denied_actions: Vec<String>,
    /// How long a nested deployment goes on after the one around it is cancelled.
    pub cancel_lag: Duration,
    /// How long a validation takes; if no time, it is answered at once.
    pub validation: Duration,
    /// How long a what-if takes.
    pub what_if: Duration,
    /// Code and message of the error that every what-if ends with, under the status 200.
    pub what_if_error: Option<(String, String)>,
    /// What what-ifs do not predict, by the names, types or ids of resources and nested deployments, `*` for any part.
    pub gaps: Vec<(String, Gap)>,
    /// What validations and what-ifs remark.
    pub diagnostics: Vec<Value>,
    /// Services whose certificates are not good.
    pub bad_certificates: Vec<(Service, BadCertificate)>,
    /// A limit on reads.
    pub throttle: Option<Throttle>,
    /// How many reads each principal has; without one, there is no end to them.
    pub bucket: Option<Bucket>,
    /// Reads per second that other pipelines of the same identity take from its bucket.
    pub other_reads: f64,
    /// Whether the journal leaves out headers and bodies, which would need much memory after many requests.
    pub short_journal: bool,
    /// How soon the answer about a running deployment asks to be asked again. That of `operationStatuses` never does.
    pub retry_after: Pace,
    /// Subscriptions that exist.
    pub subscriptions: Vec<String>,
    /// Management groups that exist.
    pub management_groups: Vec<String>,
    /// Resource groups that exist in every subscription.
    pub resource_groups: Vec<String>,
    /// Versions of template specs, by resource id, with their templates.
    pub template_specs: Vec<(String, Value)>,
    /// Deployment template versions that Resource Manager knows.
    pub api_versions: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let subject = "repo:contoso/landing-zone:ref:refs/heads/main";
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            time_scale: 1.0,
            token_lifetime: Duration::from_secs(60 * 60),
            assertion_lifetime: Duration::from_secs(5 * 60),
            request_token_lifetime: Duration::from_secs((6 * 60 + 10) * 60),
            seed: 1,
            federated_subject: subject.to_owned(),
            presented_subject: subject.to_owned(),
            client_secret: SECRET.to_owned(),
            client_secret_expired: false,
            early_not_found: Duration::ZERO,
            stale_for: Duration::ZERO,
            old_wording: false,
            endless_pages: false,
            foreign_links: false,
            durations: Vec::new(),
            updates: 1.0,
            spread: 0.0,
            past: Duration::ZERO,
            failures: Vec::new(),
            undeletable: Vec::new(),
            deny_error: None,
            legacy_errors: false,
            common_start: false,
            most_resources: 800,
            page_size: 100,
            empty_pages: 0,
            denied_actions: Vec::new(),
            cancel_lag: Duration::from_secs(30),
            validation: Duration::ZERO,
            what_if: Duration::from_secs(20),
            what_if_error: None,
            gaps: Vec::new(),
            diagnostics: Vec::new(),
            bad_certificates: Vec::new(),
            throttle: None,
            bucket: Some(Bucket::RECORDED),
            other_reads: 0.0,
            short_journal: false,
            retry_after: Pace::Recorded,
            subscriptions: vec![SUBSCRIPTION_ID.to_owned()],
            management_groups: vec![MANAGEMENT_GROUP.to_owned(), TENANT_ID.to_owned()],
            resource_groups: vec![RESOURCE_GROUP.to_owned()],
            template_specs: Vec::new(),
            api_versions: [
                "2026-06-01",
                "2025-04-01",
                "2025-03-01",
                "2024-11-01",
                "2024-03-01",
                "2021-04-01",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}

impl Options {
    /// How a what-if leaves this resource out, if it does.
    pub(crate) fn gap(&self, resource: &ResourcePlan) -> Option<Gap> {
        let texts = [&resource.name, &resource.kind, &resource.id];
        let is_meant = |own: &str| texts.iter().any(|text| pattern::matches(own, text));
        let gap = self.gaps.iter().find(|(own, _)| is_meant(own));
        gap.map(|(_, gap)| *gap)
    }
}

/// A resource that fails, wherever it is deployed.
#[derive(Debug, Clone)]
pub struct ResourceFailure {
    /// Its name, type or id; `*` stands for any part.
    pub resource: String,
    /// The error's code.
    pub code: String,
    /// The error's message.
    pub message: String,
    /// `Conflict` for an operation that fails after a while, `BadRequest` for a refusal.
    pub status_code: String,
    /// How long it runs before; otherwise as long as it would have taken.
    pub after: Option<Duration>,
    /// The status message in full, instead of one made of code and message.
    pub status_message: Option<Value>,
}

impl ResourceFailure {
    /// A failure of an operation, at its end.
    #[must_use]
    pub fn new(resource: &str, code: &str, message: &str) -> Self {
        Self {
            resource: resource.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
            status_code: "Conflict".to_owned(),
            after: None,
            status_message: None,
        }
    }
}

/// How a what-if leaves something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// A nested deployment is not expanded, which a diagnostic says.
    ShortCircuited,
    /// A resource is unsupported.
    Unsupported,
    /// Whether a resource is deployed is not known before.
    Potential,
    /// A resource of the template is ignored.
    Ignored,
}

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCertificate {
    /// Another authority issued it.
    UnknownIssuer,
    /// It is for another host.
    OtherName,
    /// Its time is over.
    Expired,
}

/// A limit on reads: more than `reads` in a `window` are answered with 429.
#[derive(Debug, Clone)]
pub struct Throttle {
    /// Reads allowed in a window.
    pub reads: usize,
    /// The window's length.
    pub window: Duration,
    /// What `Retry-After` says.
    pub retry_after: Duration,
}

/// The reads of a principal: as many as there are in the bucket, which is refilled in simulated time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// What it holds at most.
    pub reads: f64,
    /// What it gains in a second.
    pub per_second: f64,
}

impl Bucket {
    /// As Microsoft documents it.
    pub const DOCUMENTED: Self = Self {
        reads: 250.0,
        per_second: 25.0,
    };
    /// As large as the headers of recordings say.
    pub const RECORDED: Self = Self {
        reads: 1100.0,
        per_second: 25.0,
    };
}

/// The `Retry-After` of a deployment that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// 5, 7 or 13 seconds, as in recordings from 2021 on.
    Recorded,
    /// Always so many seconds.
    Fixed(u64),
    /// No such header, as in recordings of 2016 and 2017.
    None,
}
