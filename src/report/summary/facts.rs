//! The table of facts: deployment, state, duration, scope, template, identity.

use super::budget::NAME;
use crate::{
    event::Plan,
    host::{Context, text::cut},
    report::{
        record::Record,
        words::{
            counts, duration, hidden,
            markdown::{code, escape, link, table},
            operation,
            phrase::{capitalize, count},
            rollback, stack,
        },
    },
};

/// Resources that had not begun that are named.
const NOT_BEGUN: usize = 10;

/// The table of facts; empty if nothing was planned.
pub(super) fn section(record: &Record) -> String {
    let Some(plan) = &record.plan else {
        return String::new();
    };
    let name = cut(plan.target.name(), NAME);
    let deployment = record
        .portal_url()
        .map_or_else(|| code(&name), |url| link(&name, &url));
    let mut rows = of_run(record);
    rows.extend(of_plan(plan));
    if let Some(id) = &record.correlation_id {
        rows.push(fact("Correlation id", code(id)));
    }
    let noun = capitalize(record.noun());
    table([&noun, &deployment], &rows)
}

fn of_run(record: &Record) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    if let Some(state) = &record.state {
        rows.push(fact("State", escape(&cut(state.as_str(), NAME))));
        rows.push(fact("Resources", succeeded_of_known(record)));
        rows.extend(not_begun(record));
    }
    if let Some(took) = record.duration() {
        rows.push(fact("Duration", duration::show(took)));
    }
    rows.push(fact("Token refreshes", record.token_refreshes.to_string()));
    if !record.outages.is_empty() {
        let time = duration::show(record.time_without_azure());
        let outages = format!("{} ({time} in total)", record.outages.len());
        rows.push(fact("Outages", outages));
    }
    if record.throttlings > 0 {
        let times = count(record.throttlings, "time", "times");
        rows.push(fact("Throttled", times));
    }
    rows
}

fn succeeded_of_known(record: &Record) -> String {
    let resources = record.resources.iter().map(|seen| &seen.resource);
    let succeeded =
        resources.filter(|resource| !resource.is_deployment() && resource.state.is_succeeded());
    let of = counts::all(record);
    let uncounted = cut(&hidden::uncounted(record), NAME);
    format!(
        "{} of {of} succeeded{}",
        succeeded.count(),
        escape(&uncounted)
    )
}

/// What had not begun when the run ended.
fn not_begun(record: &Record) -> Option<[String; 2]> {
    let (names, rest) = counts::waiting(record, NOT_BEGUN);
    if names.is_empty() {
        return None;
    }
    let names = names.iter().map(|name| code(&cut(name, NAME)));
    let mut names: Vec<_> = names.collect();
    if rest > 0 {
        names.push(format!("and {rest} more"));
    }
    Some(fact("Not begun", names.join(", ")))
}

fn of_plan(plan: &Plan) -> Vec<[String; 2]> {
    let mut scope = escape(&plan.scope.to_string());
    if let Some(location) = &plan.location {
        scope = format!("{scope}, location {}", escape(location));
    }
    let template = if plan.operation.needs_template() {
        format!(
            "{} ({})",
            code(&cut(&plan.template, NAME)),
            plan.mode_text()
        )
    } else {
        operation::wording(plan.operation).no_template.to_owned()
    };
    let identity = plan
        .client_id
        .as_deref()
        .map_or_else(|| "system-assigned".to_owned(), code);
    let mut facts = vec![
        fact("Scope", scope),
        fact("Template", template),
        fact("Identity", identity),
    ];
    let settings = plan.stack.iter();
    let settings = settings.flat_map(|settings| stack::facts(settings, plan.operation));
    facts.extend(settings.map(|(name, value)| fact(&capitalize(name), value)));
    let rollback = plan.rollback.as_ref().map(rollback::announcement);
    facts.extend(rollback.map(|text| fact("Rollback", escape(&capitalize(&text)))));
    facts
}

fn fact(name: &str, value: String) -> [String; 2] {
    [name.to_owned(), value]
}

/// The command that runs it again; empty where there is none.
pub(super) fn rerun(run: &Context) -> String {
    let command = run.rerun.as_deref().map(code);
    command.map_or_else(String::new, |command| {
        format!("To run it again: {command}\n")
    })
}
