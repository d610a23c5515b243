//! Runs for the tests: what happened, and when.

use std::time::Duration;

use serde_json::json;
use url::Url;

use crate::{
    arm::{Cause, DeploymentId, Portal, ProvisioningState, Scope},
    deploy::{Ending, Event, Plan, Resource, Token},
    host::Context,
    inputs::{Operation, Problems},
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
        workflow: Some("Deploy".to_owned()),
        debug: false,
    }
}

pub(crate) fn plan_at(scope: Scope) -> Plan {
    let id = DeploymentId::new(&scope, "hub-42-1a2b3c");
    let portal = Url::parse("https://portal.azure.com").expect("a URL");
    Plan {
        portal_url: Some(id.portal_url(&portal)),
        portal: Some(Portal::new(
            &portal,
            Some("22222222-2222-2222-2222-222222222222"),
        )),
        id,
        operation: Operation::Create,
        stack: None,
        scope,
        location: Some("westeurope".to_owned()),
        mode: "Incremental",
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

pub(crate) fn success() -> Story {
    let mut story = begun();
    story.extend([
        (
            minutes(2),
            progressed(
                vec![
                    nested("hub", "Running"),
                    resource("vnet", "Running", 0),
                    resource("rt", "Succeeded", 1),
                ],
                1,
                2,
            ),
        ),
        (
            minutes(5),
            progressed(
                vec![
                    resource("vnet", "Succeeded", 3),
                    resource("afw", "Running", 1),
                    resource("vgw", "Running", 1),
                ],
                2,
                4,
            ),
        ),
        (
            minutes(10),
            heartbeat(
                vec![resource("vgw", "Running", 6), resource("afw", "Running", 6)],
                10,
            ),
        ),
        (minutes(45), Event::TokenRefreshed(token())),
        (
            minutes(46),
            Event::Throttled {
                wait: Duration::from_secs(17),
            },
        ),
        (
            minutes(48),
            progressed(vec![resource("afw", "Succeeded", 44)], 3, 4),
        ),
        (minutes(90), Event::TokenRefreshed(token())),
        (
            minutes(130),
            progressed(
                vec![
                    resource("vgw", "Succeeded", 126),
                    nested("hub", "Succeeded"),
                ],
                4,
                4,
            ),
        ),
        (minutes(130), state("Succeeded")),
        (minutes(130), outputs()),
        (
            minutes(130) + Duration::from_secs(7),
            Event::Ended(Ending::Succeeded),
        ),
    ]);
    story
}

pub(crate) fn failure() -> Story {
    let causes = vec![
        cause(
            "SkuNotAvailable",
            "afw",
            "The requested size is not available in westeurope.",
        ),
        cause(
            "RequestDisallowedByPolicy",
            "pip",
            "Resource 'pip' was disallowed by policy 'no-public-ip'.",
        ),
    ];
    let mut failed = resource("afw", "Failed", 4);
    failed.causes = causes[..1].to_vec();
    let mut story = begun();
    story.extend([
        (
            minutes(2),
            progressed(
                vec![
                    resource("vnet", "Succeeded", 1),
                    resource("afw", "Running", 1),
                ],
                1,
                2,
            ),
        ),
        (
            minutes(6),
            progressed(vec![failed, nested("hub", "Failed")], 2, 2),
        ),
        (minutes(7), state("Failed")),
        (minutes(7), Event::Ended(Ending::Failed { causes })),
    ]);
    story
}

pub(crate) fn time_out(cancelled: bool) -> Story {
    let mut story = begun();
    story.push((
        minutes(30),
        progressed(vec![resource("vgw", "Running", 29)], 0, 1),
    ));
    if cancelled {
        story.extend([
            (minutes(360), Event::CancelRequested),
            (minutes(361), state("Canceled")),
        ]);
    }
    let ending = Ending::TimedOut {
        after: minutes(360),
        submitted: true,
        cancelled,
    };
    story.push((minutes(361), Event::Ended(ending)));
    story
}

pub(crate) fn cancel() -> Story {
    let mut story = begun();
    let ending = Ending::Cancelled {
        submitted: true,
        cancelled: false,
    };
    story.push((minutes(12), Event::Ended(ending)));
    story
}

pub(crate) fn outage() -> Story {
    let mut story = begun();
    story.extend([
        (
            minutes(10),
            Event::OutageBegan {
                reason: "connection refused (management.azure.com)".to_owned(),
            },
        ),
        (
            minutes(12),
            Event::TokenRefreshFailed {
                reason: "connection refused".to_owned(),
                expires_in: minutes(15),
            },
        ),
        (
            minutes(14),
            Event::OutageEnded {
                lasted: minutes(4),
                attempts: 9,
            },
        ),
        (
            minutes(20),
            progressed(vec![resource("vnet", "Succeeded", 19)], 1, 1),
        ),
        (minutes(20), state("Succeeded")),
        (minutes(20), Event::OutputsRead(serde_json::Map::new())),
        (minutes(20), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

pub(crate) fn sign_in_lost() -> Story {
    let mut story = begun();
    let ending = Ending::SignInFailed {
        message: "AADSTS700213: no federated credential matches the assertion\nsub: repo:org/landing-zone:ref:refs/heads/main".to_owned(),
        submitted: true,
    };
    story.extend([
        (
            minutes(2),
            progressed(vec![resource("vgw", "Running", 1)], 0, 1),
        ),
        (minutes(60), Event::Ended(ending)),
    ]);
    story
}

pub(crate) fn input_problems() -> Story {
    let mut problems = Problems::default();
    problems.add(
        "client-id",
        "not a GUID: copy the application's client id from Entra ID",
    );
    problems.add(
        "scope",
        "\"galaxy\" is none of tenant, managementGroup, subscription, resourceGroup",
    );
    vec![(
        Duration::ZERO,
        Event::Ended(Ending::InvalidInputs(problems)),
    )]
}

pub(crate) fn no_resources() -> Story {
    let mut story = begun();
    story.extend([
        (minutes(5), heartbeat(vec![], 5)),
        (minutes(6), state("Succeeded")),
        (minutes(6), Event::OutputsRead(serde_json::Map::new())),
        (minutes(6), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// `count` resources in five nested deployments, none of them longer than an hour.
pub(crate) fn many_resources(count: u64) -> Story {
    let mut story = begun();
    let changed = (0..count).map(|n| Resource {
        path: vec![format!("spoke-{}", n % 5)],
        ..resource(&format!("r{n}"), "Succeeded", n % 60)
    });
    let all = usize::try_from(count).expect("a count");
    story.extend([
        (minutes(60), progressed(changed.collect(), all, all)),
        (minutes(60), state("Succeeded")),
        (minutes(61), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// Everything that Azure says tries to be something else.
pub(crate) fn hostile() -> Story {
    let evil = "x\r\n::error::forged ##[error]forged\u{1b}[2J|<script>`*@octocat* [a](https://evil.example)";
    let mut failed = resource(evil, evil, 1);
    failed.kind = evil.to_owned();
    failed.state = ProvisioningState::new("Failed");
    failed.causes = vec![cause(evil, evil, evil)];
    let causes = failed.causes.clone();
    let mut strange = failed.clone();
    strange.id = "strange".to_owned();
    strange.state = ProvisioningState::new(evil);
    let outputs = json!({
        evil: { "type": "String", "value": evil },
        "harmless": { "type": "String", "value": format!("{evil}\nEOF\nforged=1") },
    });
    let mut story = begun();
    story.extend([
        (
            minutes(1),
            Event::Warned {
                message: evil.to_owned(),
            },
        ),
        (
            minutes(2),
            Event::OutageBegan {
                reason: evil.to_owned(),
            },
        ),
        (minutes(3), progressed(vec![failed, strange], 1, 2)),
        (minutes(4), state(evil)),
        (
            minutes(5),
            Event::OutputsRead(outputs.as_object().cloned().expect("an object")),
        ),
        (minutes(6), Event::Ended(Ending::Failed { causes })),
    ]);
    story
}

/// Planned, signed in and submitted.
pub(crate) fn begun() -> Story {
    let scope = Scope::Subscription(SUBSCRIPTION.parse().expect("a GUID"));
    let submitted = Event::Submitted {
        correlation_id: "c0ffee00-0000-0000-0000-000000000000".to_owned(),
        recovered: false,
    };
    vec![
        (Duration::ZERO, Event::Planned(plan_at(scope))),
        (Duration::from_secs(1), Event::SignedIn(token())),
        (Duration::from_secs(3), submitted),
        (Duration::from_secs(3), state("Running")),
    ]
}

fn outputs() -> Event {
    let outputs = json!({
        "hubId": { "type": "String", "value": firewall("afw") },
        "addresses": { "type": "Array", "value": ["10.0.0.0/16", "10.1.0.0/16"] },
        "adminKey": { "type": "Object", "value": { "user": "root", "key": "hunter22" } },
        "secret": { "type": "SecureString" },
        "duration": { "type": "Int", "value": 3 },
    });
    Event::OutputsRead(outputs.as_object().cloned().expect("an object"))
}

pub(crate) fn state(state: &str) -> Event {
    Event::StateChanged {
        state: ProvisioningState::new(state),
    }
}

fn heartbeat(running: Vec<Resource>, token_age: u64) -> Event {
    Event::StillRunning {
        running,
        token_age: minutes(token_age),
    }
}

fn token() -> Token {
    Token {
        lifetime: minutes(60),
        refresh_in: minutes(45),
    }
}

fn firewall(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network/azureFirewalls/{name}"
    )
}
