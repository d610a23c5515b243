//! The wording for deployment stacks: settings and resources.

use crate::{
    event::StackResources,
    host::Style,
    inputs::{DenyMode, DenySettings, Operation, StackSettings, Unmanaged},
    report::words::phrase::count,
};

/// Number of resources of each category that are named; the others are counted.
pub(crate) const NAMED: usize = 50;
/// Maximum length in characters of a resource id.
pub(crate) const ID: usize = 300;

/// A stack's settings as names and texts.
pub(crate) fn facts(settings: &StackSettings, operation: Operation) -> Vec<(&'static str, String)> {
    let mut facts = vec![("unmanaged", unmanaged(&settings.unmanaged))];
    if operation != Operation::Delete {
        facts.push(("deny", deny(&settings.deny)));
    }
    facts
}

/// The action for unmanaged resources: `delete resources, detach resource groups, detach management groups`.
fn unmanaged(unmanaged: &Unmanaged) -> String {
    let kinds = [
        (unmanaged.resources, "resources"),
        (unmanaged.resource_groups, "resource groups"),
        (unmanaged.management_groups, "management groups"),
    ];
    let kinds = kinds.map(|(action, kind)| format!("{} {kind}", action.as_str()));
    kinds.join(", ")
}

/// The deny settings with their exceptions.
fn deny(settings: &DenySettings) -> String {
    let mut text = settings.mode.as_str().to_owned();
    if settings.mode == DenyMode::None {
        return text;
    }
    if settings.child_scopes {
        text.push_str(", at child scopes too");
    }
    for (items, one, many) in [
        (&settings.excluded_actions, "action", "actions"),
        (&settings.excluded_principals, "principal", "principals"),
    ] {
        if !items.is_empty() {
            text.push_str(&format!(", except {}", count(items.len(), one, many)));
        }
    }
    text
}

/// The categories to name, without empty ones: detached, deleted and failed resources.
pub(crate) fn sorts(resources: &StackResources) -> Vec<(&'static str, Style, &[String])> {
    let sorts = [
        ("detached", Style::Doubtful, resources.detached.as_slice()),
        ("deleted", Style::Doubtful, resources.deleted.as_slice()),
        ("failed", Style::Bad, resources.failed.as_slice()),
    ];
    let sorts = sorts.into_iter().filter(|(_, _, ids)| !ids.is_empty());
    sorts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::UnmanagedAction;

    #[test]
    fn settings_in_words() {
        let mut settings = StackSettings::default();
        settings.unmanaged.resources = UnmanagedAction::Delete;
        settings.deny = DenySettings {
            mode: DenyMode::DenyDelete,
            child_scopes: true,
            excluded_actions: vec!["a".to_owned(), "b".to_owned()],
            excluded_principals: vec!["p".to_owned()],
        };
        let words = facts(&settings, Operation::Create);
        let words: Vec<_> = words.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            words,
            [
                "delete resources, detach resource groups, detach management groups",
                "denyDelete, at child scopes too, except 2 actions, except 1 principal",
            ]
        );
        assert_eq!(facts(&settings, Operation::Delete).len(), 1);
    }
}
