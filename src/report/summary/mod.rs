//! The summary: the run as a page of Markdown.
//!
//! Each section has its own file. Sections take bytes from a [`Budget`] in order of importance. If the page would
//! exceed the host's limit, the table of all resources is shortened first, then outputs, incidents, warnings, the
//! slowest resources and the timeline, and a note says so.

mod budget;
mod facts;
mod failures;
#[cfg(test)]
pub(super) mod gantt;
mod incidents;
mod mermaid;
mod outputs;
mod resources;
mod stack;
#[cfg(test)]
mod tests;
mod timeline;
mod warnings;

use budget::Budget;

use crate::{
    host::{Context, SummaryForm},
    report::{
        record::{Record, bars::Bars},
        what_if,
        words::{
            markdown::escape,
            phrase::capitalize,
            verdict::{self, Verdict},
        },
    },
};

const SHORTENED: &str = "> [!NOTE]\n\
     > Shortened to what is shown here. Set `report-file` to get all resources, outputs, incidents and \
     warnings.\n";

/// The summary of a run that is over, without the values of `masked` outputs.
pub(crate) fn summary(
    record: &Record,
    masked: &[String],
    run: &Context,
    form: SummaryForm,
) -> String {
    let Some((ending, _)) = &record.ended else {
        return String::new();
    };
    let verdict = verdict::verdict(record, ending);
    let bars = Bars::new(record);
    let usual = record.usual();
    let budget = &mut Budget::new(form.limit.saturating_sub(2 * SHORTENED.len()));
    let top = [
        budget.section(title(&verdict)),
        failures::reasons(&verdict, budget),
        failures::steps(&verdict.steps, budget),
        budget.section(facts::section(record)),
        budget.section(facts::rerun(run)),
        warnings::remarks(record, budget),
        budget.section(what_if(record)),
        budget.section(stack(record)),
        budget.section(timeline::section(record, &bars, form.charts)),
        resources::slowest(&bars, &usual, budget),
    ];
    let warnings = warnings::section(&record.warnings, budget);
    let incidents = incidents::section(record, budget);
    let outputs = outputs::section(record, masked, budget);
    let resources = resources::all(&bars, &usual, budget);
    let shortened = budget.is_shortened().then(|| SHORTENED.to_owned());
    let mut page: Vec<String> = top.into();
    page.extend([resources, incidents, warnings, outputs]);
    page.extend(shortened);
    page.retain(|section| !section.is_empty());
    page.join("\n")
}

fn what_if(record: &Record) -> String {
    let what_if = record.what_if.as_ref();
    what_if.map_or_else(String::new, what_if::section)
}

fn stack(record: &Record) -> String {
    let resources = record.stack.as_ref();
    resources.map_or_else(String::new, stack::section)
}

fn title(verdict: &Verdict) -> String {
    format!(
        "## {} {}\n",
        verdict.outcome.emoji(),
        escape(&capitalize(&verdict.headline))
    )
}
