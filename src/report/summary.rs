//! The step summary: the run on one page of GitHub's Markdown.

use serde_json::Value;

use crate::{
    deploy::{Plan, Resource},
    host::text::cut,
    inputs::Operation,
    report::{
        advice::Step,
        count::count,
        diagnostic, duration,
        hints::Hint,
        markdown::{code, escape, link, paragraph, table},
        masking::is_masked,
        outputs, place,
        record::Record,
        stack,
        verdict::{self, Reason, Verdict},
        what_if,
    },
};

const REASONS: usize = 20;
const RESOURCES: usize = 200;
const OUTPUTS: usize = 100;
const WARNINGS: usize = 20;
/// Resources beyond which their table is folded.
const UNFOLDED: usize = 15;
/// Characters of a name, of a value, and of a message that are shown.
const NAME: usize = 150;
const VALUE: usize = 200;
const MESSAGE: usize = 1_500;

/// The summary of a run that is over. Values of `masked` outputs are not in it.
pub(crate) fn summary(record: &Record, masked: &[String]) -> String {
    let Some((ending, _)) = &record.ended else {
        return String::new();
    };
    let verdict = verdict::verdict(record, ending);
    [
        title(&verdict),
        facts(record),
        reasons(&verdict.reasons),
        steps(&verdict.steps),
        warnings(&record.warnings),
        remarks(record),
        record
            .what_if
            .as_ref()
            .map_or_else(String::new, what_if::section),
        record
            .stack
            .as_ref()
            .map_or_else(String::new, stack::section),
        template_outputs(record, masked),
        resources(&record.slowest_first()),
    ]
    .into_iter()
    .filter(|section| !section.is_empty())
    .collect::<Vec<_>>()
    .join("\n")
}

fn title(verdict: &Verdict) -> String {
    format!(
        "## {} {}\n",
        verdict.mood.emoji(),
        escape(&capitalize(&verdict.headline))
    )
}

fn facts(record: &Record) -> String {
    let Some(plan) = &record.plan else {
        return String::new();
    };
    let mut rows = of_plan(plan);
    let mut fact = |name: &str, value: String| rows.push([name.to_owned(), value]);
    if let Some(state) = &record.state {
        fact("State", escape(state.as_str()));
    }
    if let Some(id) = &record.correlation_id {
        fact("Correlation id", code(id));
    }
    if let Some(took) = record.duration() {
        fact("Duration", duration::show(took));
    }
    fact("Token refreshes", record.token_refreshes.to_string());
    if !record.outages.is_empty() {
        let time = duration::show(record.time_without_azure());
        fact(
            "Outages",
            format!("{}, {time} in all", record.outages.len()),
        );
    }
    if record.throttlings > 0 {
        fact("Throttled", count(record.throttlings, "time", "times"));
    }
    let name = cut(plan.id.name(), NAME);
    let deployment = record
        .portal_url()
        .map_or_else(|| code(&name), |url| link(&name, url));
    let noun = capitalize(stack::noun(record));
    table([&noun, &deployment], &rows)
}

fn of_plan(plan: &Plan) -> Vec<[String; 2]> {
    let mut scope = escape(&plan.scope.to_string());
    if let Some(location) = &plan.location {
        scope = format!("{scope}, data in {}", escape(location));
    }
    let template = match plan.operation {
        Operation::Delete => "none: the stack is deleted".to_owned(),
        _ => format!("{} ({})", code(&cut(&plan.template, NAME)), plan.mode),
    };
    let identity = plan
        .client_id
        .as_deref()
        .map_or_else(|| "system-assigned".to_owned(), code);
    let mut facts = vec![
        ("Scope", scope),
        ("Template", template),
        ("Identity", identity),
    ];
    let settings = plan.stack.iter();
    facts.extend(settings.flat_map(|settings| stack::facts(settings, plan.operation)));
    let facts = facts.into_iter();
    facts
        .map(|(name, value)| [capitalize(name), value])
        .collect()
}

fn reasons(reasons: &[Reason]) -> String {
    let items = reasons.iter().map(|reason| {
        let place = if reason.place.is_empty() {
            String::new()
        } else {
            let place = cut(&reason.place, 3 * NAME);
            let url = reason.url.as_deref();
            format!(
                " at {}",
                url.map_or_else(|| escape(&place), |url| link(&place, url))
            )
        };
        let title = code(&cut(&reason.title, NAME));
        format!(
            "**{title}**{place}<br>{}{}",
            paragraph(&cut(&reason.message, MESSAGE)),
            reason.hint.as_ref().map(hint).unwrap_or_default()
        )
    });
    list("Why", items, REASONS)
}

/// What mends a cause, on a line of its own.
fn hint(hint: &Hint) -> String {
    let text = escape(&capitalize(&hint.text));
    match &hint.command {
        Some(command) => format!("<br>💡 {text}: {}", code(command)),
        None => format!("<br>💡 {text}"),
    }
}

/// The steps are our own words, with Markdown's back-ticks; only the commands hold foreign names.
fn steps(steps: &[Step]) -> String {
    let items = steps.iter().map(|step| {
        let text = capitalize(step.text);
        match &step.command {
            Some(command) => format!("{text}: {}", code(command)),
            None => text,
        }
    });
    list("What to do next", items, steps.len())
}

fn warnings(warnings: &[String]) -> String {
    list(
        "Warnings",
        warnings
            .iter()
            .map(|warning| paragraph(&cut(warning, MESSAGE))),
        WARNINGS,
    )
}

