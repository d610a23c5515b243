//! Visits every text of an event that may come from elsewhere, so that nothing secret in it reaches a report.
//!
//! Each type is taken apart with all its fields: a new field does not compile before it is decided on here.

mod azure;

use serde_json::{Map, Value};

use super::{Ending, Event, Left, Plan, Resource, StackResources};
use crate::{
    host::Place,
    inputs::{Problem, Problems},
    template::{Compilation, bicep},
};

type Visit<'a> = &'a mut dyn FnMut(&mut String);

/// Something that holds texts.
pub(crate) trait Texts {
    /// Calls `visit` with each text, names of JSON members included.
    fn texts(&mut self, visit: Visit<'_>);
}

impl Texts for Event {
    fn texts(&mut self, visit: Visit<'_>) {
        match self {
            Self::Compiled(compilation) => compilation.texts(visit),
            Self::Planned(plan) => plan.texts(visit),
            Self::TokenRefreshFailed {
                reason,
                expires_in: _,
            }
            | Self::OutageBegan { trouble: _, reason } => visit(reason),
            Self::Validated {
                resources: _,
                diagnostics,
            } => diagnostics.texts(visit),
            Self::WhatIfRead(what_if) => what_if.texts(visit),
            Self::Submitted {
                correlation,
                recovered: _,
            }
            | Self::Adopted { correlation }
            | Self::Found {
                correlation,
                since: _,
            }
            | Self::Waiting {
                correlation,
                since: _,
            } => correlation.texts(visit),
            Self::StateChanged { state } => state.texts(visit),
            Self::Progressed {
                changed,
                done: _,
                known: _,
            } => changed.texts(visit),
            Self::StillRunning {
                running,
                token_age: _,
            } => running.texts(visit),
            Self::Warned { message } => visit(message),
            Self::ProgressHidden {
                path,
                reason,
                missing: _,
            } => {
                path.texts(visit);
                visit(reason);
            }
            Self::Replaced { by } => by.texts(visit),
            Self::OutputsRead(outputs) => outputs.texts(visit),
            Self::StackRead(resources) => resources.texts(visit),
            Self::RollbackSeen(redeployment) => redeployment.texts(visit),
            Self::Ended(ending) => ending.texts(visit),
            Self::SignedIn(_)
            | Self::TokenRefreshed(_)
            | Self::OutageEnded { .. }
            | Self::Throttled { .. }
            | Self::ThrottlingEnded { .. }
            | Self::CancelRequested => {}
        }
    }
}

impl Texts for Ending {
    fn texts(&mut self, visit: Visit<'_>) {
        match self {
            Self::Forbidden { changes, unseen } => {
                for (kind, id) in changes {
                    kind.texts(visit);
                    visit(id);
                }
                unseen.texts(visit);
            }
            Self::Failed { causes } | Self::Refused { causes } | Self::CancelRefused { causes } => {
                causes.texts(visit);
            }
            Self::CannotFollow { causes, left } => {
                causes.texts(visit);
                left.texts(visit);
            }
            Self::Replaced { by } => by.texts(visit),
            Self::NothingToCancel { state } => state.texts(visit),
            Self::InvalidInputs(problems) => problems.texts(visit),
            Self::NoCompiler { reason } => visit(reason),
            Self::SignInFailed { message, left } | Self::Bug { message, left } => {
                visit(message);
                left.texts(visit);
            }
            Self::TimedOut { after: _, left } | Self::Cancelled { left } => left.texts(visit),
            Self::Unreachable { reason, left } => {
                visit(reason);
                left.texts(visit);
            }
            Self::Succeeded
            | Self::Stopped
            | Self::Detached
            | Self::Validated
            | Self::Predicted => {}
        }
    }
}

impl Texts for Left {
    fn texts(&mut self, visit: Visit<'_>) {
        match self {
            Self::CancelRefused(causes) => causes.texts(visit),
            Self::CancelUnknown { reason } => visit(reason),
            Self::NotSubmitted | Self::Unknown | Self::Running | Self::Ended | Self::Cancelled => {}
        }
    }
}

impl Texts for Plan {
    /// Ids, names and settings are the inputs' own, were checked, and are needed as they are.
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            target: _,
            operation: _,
            stack: _,
            scope: _,
            location: _,
            mode: _,
            rollback: _,
            template,
            fingerprint: _,
            client_id: _,
            portal: _,
        } = self;
        visit(template);
    }
}

impl Texts for StackResources {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            managed: _,
            detached,
            deleted,
            failed,
        } = self;
        for ids in [detached, deleted, failed] {
            ids.texts(visit);
        }
    }
}

impl Texts for Resource {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            id,
            kind,
            name,
            path,
            state,
            duration: _,
            ended: _,
            causes,
        } = self;
        for text in [id, kind, name] {
            visit(text);
        }
        path.texts(visit);
        state.texts(visit);
        causes.texts(visit);
    }
}

impl Texts for Problems {
    fn texts(&mut self, visit: Visit<'_>) {
        for problem in self.iter_mut() {
            let Problem {
                input: _,
                message,
                place,
            } = problem;
            visit(message);
            place.texts(visit);
        }
    }
}

impl Texts for Compilation {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            file,
            diagnostics,
            text,
        } = self;
        visit(file);
        diagnostics.texts(visit);
        visit(text);
    }
}

impl Texts for bicep::Diagnostic {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            severity: _,
            code,
            message,
            place,
        } = self;
        visit(code);
        visit(message);
        place.texts(visit);
    }
}

impl Texts for Place {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            file,
            line: _,
            column: _,
        } = self;
        visit(file);
    }
}

impl Texts for Value {
    fn texts(&mut self, visit: Visit<'_>) {
        match self {
            Self::String(text) => visit(text),
            Self::Array(items) => items.texts(visit),
            Self::Object(members) => members.texts(visit),
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }
}

impl Texts for Map<String, Value> {
    fn texts(&mut self, visit: Visit<'_>) {
        for (mut name, mut value) in std::mem::take(self) {
            visit(&mut name);
            value.texts(visit);
            self.insert(name, value);
        }
    }
}

impl Texts for String {
    fn texts(&mut self, visit: Visit<'_>) {
        visit(self);
    }
}

impl<T: Texts> Texts for Option<T> {
    fn texts(&mut self, visit: Visit<'_>) {
        if let Some(held) = self {
            held.texts(visit);
        }
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn texts(&mut self, visit: Visit<'_>) {
        for held in self {
            held.texts(visit);
        }
    }
}

#[cfg(test)]
mod tests {
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
}
