//! One of each: stories, events and endings.

use std::time::Duration;

use serde_json::{Map, json};

use super::{
    ahead::{all as foreseen, dependencies, history, lasted},
    parts::{SUBSCRIPTION, Story, begun, cause, minutes, nested, plan_at, resource, token},
};
use crate::{
    arm::{
        ChangeType, Correlation, Diagnostic, ProvisioningState, Redeployment, Scope, StackId,
        Target, Unseen, WhatIf,
    },
    event::{Ending, Event, Left, Plan, Resource, StackResources, Trouble},
    host::{Place, Severity},
    inputs::{
        DenyMode, DenySettings, DeploymentMode, Operation, Problems, Rollback, StackSettings,
        Unmanaged, UnmanagedAction,
    },
    template::{Compilation, bicep},
};

/// Every story, by its name.
pub(crate) fn stories() -> Vec<(&'static str, Story)> {
    vec![
        ("success", super::success()),
        ("failure", super::failure()),
        ("time_out", super::time_out(false)),
        ("time_out_and_cancel", super::time_out(true)),
        ("cancel", super::cancel()),
        ("outage", super::outage()),
        ("sign_in_lost", super::sign_in_lost()),
        ("input_problems", super::input_problems()),
        ("no_resources", super::no_resources()),
        ("many_resources", super::many_resources(500)),
        ("many_batches", super::many_batches()),
        ("hostile", super::hostile()),
        ("throttling", super::throttling()),
        ("old_generation", super::failure_of_the_old_generation()),
        ("new_generation", super::failure_of_the_new_generation()),
        ("plain_words", super::failure_in_plain_words()),
        ("what_if", super::what_if()),
        ("stack", super::stack()),
        ("rolled_back", super::rolled_back()),
        ("foreseen", super::foreseen()),
        ("replaced", super::replaced()),
        ("lost_sight", super::lost_sight()),
        ("every_event", every_event()),
    ]
}

/// All events of [`events`], one after the other.
fn every_event() -> Story {
    let mut story = begun();
    let events = events().into_iter();
    let others = events.filter(|event| !matches!(event, Event::Ended(_)));
    story.extend(others.enumerate().map(|(minute, event)| {
        let at = minutes(minute as u64 + 1) + Duration::new(0, 123_456_789);
        (at, event)
    }));
    story.push((minutes(90), Event::Ended(Ending::Succeeded)));
    story
}

/// At least one event of each kind, with at least one of what it holds of each kind.
pub(crate) fn events() -> Vec<Event> {
    let correlation = || Correlation::new("0ff1ce00-0000-0000-0000-000000000000");
    let since = Some("2026-01-05T01:02:03.000000004Z".parse().expect("a time"));
    let mut events = vec![
        Event::Compiled(compilation()),
        Event::SignedIn(token()),
        Event::TokenRefreshed(token()),
        Event::TokenRefreshFailed {
            reason: "connection refused".to_owned(),
            expires_in: Duration::from_millis(1_234),
        },
        Event::Validated {
            resources: Some(3),
            diagnostics: [Severity::Error, Severity::Warning, Severity::Notice]
                .map(diagnostic)
                .to_vec(),
        },
        Event::WhatIfRead(what_if()),
        Event::Submitted {
            correlation: correlation(),
            recovered: true,
        },
        Event::Adopted {
            correlation: correlation(),
        },
        Event::Found {
            correlation: correlation(),
            since,
        },
        Event::Waiting {
            correlation: correlation(),
            since: None,
        },
        Event::StateChanged {
            state: ProvisioningState::new("updatingDenyAssignments"),
        },
        Event::Progressed {
            changed: vec![failed_resource(), nested("hub", "Running")],
            done: 1,
            known: 2,
        },
        Event::StillRunning {
            running: vec![resource("vgw", "Running", 6)],
            token_age: Duration::from_nanos(1),
        },
        Event::OutageEnded {
            lasted: minutes(3),
            attempts: 5,
        },
        Event::Throttled {
            wait: Duration::from_secs(17),
        },
        Event::ThrottlingEnded {
            lasted: minutes(2),
            attempts: 4,
        },
        Event::Warned {
            message: "the token of this run ends soon".to_owned(),
        },
        Event::ProgressHidden {
            path: vec!["hub".to_owned()],
            reason: "HTTP 403".to_owned(),
            missing: Some("Microsoft.Resources/deployments/operations/read".into()),
        },
        Event::Replaced { by: correlation() },
        Event::Foreseen(foreseen()),
        Event::DependenciesRead {
            deployment: nested("hub", "Running").id,
            dependencies: dependencies(),
        },
        Event::HistoryRead(history()),
        lasted(),
        Event::CancelRequested,
        Event::OutputsRead(outputs()),
        Event::StackRead(StackResources {
            managed: 2,
            detached: vec!["/a".to_owned()],
            deleted: vec!["/b".to_owned()],
            failed: vec!["/c".to_owned()],
        }),
        Event::RollbackSeen(Redeployment {
            name: "hub-1".to_owned(),
            state: ProvisioningState::new("Running"),
        }),
    ];
    events.extend(plans().into_iter().map(Event::Planned));
    events.extend(
        [
            Trouble::Unreachable,
            Trouble::Unreadable,
            Trouble::Refused,
            Trouble::NotFound,
        ]
        .map(|trouble| Event::OutageBegan {
            trouble,
            reason: "no route".to_owned(),
        }),
    );
    events.extend(endings().into_iter().map(Event::Ended));
    events
}

