//! Visits every text of an event that may come from elsewhere, so that nothing secret in it reaches a report.
//!
//! Each type is taken apart with all its fields: a new field does not compile before it is decided on here.

mod azure;

use serde_json::{Map, Value};

use super::{
    EarlierResource, EarlierRun, Ending, Event, Foreseen, History, Left, Plan, Resource,
    StackResources,
};
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
            Self::Foreseen(foreseen) => foreseen.texts(visit),
            Self::DependenciesRead {
                deployment,
                dependencies,
            } => {
                visit(deployment);
                dependencies.texts(visit);
            }
            Self::HistoryRead(history) => history.texts(visit),
            Self::Lasted { .. }
            | Self::SignedIn(_)
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

impl Texts for Foreseen {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            resources,
            dependencies,
        } = self;
        resources.texts(visit);
        dependencies.texts(visit);
    }
}

impl Texts for History {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self { runs, has_older: _ } = self;
        runs.texts(visit);
    }
}

impl Texts for EarlierRun {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            name,
            ended: _,
            resources,
        } = self;
        visit(name);
        resources.texts(visit);
    }
}

impl Texts for EarlierResource {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            id,
            kind,
            path,
            duration: _,
        } = self;
        visit(id);
        visit(kind);
        path.texts(visit);
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
mod tests;
