//! The first lines of the log.

use crate::{
    event::Plan,
    host::{Line, Style},
    report::words::{lines::fact, operation, rollback, stack},
};

/// Template or deployment, scope, identity and portal link.
pub(super) fn heading(plan: &Plan) -> Vec<Line> {
    let doing = operation::wording(plan.operation).doing;
    if !plan.operation.needs_template() {
        return of_existing(plan, doing);
    }
    let region = plan
        .location
        .as_ref()
        .map_or_else(String::new, |location| format!(", location {location}"));
    let mut lines = vec![
        Line::default()
            .with(Style::Strong, &format!("{doing} {} ", plan.template))
            .with(
                Style::Plain,
                &format!("({}) to the {}{region}", plan.mode_text(), plan.scope),
            ),
        fact(
            plan.target.noun(),
            &format!("{} (fingerprint {})", plan.target.name(), plan.fingerprint),
        ),
        identity(plan),
    ];
    lines.extend(stack_facts(plan));
    let rollback = plan.rollback.as_ref();
    lines.extend(rollback.map(|rollback| {
        Line::default()
            .with(Style::Faint, "  rollback   ")
            .with(Style::Doubtful, &rollback::announcement(rollback))
    }));
    if !plan.operation.is_preview() {
        lines.extend(plan.portal_url().map(|url| fact("portal", &url)));
    }
    lines
}

/// The heading of an operation on an existing deployment or stack, which needs no template.
fn of_existing(plan: &Plan, doing: &str) -> Vec<Line> {
    let name = format!("{doing} {} ", plan.target);
    let mut lines = vec![
        Line::default()
            .with(Style::Strong, &name)
            .with(Style::Plain, &format!("of the {}", plan.scope)),
        identity(plan),
    ];
    lines.extend(stack_facts(plan));
    lines
}

fn stack_facts(plan: &Plan) -> impl Iterator<Item = Line> {
    let facts = plan
        .stack
        .iter()
        .flat_map(|settings| stack::facts(settings, plan.operation));
    facts.map(|(name, value)| fact(name, &value))
}

fn identity(plan: &Plan) -> Line {
    let unnamed = "system-assigned managed identity";
    fact("identity", plan.client_id.as_deref().unwrap_or(unnamed))
}