/// One ending of each kind, with each of what may become of the deployment.
pub(crate) fn endings() -> Vec<Ending> {
    let causes = || vec![cause("SkuNotAvailable", "afw", "no capacity")];
    let text = || "unknown".to_owned();
    let mut problems = Problems::default();
    problems.add("client-id", "not a GUID");
    problems.add_at(place(), "template-file", "no JSON");
    let mut endings = vec![
        Ending::Succeeded,
        Ending::Stopped,
        Ending::Detached,
        Ending::Validated,
        Ending::Predicted,
        Ending::Forbidden {
            changes: (ChangeType::KNOWN.into_iter())
                .chain([ChangeType::new("Teleport")])
                .map(|kind| (kind, "/a".to_owned()))
                .collect(),
            unseen: vec![unseen()],
        },
        Ending::Failed { causes: causes() },
        Ending::Refused { causes: causes() },
        Ending::CannotFollow {
            causes: causes(),
            left: Left::Running,
        },
        Ending::Replaced {
            by: Correlation::new(text()),
        },
        Ending::CancelRefused { causes: causes() },
        Ending::NothingToCancel {
            state: ProvisioningState::new("Failed"),
        },
        Ending::InvalidInputs(problems),
        Ending::NoCompiler { reason: text() },
        Ending::SignInFailed {
            message: text(),
            left: Left::NotSubmitted,
        },
        Ending::TimedOut {
            after: Duration::from_millis(540_250),
            left: Left::Cancelled,
        },
        Ending::Unreachable {
            reason: text(),
            left: Left::Unknown,
        },
        Ending::Bug {
            message: text(),
            left: Left::CancelUnknown { reason: text() },
        },
    ];
    endings.extend(
        [Left::Ended, Left::CancelRefused(causes())].map(|left| Ending::Cancelled { left }),
    );
    endings
}

