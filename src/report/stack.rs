//! What is told of a deployment stack beside what every deployment has.

use std::time::Duration;

use crate::{
    deploy::StackResources,
    host::{Line, Style, text::cut},
    inputs::{DenyMode, DenySettings, Operation, StackSettings, Unmanaged},
    report::{
        count::count,
        log::stamped,
        markdown::{code, table},
        record::Record,
    },
};

/// Resources that the log and the summary name of each sort; the rest is counted.
const NAMED: usize = 50;
/// Characters of a resource id that are shown.
const ID: usize = 300;

/// What the step's things are called: a stack or a deployment.
pub(super) fn noun(record: &Record) -> &'static str {
    match &record.plan {
        Some(plan) if plan.stack.is_some() => "stack",
        _ => "deployment",
    }
}

/// A stack's settings for people, as names and texts.
pub(super) fn facts(settings: &StackSettings, operation: Operation) -> Vec<(&'static str, String)> {
    let mut facts = vec![("unmanaged", unmanaged(&settings.unmanaged))];
    if operation != Operation::Delete {
        facts.push(("deny", deny(&settings.deny)));
    }
    facts
}

/// What becomes of what leaves the stack: `delete resources, detach resource groups and management groups`.
fn unmanaged(unmanaged: &Unmanaged) -> String {
    let kinds = [
        (unmanaged.resources, "resources"),
        (unmanaged.resource_groups, "resource groups"),
        (unmanaged.management_groups, "management groups"),
    ];
    let kinds = kinds.map(|(action, kind)| format!("{} {kind}", action.as_str()));
    kinds.join(", ")
}

/// What the stack denies, and to whom not.
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

/// What became of the stack's resources, for the log.
pub(super) fn lines(resources: &StackResources, at: Duration) -> Vec<Line> {
    let managed = count(resources.managed, "resource", "resources");
    let sorts = sorts(resources);
    let counts = sorts
        .iter()
        .map(|(word, _, ids)| format!(", {} {word}", ids.len()));
    let counts: String = counts.collect();
    let style = if resources.failed.is_empty() {
        Style::Plain
    } else {
        Style::Doubtful
    };
    let text = format!("the stack manages {managed}{counts}");
    let mut lines = vec![stamped(at).with(style, &text)];
    for (word, style, ids) in sorts {
        let named = ids.iter().take(NAMED);
        lines.extend(named.map(|id| {
            Line::plain("  ")
                .with(style, &format!("{word:<9} "))
                .with(Style::Plain, &cut(id, ID))
        }));
    }
    lines
}

/// What became of the stack's resources, for the summary; empty where nothing left it.
pub(super) fn section(resources: &StackResources) -> String {
    let sorts = sorts(resources);
    let rows: Vec<[String; 2]> = sorts
        .iter()
        .flat_map(|(word, _, ids)| {
            let named = ids.iter().take(NAMED);
            let mut rows: Vec<_> = named
                .map(|id| [(*word).to_owned(), code(&cut(id, ID))])
                .collect();
            if ids.len() > NAMED {
                rows.push([
                    (*word).to_owned(),
                    format!("… and {} more", ids.len() - NAMED),
                ]);
            }
            rows
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "### Left the stack, or failed in it\n\n{}",
        table(["What", "Resource"], &rows)
    )
}

/// What is worth naming: detached, deleted and failed resources.
fn sorts(resources: &StackResources) -> Vec<(&'static str, Style, &[String])> {
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
    use crate::{inputs::UnmanagedAction, report::fixtures::minutes};

    fn resources() -> StackResources {
        StackResources {
            managed: 3,
            detached: vec!["/subscriptions/s/a".to_owned()],
            deleted: (0..60).map(|n| format!("/x/{n}|`::error::")).collect(),
            failed: vec![],
        }
    }

    #[test]
    fn what_left_the_stack_is_named_and_counted() {
        let lines = lines(&resources(), minutes(3));
        let shown: Vec<_> = lines.iter().map(|line| line.render(false)).collect();
        assert_eq!(
            shown[0],
            "[0h 03m 00s] the stack manages 3 resources, 1 detached, 60 deleted"
        );
        assert_eq!(shown[1], "  detached  /subscriptions/s/a");
        assert_eq!(shown.len(), 2 + NAMED);
        let section = section(&resources());
        assert!(section.contains("… and 10 more"), "{section}");
        assert!(section.contains("/subscriptions/s/a"), "{section}");
    }

    #[test]
    fn a_stack_that_nothing_left_has_no_section() {
        let quiet = StackResources {
            managed: 3,
            ..StackResources::default()
        };
        assert_eq!(section(&quiet), "");
        assert_eq!(lines(&quiet, minutes(1)).len(), 1);
    }

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
