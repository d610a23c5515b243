//! Receives every event and passes it on to log, annotations, outputs, summary and report file.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use jiff::{Timestamp, Unit};

use crate::{
    clock::Clock,
    event::{Event, Texts},
    host::{Output, Runner, Severity},
    report::{
        log::LogWriter,
        outputs::{self, masking},
        record::Record,
        replay::Recording,
        report_file,
        settings::Settings,
        summary,
        words::{markdown::code, verdict},
    },
};

/// How often the last row of a terminal is written anew.
const REFRESH: Duration = Duration::from_secs(1);

/// Writes log and annotations during the run, and outputs, report file and summary at its end.
#[derive(Debug)]
pub(crate) struct Reporter {
    runner: Runner,
    clock: Clock,
    settings: Settings,
    log: LogWriter,
    /// What the report file is to tell of the log; `None` where there is none.
    recording: Option<Recording>,
    /// When the log last got a line.
    last_output: Duration,
}

impl Reporter {
    /// A reporter of a run that has just begun.
    pub(crate) fn new(runner: Runner, clock: Clock, settings: Settings) -> Self {
        Self {
            last_output: clock.elapsed(),
            log: LogWriter::new(runner.console.clone(), to_the_millisecond(clock.now())),
            recording: settings.report_file.as_ref().map(|_| Recording::default()),
            runner,
            clock,
            settings,
        }
    }

    /// Reports `event`. A file that cannot be written becomes an error annotation and does not stop the run.
    pub(crate) fn observe(&mut self, event: &Event) {
        let at = self.clock.elapsed();
        let (event, warnings) = self.redact(event);
        if let Some(recording) = &mut self.recording {
            recording.observe(&event, at);
        }
        if matches!(event, Event::Ended(_)) {
            self.runner.console.drop_live_row();
        }
        self.show(&event, &warnings, at);
    }

    fn show(&mut self, event: &Event, warnings: &[String], at: Duration) {
        self.log.observe(event, at);
        match event {
            Event::Submitted { .. } | Event::Adopted { .. } | Event::Found { .. } => {
                self.write_ids_early();
            }
            Event::OutputsRead(_) => warnings.iter().for_each(|warning| self.warn(warning)),
            Event::Ended(_) => self.write_results(),
            _ => {}
        }
        if self.log.tell(event, at) {
            self.last_output = at;
        }
        if self.runner.console.has_live_row() {
            self.log.refresh(at);
        }
    }

    /// Reports what is certain after a bug in the report of `event`: at the end of the run the ids and the state.
    pub(crate) fn salvage(&mut self, event: &Event, panic: &str) {
        self.log.bug(&self.runner.vault.redact(panic));
        let (Event::Ended(ending), _) = self.redact(event) else {
            return;
        };
        let record = self.log.record();
        let mut values = outputs::ids(record);
        let code_of_error = verdict::code(record, &ending);
        values.extend(code_of_error.map(|code| Output::open("error-code", &code)));
        if let Err(error) = self.runner.set_outputs(&values) {
            self.report_error(&format!("the outputs are lost: {error}"));
        }
        let lines = values
            .iter()
            .map(|output| format!("- {}: {}\n", output.name, code(&output.value)));
        let summary = format!(
            "An internal error cost the rest of this summary.\n\n{}",
            lines.collect::<String>()
        );
        if let Err(error) = self.runner.add_summary(&summary) {
            self.report_error(&format!("the summary is lost: {error}"));
        }
        // It shows the bug once more, unless that is in the way of it, too.
        let _ = catch_unwind(AssertUnwindSafe(|| self.write_report_file()));
    }

    /// What it has kept of the run.
    pub(crate) fn into_record(self) -> Record {
        self.runner.console.drop_live_row();
        self.log.into_record()
    }

    /// Waits until the log has been silent for a heartbeat interval; in a terminal for a second of real time.
    pub(crate) async fn silence(&self) {
        if self.runner.console.has_live_row() {
            let _ = Clock::timeout_local(REFRESH, pending::<()>()).await;
            return;
        }
        let due = self.last_output + self.settings.heartbeat_interval;
        self.clock
            .sleep(due.saturating_sub(self.clock.elapsed()))
            .await;
    }

