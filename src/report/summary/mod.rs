//! The step summary: the run on one page of GitHub's Markdown.
//!
//! One file a section. Sections take their room in the order of their worth, so a page that would be too long for
//! GitHub loses first of its table of all resources, then of outputs, incidents, warnings, the slowest resources, and
//! the timeline; it says so then.

mod budget;
mod facts;
mod failures;
mod incidents;
mod mermaid;
mod outputs;
mod resources;
mod stack;
#[cfg(test)]
mod tests;
mod timeline;
mod warnings;

use budget::Room;

use crate::{
    host::{Context, SUMMARY_LIMIT},
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
     > Shortened, because GitHub shows at most 1 MiB. The first to go are resources, then outputs, incidents and \
     warnings. A `report-file` has them all.\n";

/// The summary of a run that is over. Values of `masked` outputs are not in it.
pub(crate) fn summary(record: &Record, masked: &[String], run: &Context) -> String {
    let Some((ending, _)) = &record.ended else {
        return String::new();
    };
    let verdict = verdict::verdict(record, ending);
    let bars = Bars::new(record);
    let room = &mut Room::new(SUMMARY_LIMIT - 2 * SHORTENED.len());
    let top = [
        room.whole(title(&verdict)),
        failures::reasons(&verdict, room),
        failures::steps(&verdict.steps, room),
        room.whole(facts::section(record)),
        room.whole(facts::rerun(run)),
        warnings::remarks(record, room),
        room.whole(what_if(record)),
        room.whole(stack(record)),
        room.whole(timeline::section(&bars)),
        resources::slowest(&bars, room),
    ];
    let warnings = warnings::section(&record.warnings, room);
    let incidents = incidents::section(record, room);
    let outputs = outputs::section(record, masked, room);
    let resources = resources::all(&bars, room);
    let shortened = room.is_shortened().then(|| SHORTENED.to_owned());
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
        verdict.mood.emoji(),
        escape(&capitalize(&verdict.headline))
    )
}
