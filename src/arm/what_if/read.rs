//! Reads the answers of both kinds of what-ifs, whatever their shape.

use serde_json::Value;

use super::{
    kinds::{ChangeType, PropertyChangeType},
    model::{Change, PropertyChange, WhatIf},
    unseen,
};
use crate::arm::Diagnostic;

impl WhatIf {
    /// Reads the answer of a what-if, leaving out changes of the types `excluded`, but not that one was not
    /// predicted.
    #[must_use]
    pub(crate) fn read(mut answer: Value, excluded: &[ChangeType]) -> Self {
        let properties = answer.get_mut("properties").map(Value::take);
        let mut properties = properties.unwrap_or_default();
        let mut read = Self {
            changes: list(&properties["changes"], change),
            potential: list(&properties["potentialChanges"], change),
            ..Self::default()
        };
        read.stack(&properties["changes"]);
        (read.unseen, read.diagnostics) = unseen::divide(&read, Diagnostic::all(&properties));
        let is_kept = |change: &Change| !excluded.contains(&change.kind);
        read.changes.retain(is_kept);
        read.potential.retain(is_kept);
        for pointer in ["/changes", "/potentialChanges", "/changes/resourceChanges"] {
            if let Some(Value::Array(changes)) = properties.pointer_mut(pointer) {
                changes.retain(|change| !excluded.contains(&kind_of(change)));
            }
        }
        read.properties = properties;
        read
    }

    /// Reads what a stack's answer has in `changes`.
    fn stack(&mut self, changes: &Value) {
        for raw in changes["resourceChanges"].as_array().into_iter().flatten() {
            let certainty = text(raw, "changeCertainty");
            if certainty.eq_ignore_ascii_case("potential") {
                self.potential.push(change(raw));
            } else {
                self.changes.push(change(raw));
            }
        }
        let settings = [
            ("denySettings", "denySettingsChange"),
            ("deploymentScope", "deploymentScopeChange"),
        ];
        let settings = settings.map(|(path, name)| PropertyChange::between(path, &changes[name]));
        self.settings.extend(settings.into_iter().flatten());
    }
}

impl PropertyChange {
    /// What changes between `before` and `after`, with what changes within it; `None` if that is nothing.
    fn between(path: &str, difference: &Value) -> Option<Self> {
        let (before, after) = (difference["before"].clone(), difference["after"].clone());
        let children = properties(&difference["delta"]);
        if before == after && children.is_empty() {
            return None;
        }
        let kind = match (&before, &after) {
            (Value::Null, _) => PropertyChangeType::Create,
            (_, Value::Null) => PropertyChangeType::Delete,
            _ => PropertyChangeType::Modify,
        };
        Some(Self {
            path: path.to_owned(),
            kind,
            before,
            after,
            children,
        })
    }
}

fn change(raw: &Value) -> Change {
    // A stack keeps in a part of its own what a deployment writes beside the id.
    let configuration = match &raw["resourceConfigurationChanges"] {
        Value::Null => raw,
        part => part,
    };
    let mut delta = properties(&configuration["delta"]);
    let statuses = [
        ("managementStatus", "managementStatusChange"),
        ("denyStatus", "denyStatusChange"),
    ];
    let statuses = statuses.map(|(path, name)| PropertyChange::between(path, &raw[name]));
    delta.extend(statuses.into_iter().flatten());
    let (before, after) = (&configuration["before"], &configuration["after"]);
    let versions = [raw, after, before].map(|holder| text(holder, "apiVersion"));
    let version = versions.into_iter().find(|version| !version.is_empty());
    Change {
        id: identity(raw),
        kind: kind_of(raw),
        api_version: version.unwrap_or_default().to_owned(),
        before: before.clone(),
        after: after.clone(),
        delta,
        unsupported_reason: raw["unsupportedReason"].as_str().map(str::to_owned),
    }
}

pub(super) fn kind_of(raw: &Value) -> ChangeType {
    ChangeType::new(text(raw, "changeType"))
}

/// The resource's id; a resource of an extension has a type and identifiers instead.
pub(super) fn identity(raw: &Value) -> String {
    let ids = ["resourceId", "id"].map(|name| text(raw, name));
    if let Some(id) = ids.into_iter().find(|id| !id.is_empty()) {
        return id.to_owned();
    }
    let kind = match text(raw, "type") {
        "" => text(raw, "symbolicName"),
        kind => kind,
    };
    match &raw["identifiers"] {
        Value::Null => kind.to_owned(),
        identifiers => format!("{kind} {identifiers}"),
    }
}

fn properties(delta: &Value) -> Vec<PropertyChange> {
    list(delta, |raw| {
        let kinds = ["propertyChangeType", "changeType"].map(|name| text(raw, name));
        let kind = kinds.into_iter().find(|kind| !kind.is_empty());
        PropertyChange {
            path: text(raw, "path").to_owned(),
            kind: PropertyChangeType::new(kind.unwrap_or_default()),
            before: raw["before"].clone(),
            after: raw["after"].clone(),
            children: properties(&raw["children"]),
        }
    })
}