    /// Emits a heartbeat: what is running, and how old the token is. In a terminal, its last row says so.
    pub(crate) fn heartbeat(&mut self) {
        let at = self.clock.elapsed();
        if self.runner.console.has_live_row() {
            self.log.refresh(at);
            return;
        }
        self.last_output = at;
        let Some(event) = self.log.heartbeat(at) else {
            return;
        };
        if let Some(recording) = &mut self.recording {
            recording.heartbeat(at);
        }
        let (event, warnings) = self.redact(&event);
        self.show(&event, &warnings, at);
    }

    /// Writes ids early so that they survive a SIGKILL. The outputs at the end replace them.
    fn write_ids_early(&mut self) {
        let outputs = self.outputs();
        if let Err(error) = self.runner.set_outputs(&outputs.values) {
            self.report_error(&format!("the outputs will be lost: {error}"));
        }
    }

    fn outputs(&self) -> outputs::Outputs {
        let masked = &self.settings.masked_outputs;
        outputs::outputs(self.log.record(), masked, self.runner.host())
    }

    /// The event without known secrets, and warnings about those in outputs. Everything that is shown or written passes
    /// here, before it is cut or escaped.
    fn redact(&self, event: &Event) -> (Event, Vec<String>) {
        let mut event = event.clone();
        let vault = &self.runner.vault;
        if let Event::OutputsRead(outputs) = &mut event {
            let warnings = masking::redact(outputs, &self.settings.masked_outputs, vault);
            return (event, warnings);
        }
        event.texts(&mut |text| vault.clean(text));
        (event, Vec::new())
    }

    /// Writes outputs, summary and report file; a failure of one does not prevent the others. The report file comes last,
    /// because it tells what the log says about the others.
    fn write_results(&mut self) {
        let outputs = self.outputs();
        for warning in &outputs.warnings {
            self.warn(warning);
        }
        if let Err(error) = self.runner.set_outputs(&outputs.values) {
            self.report_error(&format!("the outputs are lost: {error}"));
        }
        if self.settings.summary {
            self.write_summary();
        }
        self.write_report_file();
    }

    fn write_report_file(&mut self) {
        let (Some(path), Some(recording)) = (&self.settings.report_file, &self.recording) else {
            return;
        };
        let written = report_file::write(
            path,
            self.log.record(),
            &self.settings.masked_outputs,
            &self.runner.context,
            recording.redacted(&self.runner.vault),
        );
        if let Err(error) = written {
            self.report_error(&format!("the report file is lost: {error}"));
        }
    }

    fn write_summary(&mut self) {
        let Some(form) = self.runner.host().summary() else {
            return;
        };
        let (settings, run) = (&self.settings, &self.runner.context);
        let summary = summary::summary(self.log.record(), &settings.masked_outputs, run, form);
        if let Err(error) = self.runner.add_summary(&summary) {
            self.report_error(&format!("the summary is lost: {error}"));
        }
    }

    fn warn(&mut self, message: &str) {
        self.note(Severity::Warning, message);
    }

    fn report_error(&mut self, message: &str) {
        self.note(Severity::Error, message);
    }

    fn note(&mut self, severity: Severity, message: &str) {
        if let Some(recording) = &mut self.recording {
            recording.note(severity, message);
        }
        self.log.note(severity, message);
    }
}

