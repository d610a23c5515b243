//! The number of predicted changes of each kind, in words.

use crate::arm::{ChangeType, WhatIf};

/// `2 to create, 1 no change`; the settings of a stack if no resource changes.
pub(crate) fn counts(what_if: &WhatIf) -> String {
    if what_if.all().next().is_none() && !what_if.settings.is_empty() {
        return "the stack's settings".to_owned();
    }
    in_words(&what_if.counts())
}

/// `2 to create, 1 no change`.
pub(crate) fn in_words(counts: &[(ChangeType, usize)]) -> String {
    let parts = counts.iter().map(|(kind, count)| match kind {
        ChangeType::Delete => format!("{count} to delete"),
        ChangeType::Detach => format!("{count} to detach"),
        ChangeType::Create => format!("{count} to create"),
        ChangeType::Deploy => format!("{count} to deploy"),
        ChangeType::Modify => format!("{count} to modify"),
        ChangeType::Unsupported => format!("{count} unsupported"),
        ChangeType::NoChange => format!("{count} no change"),
        ChangeType::Ignore => format!("{count} to ignore"),
        ChangeType::Other(name) => format!("{count} {name}"),
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        return "none".to_owned();
    }
    parts.join(", ")
}
