//! What runs in tests are made of: plans, resources and events.

use std::time::Duration;

use url::Url;

use crate::{
    arm::{
        Cause, Correlation, Dependencies, DeploymentId, Portal, ProvisioningState, Scope, Target,
    },
    event::{Event, Foreseen, Plan, Resource, Token},
    host::Context,
    inputs::{DeploymentMode, Operation},
    report::record::Record,
};

/// A run: events and when they happened.
pub(crate) type Story = Vec<(Duration, Event)>;

pub(crate) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

pub(crate) fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// The workflow run that the stories are part of.
pub(crate) fn workflow_run() -> Context {
    Context {
        run_id: Some("42".to_owned()),
        attempt: Some(1),
        run_url: Some("https://github.com/org/landing-zone/actions/runs/42".to_owned()),
        repository: Some("org/landing-zone".to_owned()),
        repository_url: Some("https://github.com/org/landing-zone".to_owned()),
        reference: Some("main".to_owned()),
        revision: Some("c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00".to_owned()),
        workflow: Some("Deploy".to_owned()),
        job: Some("hub".to_owned()),
        step: Some("deploy".to_owned()),
        rerun: Some("gh run rerun 42 --repo org/landing-zone".to_owned()),
        debug: false,
    }
}

pub(crate) fn plan_at(scope: Scope) -> Plan {
    let id = DeploymentId::new(&scope, "hub-42-1a2b3c");
    let portal = Url::parse("https://portal.azure.com").expect("a URL");
    Plan {
        portal: Some(Portal::new(
            &portal,
            Some("22222222-2222-2222-2222-222222222222"),
        )),
        target: Target::Deployment(id),
        operation: Operation::Create,
        stack: None,
        scope,
        location: Some("westeurope".to_owned()),
        rollback: None,
        mode: Some(DeploymentMode::Incremental),
        template: "infra/hub.json".to_owned(),
        fingerprint: "1a2b3c".to_owned(),
        client_id: Some("11111111-1111-1111-1111-111111111111".to_owned()),
    }
}

/// A firewall in the nested deployment `hub`.
pub(crate) fn resource(name: &str, state: &str, took: u64) -> Resource {
    Resource {
        id: firewall(name),
        kind: "Microsoft.Network/azureFirewalls".to_owned(),
        name: name.to_owned(),
        path: vec!["hub".to_owned()],
        state: ProvisioningState::new(state),
        duration: minutes(took),
        ended: None,
        causes: vec![],
    }
}

/// What Azure tells ahead of firewalls in the nested deployment `hub`, and which of them waits for which.
pub(crate) fn told_ahead(names: &[&str], waits: &[(&str, &str)]) -> Event {
    let mut dependencies = Dependencies::default();
    for (later, earlier) in waits {
        dependencies.insert(firewall(later).to_lowercase(), vec![firewall(earlier)]);
    }
    let ids = names.iter().map(|name| firewall(name));
    Event::Foreseen(Foreseen {
        resources: ids.chain([nested("hub", "Running").id]).collect(),
        dependencies,
    })
}

pub(crate) fn nested(name: &str, state: &str) -> Resource {
    Resource {
        id: format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/{name}"
        ),
        kind: "Microsoft.Resources/deployments".to_owned(),
        path: vec![],
        ..resource(name, state, 3)
    }
}

pub(crate) fn cause(code: &str, name: &str, message: &str) -> Cause {
    Cause {
        code: code.to_owned(),
        message: message.to_owned(),
        resource: Some(firewall(name)),
        path: vec!["hub".to_owned()],
    }
}

pub(crate) fn progressed(changed: Vec<Resource>, done: usize, known: usize) -> Event {
    Event::Progressed {
        changed,
        done,
        known,
    }
}

/// The record of a whole story.
pub(crate) fn record(story: &Story) -> Record {
    let mut record = Record {
        started: "2026-01-05T02:00:00Z".parse().expect("a timestamp"),
        ..Record::default()
    };
    for (at, event) in story {
        record.observe(event, *at);
    }
    record
}

/// Planned, signed in and submitted.
pub(crate) fn begun() -> Story {
    let scope = Scope::Subscription(SUBSCRIPTION.parse().expect("a GUID"));
    let submitted = Event::Submitted {
        correlation: Correlation::new("c0ffee00-0000-0000-0000-000000000000"),
        recovered: false,
    };
    vec![
        (Duration::ZERO, Event::Planned(plan_at(scope))),
        (Duration::from_secs(1), Event::SignedIn(token())),
        (Duration::from_secs(3), submitted),
        (Duration::from_secs(3), state("Running")),
    ]
}

pub(crate) fn state(state: &str) -> Event {
    Event::StateChanged {
        state: ProvisioningState::new(state),
    }
}

pub(super) fn heartbeat(running: Vec<Resource>, token_age: u64) -> Event {
    Event::StillRunning {
        running,
        token_age: minutes(token_age),
    }
}

pub(super) fn token() -> Token {
    Token {
        lifetime: minutes(60),
        refresh_in: minutes(45),
    }
}

pub(super) fn firewall(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network/azureFirewalls/{name}"
    )
}
