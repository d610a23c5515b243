//! Runs in which Azure tells ahead what it will deploy, or another submission comes between.

use std::time::Duration;

use super::parts::{Story, begun, cause, firewall, minutes, nested, progressed, resource, state};
use crate::{
    arm::{Correlation, Dependencies},
    event::{EarlierResource, EarlierRun, Ending, Event, Foreseen, History},
};

/// What is deployed is known before it is, what waits for what, and how long it took before.
pub(crate) fn foreseen() -> Story {
    let mut story = begun();
    story.insert(2, (Duration::from_secs(2), Event::Foreseen(all())));
    story.extend([
        (minutes(1), Event::HistoryRead(history())),
        (
            minutes(1),
            Event::DependenciesRead {
                deployment: nested("hub", "Running").id,
                dependencies: dependencies(),
            },
        ),
        (
            minutes(2),
            progressed(
                vec![
                    nested("hub", "Running"),
                    resource("vnet", "Succeeded", 1),
                    resource("afw", "Running", 1),
                ],
                1,
                2,
            ),
        ),
        (
            minutes(14),
            progressed(
                vec![resource("afw", "Succeeded", 12), nested("hub", "Succeeded")],
                2,
                2,
            ),
        ),
        (minutes(14), state("Succeeded")),
        (minutes(14), lasted()),
        (minutes(14), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// The deployment ends unseen, after a part of it could not be shown, and another one has its name.
pub(crate) fn replaced() -> Story {
    let other = || Correlation::new("0ff1ce00-0000-0000-0000-000000000000");
    let hidden = |path: &[&str], missing: Option<&'static str>| Event::ProgressHidden {
        path: path.iter().map(|&name| name.to_owned()).collect(),
        reason: "HTTP 403 AuthorizationFailed: not allowed".to_owned(),
        missing: missing.map(Into::into),
    };
    let right = "Microsoft.Resources/deployments/operations/read";
    let mut story = begun();
    let waiting = Event::Waiting {
        correlation: other(),
        since: Some("2026-01-05T01:00:00.25Z".parse().expect("a timestamp")),
    };
    story.insert(2, (Duration::from_secs(2), waiting));
    story.extend([
        (minutes(2), hidden(&[], Some(right))),
        (minutes(3), hidden(&["hub", "spoke"], None)),
        (minutes(9), Event::Replaced { by: other() }),
        (minutes(9), Event::Ended(Ending::Replaced { by: other() })),
    ]);
    story
}

pub(super) fn all() -> Foreseen {
    Foreseen {
        resources: vec![firewall("vnet"), firewall("afw")],
        dependencies: dependencies(),
    }
}

pub(super) fn dependencies() -> Dependencies {
    let mut dependencies = Dependencies::default();
    dependencies.insert(
        firewall("afw").to_lowercase(),
        vec![firewall("vnet").to_lowercase()],
    );
    dependencies
}

pub(super) fn history() -> History {
    let firewall = EarlierResource {
        id: firewall("afw"),
        kind: "Microsoft.Network/azureFirewalls".to_owned(),
        path: vec!["hub".to_owned()],
        duration: minutes(11),
    };
    History {
        runs: vec![EarlierRun {
            name: "hub-41-1a2b3c".to_owned(),
            ended: Some("2026-01-04T02:14:00Z".parse().expect("a timestamp")),
            resources: vec![firewall],
        }],
        has_older: true,
    }
}

pub(super) fn lasted() -> Event {
    Event::Lasted {
        began: "2026-01-05T02:00:03.5Z".parse().expect("a timestamp"),
        ended: "2026-01-05T02:13:58Z".parse().expect("a timestamp"),
    }
}

/// A deployment that Azure refuses to show, with a cause.
pub(crate) fn lost_sight() -> Story {
    let causes = vec![cause("AuthorizationFailed", "afw", "not allowed")];
    let left = crate::event::Left::CancelRefused(causes.clone());
    let mut story = begun();
    story.push((
        minutes(7),
        Event::Ended(Ending::CannotFollow { causes, left }),
    ));
    story
}
