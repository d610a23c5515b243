//! What a what-if could not predict. That it tells no change there does not mean that there is none.
//!
//! Azure expands 500 nested deployments, 800 resource groups and what takes no longer than five minutes, and none whose
//! parameters it can only evaluate later (learn.microsoft.com, "Bicep what-if"). What is left out has a diagnostic,
//! is `Unsupported`, or is ignored although the template has it.

use std::collections::BTreeSet;

use super::{
    kinds::ChangeType,
    model::{Change, Unseen, WhatIf},
};
use crate::{arm::Diagnostic, host::Severity};

/// How Azure's codes for a nested deployment that was left out begin.
const NESTED: &str = "nesteddeployment";
/// What other codes and the messages say where something was left out.
const SIGNS: [&str; 8] = [
    "short-circuit",
    "shortcircuit",
    "skipped",
    "limitreached",
    "not be expanded",
    "cannot be analyzed",
    "whatifevalstopped",
    "whatifunidentifiableresource",
];
/// What the id of a deployment has.
const DEPLOYMENTS: &str = "/providers/microsoft.resources/deployments/";
/// After so many resource groups Azure looks into no further one.
const MOST_GROUPS: usize = 800;

/// What was not predicted, and the diagnostics that tell something else.
pub(super) fn divide(
    what_if: &WhatIf,
    diagnostics: Vec<Diagnostic>,
) -> (Vec<Unseen>, Vec<Diagnostic>) {
    let (hidden, other): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(tells_of_a_gap);
    let mut unseen = Found::default();
    for diagnostic in hidden {
        unseen.add(&diagnostic.target, &diagnostic.code, diagnostic.message);
    }
    for change in &what_if.changes {
        if let Some(reason) = why_unseen(change) {
            unseen.add(&change.id, change.kind.as_str(), reason);
        }
    }
    for change in &what_if.potential {
        let reason = why_unseen(change).unwrap_or_else(|| {
            "it may happen or not, which Azure can only tell during the deployment".to_owned()
        });
        unseen.add(&change.id, change.kind.as_str(), reason);
    }
    if groups(what_if) >= MOST_GROUPS {
        let reason = format!("Azure looks into {MOST_GROUPS} resource groups and no more");
        unseen.add("", "ResourceGroupLimit", reason);
    }
    (unseen.all, other)
}

/// What was found, each resource once: the first reason for it is Azure's diagnostic, if there is one.
#[derive(Default)]
struct Found {
    all: Vec<Unseen>,
    ids: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, id: &str, code: &str, reason: String) {
        if id.is_empty() || self.ids.insert(id.to_ascii_lowercase()) {
            self.all.push(Unseen {
                id: id.to_owned(),
                code: if code.is_empty() { "Unknown" } else { code }.to_owned(),
                reason,
            });
        }
    }
}

/// Whether a diagnostic says that something was left out. An error is taken to mean it, too.
fn tells_of_a_gap(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code.to_ascii_lowercase();
    let message = diagnostic.message.to_ascii_lowercase();
    diagnostic.severity == Severity::Error
        || code.starts_with(NESTED)
        || SIGNS
            .iter()
            .any(|sign| code.contains(sign) || message.contains(sign))
}

/// Why nothing is known of what becomes of the resource; `None` if it is known.
fn why_unseen(change: &Change) -> Option<String> {
    let own = change.unsupported_reason.clone();
    let own = own.filter(|reason| !reason.trim().is_empty());
    let ours = match &change.kind {
        ChangeType::Unsupported => "Azure cannot predict it",
        ChangeType::Ignore if is_of_the_template(change) => {
            "it is part of the template, and Azure did not look into it"
        }
        ChangeType::Other(_) => "this action does not know this type of change",
        _ => return own,
    };
    Some(own.unwrap_or_else(|| ours.to_owned()))
}

/// Whether an ignored resource is more than one that is there and that the template does not name: a nested deployment,
/// or something that is to be created.
fn is_of_the_template(change: &Change) -> bool {
    let is_new = change.before.is_null() && !change.after.is_null();
    is_new || change.id.to_ascii_lowercase().contains(DEPLOYMENTS)
}

