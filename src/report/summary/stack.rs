//! A stack's detached, deleted and failed resources.

use crate::{
    event::StackResources,
    host::text::cut,
    report::words::{
        markdown::{code, table},
        stack::{ID, NAMED, sorts},
    },
};

/// The resources that left the stack or failed in it; empty if there are none.
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
        "### Detached, deleted and failed resources\n\n{}",
        table(["What", "Resource"], &rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_the_stack_is_named_and_the_rest_is_counted() {
        let resources = StackResources {
            managed: 3,
            detached: vec!["/subscriptions/s/a".to_owned()],
            deleted: (0..60).map(|n| format!("/x/{n}|`::error::")).collect(),
            failed: vec![],
        };
        let section = section(&resources);
        assert!(section.contains("… and 10 more"), "{section}");
        assert!(section.contains("/subscriptions/s/a"), "{section}");
        assert!(!section.contains('`'), "{section}");
    }

    #[test]
    fn a_stack_that_nothing_left_has_no_section() {
        assert_eq!(section(&StackResources::default()), "");
    }
}
