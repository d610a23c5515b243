//! Log lines for a stack's managed, detached, deleted and failed resources.

use std::time::Duration;

use crate::{
    event::StackResources,
    host::{Line, Style, text::cut},
    report::words::{
        lines::stamped,
        phrase::count,
        stack::{ID, NAMED, sorts},
    },
};

/// A line with the counts, then one for each resource that left the stack or failed.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::minutes;

    #[test]
    fn what_left_the_stack_is_named_and_counted() {
        let resources = StackResources {
            managed: 3,
            detached: vec!["/subscriptions/s/a".to_owned()],
            deleted: (0..60).map(|n| format!("/x/{n}")).collect(),
            failed: vec![],
        };
        let lines = lines(&resources, minutes(3));
        let shown: Vec<_> = lines.iter().map(|line| line.render(false)).collect();
        assert_eq!(
            shown[0],
            "[0h 03m 00s] the stack manages 3 resources, 1 detached, 60 deleted"
        );
        assert_eq!(shown[1], "  detached  /subscriptions/s/a");
        assert_eq!(shown.len(), 2 + NAMED);
    }

    #[test]
    fn a_stack_that_nothing_left_has_one_line() {
        let quiet = StackResources {
            managed: 3,
            ..StackResources::default()
        };
        assert_eq!(lines(&quiet, minutes(1)).len(), 1);
    }
}