/// How many resource groups the what-if names.
fn groups(what_if: &WhatIf) -> usize {
    let groups = what_if.all().filter_map(|change| {
        let id = change.id.to_ascii_lowercase();
        let mut parts = id.trim_start_matches('/').split('/');
        match (parts.next()?, parts.next()?, parts.next()?, parts.next()?) {
            ("subscriptions", subscription, "resourcegroups", group) => {
                Some(format!("{subscription}/{group}"))
            }
            _ => None,
        }
    });
    groups.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const GROUP: &str = "/subscriptions/s/resourceGroups/rg";

    fn read(properties: &Value) -> WhatIf {
        WhatIf::read(json!({ "properties": properties }), &[])
    }

    /// The codes of what was not looked into.
    fn codes(properties: &Value) -> Vec<String> {
        let unseen = read(properties).unseen.into_iter();
        unseen.map(|part| part.code).collect()
    }

    #[test]
    fn azures_diagnostics_of_what_it_left_out() {
        let inner = format!("{GROUP}/providers/Microsoft.Resources/deployments/inner");
        for (code, message, is_gap) in [
            ("NestedDeploymentShortCircuited", "", true),
            ("NestedDeploymentSkippedFromInternalExpansion", "", true),
            ("nestedDeploymentExpansionLimitReached", "", true),
            ("NestedDeploymentSomethingNew", "", true),
            ("Other", "A nested deployment got short-circuited.", true),
            (
                "Other",
                "Please see https://aka.ms/WhatIfEvalStopped.",
                true,
            ),
            ("Other", "It cannot be analyzed.", true),
            ("DeprecatedApiVersion", "Use another version.", false),
        ] {
            let diagnostic =
                json!({"level": "Warning", "code": code, "message": message, "target": inner});
            let read = read(&json!({"changes": [], "diagnostics": [diagnostic]}));
            assert_eq!(read.unseen.len(), usize::from(is_gap), "{code} {message}");
            assert_eq!(read.diagnostics.len(), usize::from(!is_gap), "{code}");
            assert_eq!(read.has_changes(), is_gap, "{code} {message}");
            assert!(!read.finds_changes());
        }
        let error = json!({"level": "Error", "code": "Other", "message": "no"});
        assert_eq!(
            codes(&json!({"changes": [], "diagnostics": [error]})),
            ["Other"]
        );
    }

    #[test]
    fn changes_that_azure_did_not_predict() {
        let there = json!({"name": "a"});
        for (change, is_gap) in [
            (json!({"changeType": "Unsupported"}), true),
            (
                json!({"changeType": "unsupported", "delta": [{"path": "x"}]}),
                true,
            ),
            (
                json!({"changeType": "Create", "unsupportedReason": "its id is not known"}),
                true,
            ),
            (
                json!({"changeType": "Create", "unsupportedReason": " "}),
                false,
            ),
            (json!({"changeType": "Teleport"}), true),
            (json!({}), true),
            (
                json!({"changeType": "Ignore", "before": there, "after": there}),
                false,
            ),
            (json!({"changeType": "Ignore", "before": there}), false),
            (json!({"changeType": "Ignore"}), false),
            (json!({"changeType": "Ignore", "after": there}), true),
            (json!({"changeType": "NoChange"}), false),
            (json!({"changeType": "Deploy"}), false),
        ] {
            let mut change = change;
            change["resourceId"] = "/a".into();
            let properties = json!({"changes": [change]});
            assert_eq!(
                read(&properties).unseen.len(),
                usize::from(is_gap),
                "{change}"
            );
        }
        let nested = format!("{GROUP}/Providers/Microsoft.Resources/Deployments/inner");
        let ignored = json!([{"resourceId": nested, "changeType": "Ignore", "before": there}]);
        assert_eq!(codes(&json!({"changes": ignored})), ["Ignore"]);
    }

    #[test]
    fn what_may_or_may_not_happen() {
        let maybe = json!([{"resourceId": "/a", "changeType": "NoChange"}]);
        assert_eq!(
            codes(&json!({"changes": [], "potentialChanges": maybe})),
            ["NoChange"]
        );
        let stack = json!({"resourceChanges": [
            {"id": "/a", "changeType": "modify", "changeCertainty": "potential"},
            {"id": "/b", "changeType": "modify", "changeCertainty": "definite"},
            {"id": "/c", "changeType": "noChange", "changeCertainty": "definite", "unsupportedReason": "why"}]});
        let unseen = read(&json!({"changes": stack})).unseen;
        let told: Vec<_> = unseen.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(told, ["/c", "/a"]);
        assert_eq!(unseen[0].reason, "why");
    }

    #[test]
    fn a_resource_is_told_once_and_with_azures_own_reason() {
        let unseen = read(&json!({
            "changes": [{"resourceId": "/A", "changeType": "Unsupported"}, {"changeType": "Unsupported"}],
            "diagnostics": [{"code": "NestedDeploymentShortCircuited", "message": "why", "target": "/a"}],
        }))
        .unseen;
        let told: Vec<_> = unseen.iter().map(|part| part.reason.as_str()).collect();
        assert_eq!(told, ["why", "Azure cannot predict it"]);
    }

    #[test]
    fn azures_limit_of_resource_groups() {
        let changes = |groups: usize| {
            let changes = (0..2 * groups).map(|n| {
                let id = format!("{GROUP}-{}/providers/A/b/{n}", n % groups);
                json!({"resourceId": id, "changeType": "NoChange"})
            });
            json!({"changes": changes.collect::<Value>()})
        };
        assert_eq!(codes(&changes(MOST_GROUPS)), ["ResourceGroupLimit"]);
        assert!(codes(&changes(MOST_GROUPS - 1)).is_empty());
    }
}
