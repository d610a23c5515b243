//! The what-if as lines of the log.

use std::{collections::BTreeSet, time::Duration};

use super::{
    diff::{self, DiffLine},
    group::{Group, by_scope},
    symbol::Mark,
};
use crate::{
    arm::{Change, PropertyChange, Unseen, WhatIf},
    host::{Line, Style},
    report::words::{changes::in_words, diagnostic, lines::stamped, unseen},
};

/// The lines of a what-if: legend, changes, diagnostics and counts.
pub(crate) fn lines(what_if: &WhatIf, at: Duration) -> Vec<Line> {
    let mut lines = vec![stamped(at).with(Style::Strong, "predicted changes")];
    lines.extend(legend(what_if));
    lines.extend(changes(&what_if.changes));
    if !what_if.potential.is_empty() {
        let note = "Potential changes (Azure cannot determine whether they will happen):";
        lines.extend([Line::default(), Line::default().with(Style::Strong, note)]);
        lines.extend(changes(&what_if.potential));
    }
    lines.extend(settings(&what_if.settings));
    if !what_if.diagnostics.is_empty() {
        lines.push(Line::default());
        lines.extend(what_if.diagnostics.iter().map(diagnostic::line));
    }
    lines.extend(gaps(&what_if.unseen));
    lines.push(Line::default());
    let mut counts = format!("resource changes: {}", in_words(&what_if.counts()));
    if !what_if.unseen.is_empty() {
        counts = format!("{counts}; {} not predicted", unseen::parts(&what_if.unseen));
    }
    lines.push(stamped(at).with(Style::Strong, &counts));
    lines
}

/// The symbols that occur, with their meaning.
fn legend(what_if: &WhatIf) -> Vec<Line> {
    let of_resources = what_if.all().map(|change| Mark::from(&change.kind));
    let settings = what_if.settings.iter().flat_map(diff::of_property);
    let bodies = what_if.all().flat_map(diff::body).chain(settings);
    let marks: BTreeSet<Mark> = of_resources
        .chain(bodies.map(|line| line.mark))
        .filter(|mark| *mark != Mark::None)
        .collect();
    let lines = marks.into_iter().map(|mark| {
        let sign = format!("  {} ", mark.sign());
        Line::default()
            .with(mark.style(), &sign)
            .with(Style::Plain, mark.meaning())
    });
    lines.collect()
}

fn changes(changes: &[Change]) -> Vec<Line> {
    by_scope(changes).iter().flat_map(group).collect()
}

fn group(group: &Group<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    if !group.scope.is_empty() {
        let scope = Line::default()
            .with(Style::Faint, "Scope: ")
            .with(Style::Plain, &group.scope);
        lines.extend([Line::default(), scope]);
    }
    for (place, change) in &group.changes {
        let body = diff::body(change);
        if !body.is_empty() {
            lines.push(Line::default());
        }
        lines.push(heading(place, change));
        lines.extend(body.iter().map(|line| diff_line(line, 2)));
    }
    lines
}

/// `  ~ Microsoft.Network/virtualNetworks/vnet [2024-05-01]`
fn heading(place: &str, change: &Change) -> Line {
    let mark = Mark::from(&change.kind);
    let line = Line::default().with(mark.style(), &format!("  {} {place}", mark.sign()));
    let line = match mark {
        Mark::Unknown => line.with(Style::Plain, &format!(" ({})", change.kind.as_str())),
        _ => line,
    };
    if change.api_version.is_empty() {
        return line;
    }
    line.with(Style::Faint, &format!(" [{}]", change.api_version))
}

fn diff_line(line: &DiffLine, depth: usize) -> Line {
    let indent = "  ".repeat(depth + line.depth);
    let mark = line.mark;
    let shown = Line::default().with(
        mark.style(),
        &format!("{indent}{} {}", mark.sign(), line.text),
    );
    match &line.values {
        None => shown,
        Some((before, after)) => shown
            .with(Style::Plain, ": ")
            .with(Style::Bad, before)
            .with(Style::Plain, " => ")
            .with(Style::Good, after),
    }
}

/// What was not predicted, and why.
fn gaps(unseen: &[Unseen]) -> Vec<Line> {
    if unseen.is_empty() {
        return Vec::new();
    }
    let heading = "Not predicted (this may change, too):";
    let heading = Line::default().with(Style::Strong, heading);
    let parts = unseen.iter().map(|part| {
        let code = format!("  {}: ", part.code);
        Line::default()
            .with(Style::Doubtful, &code)
            .with(Style::Plain, &unseen::sentence(part))
    });
    [Line::default(), heading]
        .into_iter()
        .chain(parts)
        .collect()
}

/// The changes of a stack's settings.
fn settings(settings: &[PropertyChange]) -> Vec<Line> {
    if settings.is_empty() {
        return Vec::new();
    }
    let heading = Line::default().with(Style::Strong, "Stack settings:");
    let mut lines = vec![Line::default(), heading];
    let diff = settings.iter().flat_map(diff::of_property);
    lines.extend(diff.map(|line| diff_line(&line, 1)));
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::stories::minutes;

    fn shown(properties: serde_json::Value) -> String {
        let what_if = WhatIf::read(json!({ "properties": properties }), &[]);
        let lines = lines(&what_if, minutes(1)).into_iter();
        lines
            .map(|line| line.render(false))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_diff_as_people_know_it() {
        let group = "/subscriptions/s/resourceGroups/rg";
        let vnet = format!("{group}/providers/Microsoft.Network/virtualNetworks/vnet");
        let shown = shown(json!({
            "changes": [
                {"resourceId": format!("{group}/providers/A/b/same"), "changeType": "NoChange"},
                {"resourceId": group.to_uppercase(), "changeType": "Create", "after": {"location": "westeurope"}},
                {"resourceId": vnet, "changeType": "Modify", "after": {"apiVersion": "2024-05-01"}, "delta": [
                    {"path": "tags.env", "propertyChangeType": "Modify", "before": "dev", "after": "prod\n::error::forged"},
                    {"path": "dns", "propertyChangeType": "Array", "children": [
                        {"path": "0", "propertyChangeType": "Create", "after": "10.0.0.4"}]}]},
                {"resourceId": format!("{group}/providers/A/b/odd"), "changeType": "Teleport"}
            ],
            "potentialChanges": [{"resourceId": format!("{group}/providers/A/b/maybe"), "changeType": "Delete"}],
            "diagnostics": [{"level": "Warning", "code": "NestedDeploymentShortCircuited", "message": "not looked into",
                             "target": format!("{group}/providers/Microsoft.Resources/deployments/inner")}]
        }));
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn nothing_changes() {
        let shown = shown(json!({"changes": []}));
        insta::assert_snapshot!(shown);
    }
}
