//! What Azure, Bicep or a user may say, in hostile texts.

use proptest::sample::Index;
use serde_json::{Value, json};

use crate::{
    arm::{Cause, ChangeType, Correlation, Dependencies, Diagnostic, ProvisioningState, WhatIf},
    event::{EarlierResource, EarlierRun, Ending, Foreseen, History, Left, Resource},
    host::{Place, Severity},
    inputs::Problems,
    template::{Compilation, bicep},
    testing::stories::{self, minutes},
};

/// Hostile texts, handed out in turn.
pub(super) struct Texts<'t> {
    texts: std::iter::Cycle<std::slice::Iter<'t, String>>,
}

impl<'t> Texts<'t> {
    pub(super) fn new(texts: &'t [String]) -> Self {
        Self {
            texts: texts.iter().cycle(),
        }
    }

    pub(super) fn next(&mut self) -> String {
        self.texts.next().cloned().unwrap_or_default()
    }

    pub(super) fn cause(&mut self) -> Cause {
        Cause {
            code: self.next(),
            message: self.next(),
            resource: Some(self.next()),
            path: vec![self.next()],
        }
    }

    pub(super) fn resource(&mut self, state: &str) -> Resource {
        Resource {
            id: self.next(),
            kind: self.next(),
            path: vec![self.next(), self.next()],
            state: ProvisioningState::new(state),
            causes: vec![self.cause()],
            ..stories::resource(&self.next(), state, 3)
        }
    }

    /// A resource of a type about which something can be said.
    pub(super) fn gateway(&mut self) -> Resource {
        Resource {
            kind: "Microsoft.Network/virtualNetworkGateways".to_owned(),
            ..self.resource("Running")
        }
    }

    pub(super) fn history(&mut self) -> History {
        let mut resource = || EarlierResource {
            id: self.next(),
            kind: self.next(),
            path: vec![self.next(), self.next()],
            duration: minutes(9),
        };
        let resources = vec![resource(), resource(), resource()];
        let run = EarlierRun {
            name: self.next(),
            ended: None,
            resources,
        };
        History {
            runs: vec![run; 3],
            has_older: false,
        }
    }

    /// Two resources outside of nested deployments, one after the other.
    pub(super) fn pair(&mut self) -> (Resource, Resource) {
        let mut outside = || Resource {
            path: vec![],
            ..self.resource("Succeeded")
        };
        (outside(), outside())
    }

    /// What Azure tells ahead: that one resource waits for another, and that more are to come.
    pub(super) fn foreseen(&mut self, earlier: &Resource, later: &Resource) -> Foreseen {
        let mut dependencies = Dependencies::default();
        dependencies.insert(later.id.to_lowercase(), vec![earlier.id.clone()]);
        for _ in 0..3 {
            dependencies.insert(self.next(), vec![self.next(), self.next()]);
        }
        Foreseen {
            resources: vec![self.next(), later.id.clone(), self.next()],
            dependencies,
        }
    }

    pub(super) fn compilation(&mut self) -> Compilation {
        let place = Place {
            file: self.next(),
            line: 3,
            column: 7,
        };
        let diagnostic = |severity, code, message| bicep::Diagnostic {
            severity,
            code,
            message,
            place: Some(place.clone()),
        };
        Compilation {
            file: self.next(),
            diagnostics: vec![
                diagnostic(Severity::Warning, self.next(), self.next()),
                diagnostic(Severity::Notice, self.next(), self.next()),
            ],
            text: self.next(),
        }
    }

    pub(super) fn diagnostic(&mut self) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            code: self.next(),
            message: self.next(),
            target: self.next(),
        }
    }

    pub(super) fn what_if(&mut self) -> WhatIf {
        let mut change = |kind: &str| {
            json!({
                "resourceId": self.next(), "changeType": kind, "before": { self.next(): self.next() },
                "after": { self.next(): [self.next()] }, "unsupportedReason": self.next(),
                "delta": [{ "path": self.next(), "propertyChangeType": "Modify", "before": self.next(), "after": self.next() }],
            })
        };
        let changes = [change("Modify"), change("Create"), change("Unsupported")];
        let odd = change("");
        let odd = json!({ "resourceId": odd["resourceId"], "changeType": self.next() });
        let diagnostic =
            json!({ "code": self.next(), "message": self.next(), "target": self.next() });
        let code = format!("NestedDeployment{}", self.next());
        let gap = json!({ "code": code, "message": self.next(), "target": self.next() });
        WhatIf::read(
            json!({ "status": "Succeeded", "properties": {
                "changes": changes, "potentialChanges": [odd], "diagnostics": [diagnostic, gap] } }),
            &[],
        )
    }

    /// Outputs of the template; the secure one has no value.
    pub(super) fn outputs(&mut self) -> Value {
        json!({
            self.next(): { "type": "String", "value": self.next() },
            self.next(): { "type": self.next(), "value": { self.next(): [self.next()] } },
            "AdminKey": { "type": "String", "value": self.next() },
            "plain": { "type": "String", "value": self.next() },
            "secure": { "type": "SecureString" },
        })
    }

    pub(super) fn left(&mut self) -> Left {
        Left::CancelRefused(vec![self.cause()])
    }

    pub(super) fn ending(&mut self, at: Index) -> Ending {
        let causes = vec![self.cause(), self.cause()];
        let (text, left) = (self.next(), self.left());
        let mut problems = Problems::default();
        problems.add("parameters", text.clone());
        let place = Place {
            file: self.next(),
            line: 1,
            column: 1,
        };
        problems.add_at(Some(place), "template-file", self.next());
        let endings = [
            Ending::Succeeded,
            Ending::Failed {
                causes: causes.clone(),
            },
            Ending::Refused {
                causes: causes.clone(),
            },
            Ending::CannotFollow {
                causes: causes.clone(),
                left: left.clone(),
            },
            Ending::Replaced {
                by: Correlation::new(text.clone()),
            },
            Ending::CancelRefused { causes },
            Ending::Forbidden {
                changes: vec![(ChangeType::Delete, text.clone())],
                unseen: self.what_if().unseen,
            },
            Ending::NothingToCancel {
                state: ProvisioningState::new(&text),
            },
            Ending::InvalidInputs(problems),
            Ending::NoCompiler {
                reason: text.clone(),
            },
            Ending::SignInFailed {
                message: text.clone(),
                left: left.clone(),
            },
            Ending::TimedOut {
                after: minutes(9),
                left: Left::CancelUnknown {
                    reason: text.clone(),
                },
            },
            Ending::Unreachable {
                reason: text.clone(),
                left: left.clone(),
            },
            Ending::Bug {
                message: text,
                left,
            },
        ];
        at.get(&endings).clone()
    }
}
