//! The what-if as a section of the summary.

use std::fmt::Write;

use super::{
    diff::{self, DiffLine},
    group::by_scope,
    symbol::Mark,
};
use crate::{
    arm::{Change, WhatIf},
    host::text::{cut, one_line},
    report::words::{
        diagnostic,
        item::titled_item,
        markdown::{code, escape, table},
        unseen,
    },
};

/// Size of the section in bytes after which changes are only counted.
const BUDGET: usize = 300_000;
/// Maximum number of lines of one change.
const LINES: usize = 300;
/// Maximum lengths of a name, a line and a message, in characters.
const NAME: usize = 300;
const WIDTH: usize = 500;
const MESSAGE: usize = 1_500;
const DIAGNOSTICS: usize = 20;
const GAPS: usize = 30;

/// The counts, and a folded diff for each change.
pub(crate) fn section(what_if: &WhatIf) -> String {
    let mut section = format!("### What-if\n\n{}\n{}", count_table(what_if), gaps(what_if));
    let mut rest = 0;
    let certain = by_scope(&what_if.changes)
        .into_iter()
        .map(|group| (group, ""));
    let potential = by_scope(&what_if.potential);
    let potential = potential.into_iter().map(|group| (group, " (potential)"));
    for (group, certainty) in certain.chain(potential) {
        let mut heading = format!("\n{}\n\n", scope(&group.scope));
        for (place, change) in &group.changes {
            if section.len() > BUDGET {
                rest += 1;
            } else {
                section.push_str(&std::mem::take(&mut heading));
                section.push_str(&of_change(place, change, certainty));
            }
        }
    }
    if rest > 0 {
        let _ = writeln!(section, "\n… and {rest} more in the log");
    }
    section.push_str(&settings(what_if));
    section.push_str(&diagnostics(what_if));
    section
}

fn scope(id: &str) -> String {
    if id.is_empty() {
        return "Outside of Azure".to_owned();
    }
    format!("Scope {}", code(&cut(id, NAME)))
}

fn count_table(what_if: &WhatIf) -> String {
    let rows: Vec<_> = what_if
        .counts()
        .iter()
        .map(|(kind, count)| {
            let sign = code(&Mark::from(kind).sign().to_string());
            [
                format!("{sign} {}", escape(&cut(kind.as_str(), NAME))),
                count.to_string(),
            ]
        })
        .collect();
    if rows.is_empty() && what_if.unseen.is_empty() {
        return "No resource changes.\n".to_owned();
    }
    if rows.is_empty() {
        return "No resource change was found.\n".to_owned();
    }
    table(["Change", "Resources"], &rows)
}

/// What was not predicted, and why, as an alert box.
fn gaps(what_if: &WhatIf) -> String {
    let unseen = &what_if.unseen;
    if unseen.is_empty() {
        return String::new();
    }
    let parts = unseen::parts(unseen);
    let mut text = format!("> [!WARNING]\n> Not predicted, and may change, too: {parts}\n");
    for part in unseen.iter().take(GAPS) {
        let sentence = cut(&unseen::sentence(part), MESSAGE);
        let item = titled_item(&cut(&part.code, NAME), &sentence);
        let _ = writeln!(text, "> {item}");
    }
    if unseen.len() > GAPS {
        let _ = writeln!(text, "> - … and {} more in the log", unseen.len() - GAPS);
    }
    text
}

fn of_change(place: &str, change: &Change, certainty: &str) -> String {
    let sign = code(&Mark::from(&change.kind).sign().to_string());
    let kind = escape(&cut(change.kind.as_str(), NAME));
    let title = format!("{sign} {}, {kind}{certainty}", code(&cut(place, NAME)));
    folded(&title, &diff::body(change))
}

/// `title` with the diff folded beneath it; alone on a line if there is none.
fn folded(title: &str, lines: &[DiffLine]) -> String {
    if lines.is_empty() {
        return format!("{title}<br>\n");
    }
    let shown: Vec<String> = lines.iter().take(LINES).flat_map(diff_lines).collect();
    let mut text = shown.concat();
    if lines.len() > LINES {
        let _ = writeln!(text, "  … and {} more lines", lines.len() - LINES);
    }
    let fence = fence(&text);
    format!("<details><summary>{title}</summary>\n\n{fence}diff\n{text}{fence}\n\n</details>\n")
}

