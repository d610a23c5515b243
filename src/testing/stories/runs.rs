//! Runs of a deployment and their endings.

use std::time::Duration;

use serde_json::json;

use super::parts::{
    Story, begun, cause, firewall, heartbeat, minutes, nested, progressed, resource, state, token,
    told_ahead,
};
use crate::{
    arm::ProvisioningState,
    event::{Ending, Event, Left, Resource, Trouble},
    inputs::Problems,
};

pub(crate) fn success() -> Story {
    let mut story = begun();
    story.extend([
        (
            Duration::from_secs(9),
            told_ahead(
                &["rt", "vnet", "afw", "vgw"],
                &[("afw", "vnet"), ("vgw", "vnet")],
            ),
        ),
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
            Duration::from_secs(9),
            told_ahead(&["vnet", "afw", "vgw", "connection"], &[("afw", "vnet")]),
        ),
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
        left: if cancelled {
            Left::Cancelled
        } else {
            Left::Running
        },
    };
    story.push((minutes(361), Event::Ended(ending)));
    story
}

pub(crate) fn cancel() -> Story {
    let mut story = begun();
    let ending = Ending::Cancelled {
        left: Left::Running,
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
                trouble: Trouble::Unreachable,
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
        left: Left::Running,
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

/// Every text from Azure contains workflow commands, markup and control characters.
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
                trouble: Trouble::Unreachable,
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
