//! The texts of what Azure says.

use super::{Texts, Visit};
use crate::arm::{
    Cause, Change, ChangeType, Correlation, Dependencies, Diagnostic, PropertyChange,
    PropertyChangeType, ProvisioningState, Redeployment, Unseen, WhatIf,
};

impl Texts for Redeployment {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self { name, state } = self;
        visit(name);
        state.texts(visit);
    }
}

impl Texts for Cause {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            code,
            message,
            resource,
            path,
        } = self;
        visit(code);
        visit(message);
        resource.texts(visit);
        path.texts(visit);
    }
}

impl Texts for Diagnostic {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            severity: _,
            code,
            message,
            target,
        } = self;
        for text in [code, message, target] {
            visit(text);
        }
    }
}

impl Texts for WhatIf {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            changes,
            potential,
            settings,
            diagnostics,
            unseen,
            properties,
        } = self;
        changes.texts(visit);
        potential.texts(visit);
        settings.texts(visit);
        diagnostics.texts(visit);
        unseen.texts(visit);
        properties.texts(visit);
    }
}

impl Texts for Unseen {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self { id, code, reason } = self;
        for text in [id, code, reason] {
            visit(text);
        }
    }
}

impl Texts for Change {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            id,
            kind,
            api_version,
            before,
            after,
            delta,
            unsupported_reason,
        } = self;
        visit(id);
        kind.texts(visit);
        visit(api_version);
        before.texts(visit);
        after.texts(visit);
        delta.texts(visit);
        unsupported_reason.texts(visit);
    }
}

impl Texts for PropertyChange {
    fn texts(&mut self, visit: Visit<'_>) {
        let Self {
            path,
            kind,
            before,
            after,
            children,
        } = self;
        visit(path);
        if let PropertyChangeType::Other(name) = kind {
            visit(name);
        }
        before.texts(visit);
        after.texts(visit);
        children.texts(visit);
    }
}

impl Texts for ChangeType {
    fn texts(&mut self, visit: Visit<'_>) {
        if let Self::Other(name) = self {
            visit(name);
        }
    }
}

impl Texts for Dependencies {
    fn texts(&mut self, visit: Visit<'_>) {
        for (mut dependent, mut before) in std::mem::take(self) {
            visit(&mut dependent);
            before.texts(visit);
            self.insert(dependent, before);
        }
    }
}

impl Texts for Correlation {
    fn texts(&mut self, visit: Visit<'_>) {
        let mut text = self.to_string();
        visit(&mut text);
        *self = Self::new(text);
    }
}

impl Texts for ProvisioningState {
    fn texts(&mut self, visit: Visit<'_>) {
        let mut text = self.to_string();
        visit(&mut text);
        *self = Self::new(&text);
    }
}