/// `time` as exactly as the report file tells it.
fn to_the_millisecond(time: Timestamp) -> Timestamp {
    time.round(Unit::Millisecond).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::{
        host::{Kept, grammar},
        testing::stories::{self, Story},
    };

    /// Log and outputs of a run; the tests of summary and report file cover those.
    async fn output_of(story: Story) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let log = observed(story, folder.path()).await;
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        let mut outputs = String::new();
        for (name, value) in grammar::parse(&read("GITHUB_OUTPUT")).expect("well-formed") {
            writeln!(outputs, "{name} = {value:?}").expect("memory is enough");
        }
        format!("{log}\n===== outputs\n{outputs}")
    }

    async fn observed(story: Story, folder: &std::path::Path) -> String {
        let kept = Kept::default();
        let variable = |name: &str| match name {
            "GITHUB_ACTIONS" => Some("true".to_owned()),
            "NO_COLOR" => Some("1".to_owned()),
            _ => Some(folder.join(name).display().to_string()),
        };
        let settings = Settings {
            masked_outputs: vec!["AdminKey".to_owned()],
            summary: true,
            ..Settings::default()
        };
        let clock = Clock::paused();
        let runner = Runner::new(&variable, kept.clone(), false);
        let mut reporter = Reporter::new(runner, clock.clone(), settings);
        for (at, event) in story {
            tokio::time::advance(at.saturating_sub(clock.elapsed())).await;
            reporter.observe(&event);
        }
        kept.text()
    }

    macro_rules! stories {
        ($($name:ident: $story:expr;)*) => {$(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                insta::assert_snapshot!(output_of($story).await);
            }
        )*};
    }

    stories! {
        success_with_nesting: stories::success();
        failure: stories::failure();
        time_out: stories::time_out(false);
        time_out_and_cancel: stories::time_out(true);
        cancel: stories::cancel();
        outage: stories::outage();
        sign_in_lost: stories::sign_in_lost();
        input_problems: stories::input_problems();
        no_resources: stories::no_resources();
        hostile_text: stories::hostile();
        throttling: stories::throttling();
        failure_of_the_old_generation: stories::failure_of_the_old_generation();
        failure_of_the_new_generation: stories::failure_of_the_new_generation();
        failure_in_plain_words: stories::failure_in_plain_words();
        what_if: stories::what_if();
        stack: stories::stack();
        rolled_back: stories::rolled_back();
        foretold: stories::foretold();
        first_run: stories::first_run();
    }

    #[tokio::test(start_paused = true)]
    async fn each_of_many_resources_has_a_line_for_each_state() {
        let output = output_of(stories::many_batches()).await;
        let (resources, others): (Vec<&str>, Vec<&str>) = output
            .lines()
            .partition(|line| line.contains("azureFirewalls"));
        let count = |state: &str| resources.iter().filter(|line| line.contains(state)).count();
        assert_eq!((count("Running"), count("Succeeded")), (503, 503));
        assert_eq!(
            resources[0],
            "[0h 10m 00s]   0/100 Running   azureFirewalls hub › afw-000"
        );
        assert_eq!(
            resources[1_005],
            "[1h 02m 00s] 500/500 Succeeded azureFirewalls hub › afw-002 2m"
        );
        insta::assert_snapshot!(others.join("\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn lost_files_cost_neither_the_log_nor_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("GITHUB_OUTPUT")).expect("a folder in the way");
        let log = observed(stories::success(), folder.path()).await;
        assert!(
            log.contains("::error::the outputs are lost: cannot write the file of GITHUB_OUTPUT"),
            "{log}"
        );
        assert!(log.contains("succeeded in 2h 10m 7s"), "{log}");
        assert!(folder.path().join("GITHUB_STEP_SUMMARY").exists());
    }

    #[tokio::test(start_paused = true)]
    async fn a_bug_in_the_report_costs_neither_ids_nor_the_state() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::default();
        let variable = |name: &str| match name {
            "GITHUB_ACTIONS" => Some("true".to_owned()),
            _ => Some(folder.path().join(name).display().to_string()),
        };
        let runner = Runner::new(&variable, kept.clone(), false);
        let mut reporter = Reporter::new(runner, Clock::paused(), Settings::default());
        for (_, event) in stories::begun() {
            reporter.observe(&event);
        }
        let ending = Event::Ended(crate::event::Ending::Succeeded);
        reporter.salvage(&ending, "index out of bounds");
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        let outputs = grammar::parse(&read("GITHUB_OUTPUT")).expect("well-formed");
        for name in ["deployment-id", "correlation-id", "provisioning-state"] {
            assert!(
                outputs.iter().any(|(output, _)| output == name),
                "{name}: {outputs:?}"
            );
        }
        let log = kept.text();
        assert!(
            log.contains("internal error while reporting") && log.contains("index out of bounds"),
            "{log}"
        );
        assert!(read("GITHUB_STEP_SUMMARY").contains("deployment-id"));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_masked_is_shown() {
        let output = output_of(stories::success()).await;
        let (before, after) = output
            .split_once("::add-mask::hunter22\n")
            .expect("it is masked");
        let (after, _) = after
            .split_once("===== outputs")
            .expect("outputs follow the log");
        assert!(
            !before.contains("hunter22") && !after.contains("hunter22"),
            "{output}"
        );
    }
}