/// A plan for each scope, operation, mode, rollback and form of a stack.
fn plans() -> Vec<Plan> {
    let subscription = || SUBSCRIPTION.parse().expect("a GUID");
    let group = Scope::ResourceGroup {
        subscription: subscription(),
        name: "rg-hub".to_owned(),
    };
    let stack = |unmanaged, mode| {
        let unmanaged = Unmanaged {
            resources: unmanaged,
            ..Unmanaged::default()
        };
        let deny = DenySettings {
            mode,
            child_scopes: true,
            excluded_actions: vec!["*/read".to_owned()],
            excluded_principals: vec![SUBSCRIPTION.to_owned()],
        };
        StackSettings {
            unmanaged,
            deny,
            bypass_out_of_sync: true,
            description: None,
        }
    };
    let (none, delete) = (UnmanagedAction::Detach, UnmanagedAction::Delete);
    let of_stack = |operation, settings| {
        let plan = plan_at(group.clone());
        Plan {
            target: Target::Stack(StackId::new(&plan.scope, "hub")),
            operation,
            stack: Some(Box::new(settings)),
            mode: None,
            location: None,
            ..plan
        }
    };
    vec![
        plan_at(Scope::Tenant),
        Plan {
            operation: Operation::Validate,
            client_id: None,
            portal: None,
            ..plan_at(Scope::ManagementGroup("alz".to_owned()))
        },
        Plan {
            operation: Operation::WhatIf,
            mode: Some(DeploymentMode::Complete),
            rollback: Some(Rollback::LastSuccessful),
            ..plan_at(Scope::Subscription(subscription()))
        },
        Plan {
            operation: Operation::Wait,
            rollback: Some(Rollback::To("hub-1".to_owned())),
            ..plan_at(group.clone())
        },
        of_stack(Operation::Delete, stack(none, DenyMode::None)),
        of_stack(Operation::Cancel, stack(delete, DenyMode::DenyDelete)),
        of_stack(
            Operation::Create,
            stack(delete, DenyMode::DenyWriteAndDelete),
        ),
    ]
}

fn failed_resource() -> Resource {
    Resource {
        ended: Some("2026-01-05T02:04:05.678901234Z".parse().expect("a time")),
        causes: vec![cause("SkuNotAvailable", "afw", "no capacity")],
        duration: Duration::from_micros(123_456_789),
        ..resource("afw", "Failed", 4)
    }
}

fn what_if() -> WhatIf {
    let value = json!({ "text": "x", "list": [2.50, null, true] });
    let property = |kind: &str| json!({ "path": kind, "propertyChangeType": kind, "before": value, "after": value });
    let kinds = ["Create", "Delete", "Modify", "Array", "NoEffect", "Odd"];
    let delta = kinds.map(property).to_vec();
    let deep = json!([{ "path": "deep", "propertyChangeType": "Array", "children": delta }]);
    let change = |kind: &str| {
        json!({ "resourceId": format!("/subscriptions/s/{kind}"), "changeType": kind,
        "before": value, "after": value, "apiVersion": "2024-05-01" })
    };
    let mut changes: Vec<_> = (ChangeType::KNOWN.iter())
        .map(|kind| change(kind.as_str()))
        .collect();
    changes[0]["delta"] = deep;
    changes[1]["unsupportedReason"] = "too deep".into();
    let answer = json!({ "properties": {
        "changes": changes, "potentialChanges": [change("Teleport")],
        "diagnostics": [{ "level": "Info", "code": "Remark", "message": "x", "target": "/a" },
            { "code": "NestedDeploymentShortCircuited", "message": "x", "target": "/b" }],
    }});
    let mut read = WhatIf::read(answer, &[]);
    read.settings.clone_from(&read.changes[0].delta[0].children);
    read
}

fn outputs() -> Map<String, serde_json::Value> {
    let outputs = json!({ "hubId": { "type": "String", "value": "/a" }, "none": {} });
    outputs.as_object().cloned().expect("an object")
}

fn unseen() -> Unseen {
    Unseen {
        id: "/a".to_owned(),
        code: "NestedDeploymentShortCircuited".to_owned(),
        reason: "too deep".to_owned(),
    }
}

fn diagnostic(severity: Severity) -> Diagnostic {
    Diagnostic {
        severity,
        code: "Remark".to_owned(),
        message: "x".to_owned(),
        target: "/a".to_owned(),
    }
}

fn compilation() -> Compilation {
    Compilation {
        file: "infra/hub.bicep".to_owned(),
        diagnostics: vec![bicep::Diagnostic {
            severity: Severity::Warning,
            code: "no-unused-params".to_owned(),
            message: "never used".to_owned(),
            place: place(),
        }],
        text: "WARNING: experimental".to_owned(),
    }
}

fn place() -> Option<Place> {
    Some(Place {
        file: "infra/hub.bicep".to_owned(),
        line: 3,
        column: 7,
    })
}
