//! Writes the log of a run: what each event adds to it, at the time that is given.
//!
//! It knows neither clock nor runner, so that a run can be shown while it happens, and again from its report.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    event::Event,
    host::{Annotation, Console, Severity},
    report::{
        log::{annotations, compilation, events::Log, fold::Fold, live},
        record::Record,
    },
    template::Compilation,
};

/// How often the terminal's last row gets a new estimate of the time left.
const LOOK_AHEAD: Duration = Duration::from_secs(60);

/// Log and annotations of a run, and the record that they are made from.
///
/// An event goes through [`Self::observe`] and then [`Self::tell`]; what the reporter has to say about it, such as that
/// a file cannot be written, comes between the two.
#[derive(Debug)]
pub(crate) struct LogWriter {
    console: Console,
    record: Record,
    log: Log,
    fold: Fold,
    /// Per cent that the host was told last.
    percent: Option<u8>,
    /// When the terminal's last row got its last estimate.
    looked_ahead: Option<Duration>,
}

impl LogWriter {
    /// The log of a run that began at `started`.
    pub(crate) fn new(console: Console, started: Timestamp) -> Self {
        Self {
            console,
            record: Record {
                started,
                ..Record::default()
            },
            log: Log::default(),
            fold: Fold::default(),
            percent: None,
            looked_ahead: None,
        }
    }

    /// The state of the run.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// The record alone, after the end.
    pub(crate) fn into_record(self) -> Record {
        self.record
    }

    /// Takes note of `event`, which happened at `at` after the start.
    pub(crate) fn observe(&mut self, event: &Event, at: Duration) {
        self.record.observe(event, at);
        if let Event::Compiled(compilation) = event {
            self.print_compilation(compilation);
        }
    }

    /// Writes annotations and lines of an event that was observed; returns whether there were lines.
    pub(crate) fn tell(&mut self, event: &Event, at: Duration) -> bool {
        for annotation in annotations::of(event, &self.record) {
            self.annotate(&annotation);
        }
        let entries = self.log.entries(event, &self.record, at);
        for entry in &entries {
            self.fold.print(&self.console, entry, &self.record, at);
        }
        self.tell_progress();
        !entries.is_empty()
    }

    /// Tells the host how much is done, where more per cent are than it was told.
    fn tell_progress(&mut self) {
        let percent = self.record.percent();
        if percent > self.percent {
            self.percent = percent;
            percent.iter().for_each(|done| self.console.progress(*done));
        }
    }

    /// Writes something about the reports themselves. The record keeps warnings.
    pub(crate) fn note(&mut self, severity: Severity, message: &str) {
        if severity == Severity::Warning {
            self.record.warnings.push(message.to_owned());
        }
        self.annotate(&Annotation::new(severity, message));
    }

    /// Writes that a bug cost the report of an event.
    pub(crate) fn bug(&mut self, panic: &str) {
        let message = format!(
            "internal error while reporting, report this to the maintainers of the action: {panic}"
        );
        self.note(Severity::Error, &message);
    }

    /// What is running at `at`, and how old the token is; `None` before anything is planned, as nothing runs in Azure
    /// while Bicep compiles, which has a time limit of its own.
    pub(crate) fn heartbeat(&self, at: Duration) -> Option<Event> {
        self.record.plan.as_ref()?;
        Some(Event::StillRunning {
            running: self.record.running(at),
            token_age: self.record.token_age(at),
        })
    }

    /// Shows the state at `at` in the terminal's last row, with a new estimate if the last one is a minute old.
    pub(crate) fn refresh(&mut self, at: Duration) {
        let last = self.looked_ahead;
        let is_old = last.is_none_or(|last| at.saturating_sub(last) >= LOOK_AHEAD);
        if is_old && self.record.is_submitted() {
            self.looked_ahead = Some(at);
            self.record.look_ahead(at);
        }
        self.console.set_status(&live::text(&self.record, at));
    }

    /// Prints the compiler's output as a group.
    fn print_compilation(&self, compilation: &Compilation) {
        let lines = compilation::lines(compilation);
        if lines.is_empty() {
            return;
        }
        self.console.group(&compilation::title(compilation));
        for line in lines {
            self.console.print(&line);
        }
        self.console.end_group();
    }

    /// Ends the open group first, because an annotation within a group is hidden.
    fn annotate(&mut self, annotation: &Annotation) {
        self.fold.end(&self.console);
        self.console.annotate(annotation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        host::{Kept, Taste, agent},
        testing::stories::{self, Story},
    };

    /// What Azure Pipelines is told of the progress.
    fn progress(story: &Story) -> Vec<u8> {
        let kept = Kept::default();
        let console = Console::of("TF_BUILD", kept.clone(), Taste::default());
        let mut writer = LogWriter::new(console, Timestamp::UNIX_EPOCH);
        for (at, event) in story {
            writer.observe(event, *at);
            writer.tell(event, *at);
        }
        agent::read(&kept.text())
            .expect("the agent reads it")
            .progress
    }

    #[test]
    fn progress_is_told_once_the_total_is_known_and_never_goes_back() {
        assert_eq!(progress(&stories::foretold()), [0, 33, 66, 99, 100]);
        // Azure has not told all resources of these ahead, so only the end is certain.
        assert_eq!(progress(&stories::outage()), [100]);
        for (name, story) in stories::every::stories() {
            let told = progress(&story);
            assert!(
                told.is_sorted_by(|before, after| before < after),
                "{name}: {told:?}"
            );
        }
    }
}