/// A line of a `diff` block; what has a value before and after takes two.
fn diff_lines(line: &DiffLine) -> Vec<String> {
    let indent = "  ".repeat(line.depth);
    let show = |mark: Mark, text: &str| {
        let text = cut(&one_line(text), WIDTH);
        format!("{} {indent}{text}\n", mark.column())
    };
    match &line.values {
        None => vec![show(line.mark, &line.text)],
        Some((before, after)) => vec![
            show(Mark::Delete, &format!("{}: {before}", line.text)),
            show(Mark::Create, &format!("{}: {after}", line.text)),
        ],
    }
}

/// Back-ticks, more than there are in a row anywhere in `text`.
fn fence(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat((longest + 1).max(3))
}

fn settings(what_if: &WhatIf) -> String {
    let lines: Vec<DiffLine> = what_if
        .settings
        .iter()
        .flat_map(diff::of_property)
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\n{}", folded("Settings of the stack", &lines))
}

fn diagnostics(what_if: &WhatIf) -> String {
    let diagnostics = &what_if.diagnostics;
    let mut text = String::new();
    for each in diagnostics.iter().take(DIAGNOSTICS) {
        let sentence = cut(&diagnostic::sentence(each), MESSAGE);
        let item = titled_item(&cut(&each.code, NAME), &sentence);
        let _ = write!(text, "\n{item}");
    }
    if diagnostics.len() > DIAGNOSTICS {
        let _ = write!(text, "\n- … and {} more", diagnostics.len() - DIAGNOSTICS);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn shown(properties: Value) -> String {
        section(&WhatIf::read(json!({ "properties": properties }), &[]))
    }

    #[test]
    fn a_folded_diff_for_each_change() {
        let group = "/subscriptions/s/resourceGroups/rg";
        let shown = shown(json!({
            "changes": [
                {"resourceId": format!("{group}/providers/A/b/same"), "changeType": "NoChange"},
                {"resourceId": format!("{group}/providers/A/b/vnet"), "changeType": "Modify", "delta": [
                    {"path": "tags.env", "propertyChangeType": "Modify", "before": "dev", "after": "```\n</details>@octocat"},
                    {"path": "dns", "propertyChangeType": "Array", "children": [
                        {"path": "0", "propertyChangeType": "Create", "after": "10.0.0.4"}]}]}
            ],
            "potentialChanges": [{"resourceId": format!("{group}/providers/A/b/<b>"), "changeType": "Delete"}],
            "diagnostics": [{"level": "Warning", "code": "Short", "message": "not\nlooked into"}]
        }));
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn nothing_changes() {
        assert_eq!(
            shown(json!({"changes": []})),
            "### What-if\n\nNo resource changes.\n\n"
        );
    }

    #[test]
    fn even_a_huge_what_if_fits() {
        let name = "&".repeat(600);
        let delta: Vec<_> = (0..400)
            .map(|n| json!({"path": format!("{n}{name}"), "propertyChangeType": "Modify", "before": name, "after": 1}))
            .collect();
        let changes: Vec<_> = (0..9)
            .map(|n| json!({"resourceId": format!("/subscriptions/s/{n}"), "changeType": "Modify", "delta": delta}))
            .collect();
        let shown = shown(json!({"changes": changes}));
        assert!(shown.len() < 2 * BUDGET + 100_000, "{}", shown.len());
        assert!(shown.contains("… and 100 more lines"), "lines are counted");
        assert!(shown.contains("more in the log"), "changes too");
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_block(value in "[`\n<>/a-z~]{0,40}") {
            let shown = shown(json!({"changes": [{"resourceId": "/a", "changeType": "Create", "after": {"x": value, "y": "end"}}]}));
            let fences = shown.lines().filter(|line| line.starts_with("```")).count();
            prop_assert_eq!(fences, 2, "{}", shown);
        }
    }
}