/// What Azure remarked when it validated the template.
fn remarks(record: &Record) -> String {
    let remarks = record.validated.iter();
    let remarks: Vec<_> = remarks
        .flat_map(|validated| &validated.diagnostics)
        .collect();
    let items = remarks.iter().map(|remark| {
        let title = code(&cut(&remark.code, NAME));
        let sentence = cut(&diagnostic::sentence(remark), MESSAGE);
        format!("**{title}** {}", paragraph(&sentence))
    });
    list("Azure remarks", items, WARNINGS)
}

fn template_outputs(record: &Record, masked: &[String]) -> String {
    let Some(outputs) = record
        .outputs
        .as_ref()
        .filter(|outputs| !outputs.is_empty())
    else {
        return String::new();
    };
    let rows: Vec<_> = outputs
        .iter()
        .take(OUTPUTS)
        .map(|(name, output)| [code(&cut(name, NAME)), output_cell(name, output, masked)])
        .collect();
    let rest = outputs.len() - rows.len();
    format!(
        "### Outputs\n\n{}{}",
        table(["Name", "Value"], &rows),
        and_more(rest)
    )
}

fn output_cell(name: &str, output: &Value, masked: &[String]) -> String {
    if outputs::is_secure(output) || is_masked(masked, name) {
        return escape("***");
    }
    code(&cut(&outputs::plain(output), VALUE))
}

fn resources(resources: &[&Resource]) -> String {
    if resources.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = resources
        .iter()
        .take(RESOURCES)
        .map(|resource| resource_row(resource))
        .collect();
    let rest = and_more(resources.len() - rows.len());
    let table = table(["Resource", "Type", "State", "Duration"], &rows);
    let count = resources.len();
    if count > UNFOLDED {
        format!(
            "<details><summary>{count} resources, the slowest first</summary>\n\n{table}{rest}\n</details>\n"
        )
    } else {
        format!("### Resources\n\n{table}")
    }
}

fn resource_row(resource: &Resource) -> [String; 4] {
    let mark = if resource.state.is_succeeded() {
        "✅"
    } else if resource.state.is_failed() {
        "❌"
    } else if resource.state.is_terminal() {
        "⚪"
    } else {
        "⏳"
    };
    [
        code(&cut(&place::of_resource(resource), 2 * NAME)),
        escape(&cut(&resource.kind, NAME)),
        format!("{mark} {}", escape(&cut(resource.state.as_str(), NAME))),
        duration::show(resource.duration),
    ]
}

fn list(title: &str, items: impl ExactSizeIterator<Item = String>, limit: usize) -> String {
    let count = items.len();
    if count == 0 {
        return String::new();
    }
    let items: Vec<String> = items
        .take(limit)
        .map(|item| format!("- {item}\n"))
        .collect();
    format!(
        "### {title}\n\n{}{}",
        items.concat(),
        and_more(count - items.len())
    )
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn and_more(rest: usize) -> String {
    if rest == 0 {
        return String::new();
    }
    format!("\n… and {rest} more\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        deploy::Ending,
        report::fixtures::{cause, minutes, progressed, record, resource, success},
    };

    #[test]
    fn many_resources_are_folded_and_counted() {
        let changed = (0..250)
            .map(|n| resource(&format!("r{n}"), "Succeeded", n))
            .collect();
        let mut record = record(&success());
        record.observe(&progressed(changed, 250, 250), minutes(250));
        let summary = summary(&record, &[]);
        assert!(
            summary.contains("<details><summary>254 resources"),
            "{summary}"
        );
        assert!(summary.contains("… and 54 more"), "{summary}");
        assert!(
            summary.contains(" r249</code>") && !summary.contains(" r9</code>"),
            "{summary}"
        );
    }

    #[test]
    fn secure_and_masked_values_are_stars() {
        let outputs = json!({
            "adminKey": { "type": "String", "value": "hunter22" },
            "secure": { "type": "SecureString", "value": "never sent, but if it were" },
            "long": { "type": "String", "value": "x".repeat(5_000) },
        });
        let record = Record {
            outputs: outputs.as_object().cloned(),
            ended: Some((Ending::Succeeded, minutes(1))),
            ..Record::default()
        };
        let summary = summary(&record, &["ADMINKEY".to_owned()]);
        assert!(
            !summary.contains("hunter22") && !summary.contains("never sent"),
            "{summary}"
        );
        assert!(summary.contains("x…") && summary.len() < 1_000, "{summary}");
    }

    #[test]
    fn even_a_huge_run_fits() {
        let name = "&".repeat(5_000);
        let outputs = (0..500)
            .map(|n| (format!("{n}{name}"), json!({ "value": name })))
            .collect();
        let mut record = Record {
            outputs: Some(outputs),
            warnings: vec![name.clone(); 500],
            ended: Some((
                Ending::Failed {
                    causes: vec![cause(&name, &name, &name); 500],
                },
                minutes(1),
            )),
            ..Record::default()
        };
        let changed = (0..900)
            .map(|n| resource(&format!("{n}{name}"), "Failed", n))
            .collect();
        record.observe(&progressed(changed, 900, 900), minutes(1));
        assert!(summary(&record, &[]).len() < crate::host::SUMMARY_LIMIT);
    }

    #[test]
    fn a_run_that_is_not_over_has_none() {
        assert_eq!(summary(&Record::default(), &[]), "");
    }
}
