//! Tests of what is visited.

use serde_json::json;

use super::*;
use crate::{
    arm::{Cause, ChangeType, Correlation, ProvisioningState, Redeployment, Unseen, WhatIf},
    testing::stories,
};

/// What the debug form shows after every text became `***`.
fn hidden(mut event: Event) -> String {
    event.texts(&mut |text| *text = "***".to_owned());
    format!("{event:?}")
}

#[test]
fn every_text_of_a_what_if_is_visited() {
    let part = json!([{"path": "hush", "propertyChangeType": "hush", "before": {"hush": ["hush"]}, "after": "hush",
        "children": [{"path": "hush", "propertyChangeType": "Modify", "before": "hush"}]}]);
    let change = json!({"resourceId": "hush", "changeType": "hush", "before": {"apiVersion": "hush"}, "after": "hush",
        "delta": part, "unsupportedReason": "hush"});
    let diagnostic =
        json!({"level": "Warning", "code": "hush", "message": "hush", "target": "hush"});
    let skipped = json!({"code": "NestedDeploymentHush", "message": "hush", "target": "/hush"});
    let answer = json!({"properties": {"changes": [change], "potentialChanges": [change],
        "diagnostics": [diagnostic, skipped], "hush": "hush"}});
    let shown = hidden(Event::WhatIfRead(WhatIf::read(answer, &[])));
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn every_text_of_a_failure_is_visited() {
    let cause = || Cause {
        code: "hush".to_owned(),
        message: "hush".to_owned(),
        resource: Some("hush".to_owned()),
        path: vec!["hush".to_owned()],
    };
    let resource = Resource {
        id: "hush".to_owned(),
        kind: "hush".to_owned(),
        path: vec!["hush".to_owned()],
        causes: vec![cause()],
        ..stories::resource("hush", "hush", 1)
    };
    let left = || Left::CancelRefused(vec![cause()]);
    for event in [
        stories::progressed(vec![resource], 1, 1),
        Event::Ended(Ending::Failed {
            causes: vec![cause()],
        }),
        Event::Ended(Ending::CannotFollow {
            causes: vec![cause()],
            left: left(),
        }),
        Event::Ended(Ending::Forbidden {
            changes: vec![(ChangeType::new("hush"), "hush".to_owned())],
            unseen: vec![Unseen {
                id: "hush".to_owned(),
                code: "hush".to_owned(),
                reason: "hush".to_owned(),
            }],
        }),
        Event::Ended(Ending::SignInFailed {
            message: "hush".to_owned(),
            left: left(),
        }),
        Event::Submitted {
            correlation: Correlation::new("hush"),
            recovered: false,
        },
        Event::StateChanged {
            state: ProvisioningState::new("hush"),
        },
        Event::RollbackSeen(Redeployment {
            name: "hush".to_owned(),
            state: ProvisioningState::new("hush"),
        }),
    ] {
        let shown = hidden(event);
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn every_text_of_the_compiler_is_visited() {
    let place = || {
        Some(Place {
            file: "hush".to_owned(),
            line: 1,
            column: 2,
        })
    };
    let compilation = Compilation {
        file: "hush".to_owned(),
        diagnostics: vec![bicep::Diagnostic {
            severity: crate::host::Severity::Error,
            code: "hush".to_owned(),
            message: "hush".to_owned(),
            place: place(),
        }],
        text: "hush".to_owned(),
    };
    let mut problems = Problems::default();
    problems.add_at(place(), "parameters", "hush");
    for event in [
        Event::Compiled(compilation),
        Event::Ended(Ending::InvalidInputs(problems)),
        Event::Ended(Ending::NoCompiler {
            reason: "hush".to_owned(),
        }),
    ] {
        let shown = hidden(event);
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn members_keep_their_order() {
    let mut value = json!({"b": 1, "a": {"d": "x", "c": null}});
    value.texts(&mut |text| text.push('!'));
    assert_eq!(value.to_string(), r#"{"b!":1,"a!":{"d!":"x!","c!":null}}"#);
}