fn list<T>(raw: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    raw.as_array().into_iter().flatten().map(read).collect()
}

fn text<'a>(raw: &'a Value, name: &str) -> &'a str {
    raw[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(changes: Value) -> WhatIf {
        WhatIf::read(
            json!({"status": "Succeeded", "properties": {"changes": changes}}),
            &[],
        )
    }

    #[test]
    fn an_answer_of_another_shape_is_read_as_nothing() {
        for odd in [
            json!([]),
            json!("x"),
            json!(true),
            json!(3),
            json!(null),
            json!({"properties": []}),
        ] {
            let read = WhatIf::read(odd.clone(), &[]);
            assert_eq!(read.all().count(), 0, "{odd}");
        }
    }

    #[test]
    fn changes_of_a_deployment() {
        let what_if = with(json!([
            {"resourceId": "/a", "changeType": "modify", "before": {"apiVersion": "1"}, "after": {"apiVersion": "2"},
             "delta": [{"path": "x", "propertyChangeType": "Array", "children": [
                {"path": "0", "propertyChangeType": "Modify", "before": 1, "after": 2}]}]},
            {"resourceId": "/b", "changeType": "Teleport", "delta": null},
            7
        ]));
        let kinds: Vec<_> = what_if
            .changes
            .iter()
            .map(|change| change.kind.as_str())
            .collect();
        assert_eq!(kinds, ["Modify", "Teleport", ""]);
        let change = &what_if.changes[0];
        assert_eq!(change.api_version, "2");
        assert_eq!(change.delta[0].kind, PropertyChangeType::Array);
        assert_eq!(change.delta[0].children[0].after, 2);
    }

    #[test]
    fn changes_of_a_stack() {
        let what_if = with(json!({
            "resourceChanges": [
                {"id": "/a", "apiVersion": "1", "changeType": "modify", "changeCertainty": "definite",
                 "managementStatusChange": {"before": "unmanaged", "after": "managed"},
                 "denyStatusChange": {"before": "none", "after": "none"},
                 "resourceConfigurationChanges": {"before": {"x": 1}, "after": {"x": 2},
                    "delta": [{"path": "x", "changeType": "modify", "before": 1, "after": 2}]}},
                {"type": "Kubernetes/pod", "identifiers": {"name": "p"}, "changeType": "create", "changeCertainty": "Potential"}
            ],
            "denySettingsChange": {"after": {"mode": "DenyDelete"}, "delta": [
                {"path": "Mode", "changeType": "create", "after": "DenyDelete"}]},
            "deploymentScopeChange": {}
        }));
        let paths: Vec<_> = what_if.changes[0]
            .delta
            .iter()
            .map(|change| change.path.as_str())
            .collect();
        assert_eq!(paths, ["x", "managementStatus"]);
        assert_eq!(what_if.potential[0].id, r#"Kubernetes/pod {"name":"p"}"#);
        assert_eq!(what_if.settings.len(), 1);
        assert_eq!(what_if.settings[0].path, "denySettings");
        assert_eq!(what_if.settings[0].children[0].path, "Mode");
    }

    #[test]
    fn what_counts_as_a_change() {
        let no_effect = json!([{"path": "x", "propertyChangeType": "NoEffect", "after": 1}]);
        let effect = json!([{"path": "x", "propertyChangeType": "Create", "after": 1}]);
        for (kind, delta, changes) in [
            ("Create", json!(null), true),
            ("Deploy", json!(null), true),
            ("Delete", json!(null), true),
            ("Modify", json!(null), true),
            ("SomethingNew", json!(null), true),
            ("NoChange", json!([]), false),
            ("NoChange", effect.clone(), true),
            ("Ignore", json!(null), false),
            ("Unsupported", json!(null), false),
            ("Unsupported", no_effect, false),
            ("Unsupported", effect, true),
        ] {
            let what_if = with(json!([{"resourceId": "/a", "changeType": kind, "delta": delta}]));
            assert_eq!(what_if.finds_changes(), changes, "{kind} {delta}");
        }
        assert!(!with(json!([])).has_changes());
        assert!(!WhatIf::read(Value::Null, &[]).has_changes());
    }

    #[test]
    fn what_is_excluded_is_nowhere() {
        let answer = json!({"properties": {
            "changes": [{"resourceId": "/a", "changeType": "Ignore"}, {"resourceId": "/b", "changeType": "Create"}],
            "potentialChanges": [{"resourceId": "/c", "changeType": "ignore"}]
        }});
        let what_if = WhatIf::read(answer, &[ChangeType::Ignore]);
        assert_eq!(what_if.counts(), [(ChangeType::Create, 1)]);
        assert_eq!(
            what_if.properties,
            json!({"changes": [{"resourceId": "/b", "changeType": "Create"}], "potentialChanges": []})
        );
        let stack = json!({"properties": {"changes": {"resourceChanges": [{"id": "/a", "changeType": "delete"}]}}});
        assert_eq!(WhatIf::read(stack, &[ChangeType::Delete]).counts(), []);
    }
}
