//! The host that we run in, and everything that is reported to it.

use std::{
    io::{IsTerminal, Write, stderr, stdout},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Console, Context, FileError, Host, Taste, Vault,
    host::{Variable, Written},
    host_of,
    output::Output,
    terminal,
};

/// Where the log goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogTo {
    /// Standard output, which hosts read.
    #[default]
    Output,
    /// Standard error, as standard output has another use.
    Error,
}

/// The host, with the console that it reads.
#[derive(Clone, Debug)]
pub(crate) struct Runner {
    /// Standard output.
    pub console: Console,
    /// The run.
    pub context: Context,
    /// Everything secret that the run knows.
    pub vault: Vault,
    host: Arc<dyn Host>,
    /// Whether people look at the log while it is written.
    is_watched: bool,
    /// The outputs that were set last.
    outputs: Arc<Mutex<Vec<(String, String)>>>,
}

impl Runner {
    /// The runner that the environment describes, reading our log. In a terminal, the log has a last row below it.
    pub(crate) fn from_environment(variable: Variable<'_>, log: LogTo) -> Self {
        let runner = match log {
            LogTo::Output => Self::new(variable, stdout(), stdout().is_terminal()),
            LogTo::Error => Self::new(variable, stderr(), stderr().is_terminal()),
        };
        if runner.host.is_for_people() && terminal::has_live_row(variable) {
            runner.console.keep_live_row(terminal::columns);
        }
        runner
    }

    /// The runner that the environment describes, reading `out`; `terminal`: whether `out` is one.
    pub(crate) fn new(
        variable: Variable<'_>,
        out: impl Write + Send + 'static,
        terminal: bool,
    ) -> Self {
        let host = host_of(variable);
        let context = host.context().clone();
        let colourless = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let taste = Taste {
            colour: (host.has_colours() || terminal) && !colourless,
            debug: context.debug || variable("RUNNER_DEBUG").as_deref() == Some("1"),
        };
        let console = Console::new(out, host.clone(), taste);
        Self {
            vault: Vault::new(console.clone()),
            console,
            context,
            is_watched: terminal && host.is_for_people(),
            host,
            outputs: Arc::default(),
        }
    }

    /// Whether somebody reads the log now and can answer a question.
    pub(super) fn can_ask(&self) -> bool {
        self.is_watched && terminal::can_ask()
    }

    /// The outputs that were set last.
    pub(crate) fn outputs(&self) -> Vec<(String, String)> {
        self.outputs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The host itself.
    pub(crate) fn host(&self) -> &dyn Host {
        self.host.as_ref()
    }

    /// Sets outputs of the step.
    ///
    /// # Errors
    /// As for [`Host::set_outputs`].
    pub(crate) fn set_outputs(&self, outputs: &[Output]) -> Result<(), FileError> {
        let mut last = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        let values = outputs.iter();
        *last = values
            .map(|output| (output.name.clone(), output.value.clone()))
            .collect();
        drop(last);
        let written = self.host.set_outputs(outputs)?;
        self.note(written, "outputs");
        Ok(())
    }

    /// Saves a value for the post step.
    ///
    /// # Errors
    /// As for [`Host::save_state`].
    pub(crate) fn save_state(&self, name: &str, value: &str) -> Result<(), FileError> {
        let written = self.host.save_state(name, &self.vault.redact(value))?;
        self.note(written, "state");
        Ok(())
    }

    /// Adds to the step summary.
    ///
    /// # Errors
    /// As for [`Host::add_summary`].
    pub(crate) fn add_summary(&self, markdown: &str) -> Result<(), FileError> {
        let written = self.host.add_summary(markdown)?;
        self.note(written, "summary");
        Ok(())
    }

    fn note(&self, written: Written, what: &str) {
        match written {
            Written::Done => {}
            Written::ByLines(lines) => lines.iter().for_each(|line| self.console.write(line)),
            Written::Nowhere => {
                let host = self.host.name();
                let message = format!("{host} has no place for the {what}");
                self.console.debug(&message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Line, Style, console::tests::Kept};

    fn printed(variables: &[(&str, &str)], terminal: bool, act: impl FnOnce(&Runner)) -> String {
        let kept = Kept::default();
        act(&Runner::new(&lookup(variables), kept.clone(), terminal));
        kept.text()
    }

    fn lookup(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        }
    }

    #[test]
    fn colours_are_forced_on_github_and_can_be_refused() {
        for (variables, terminal, colour) in [
            (&[("GITHUB_ACTIONS", "true")][..], false, true),
            (&[], true, true),
            (&[], false, false),
            (&[("NO_COLOR", "")], true, true),
            (
                &[("GITHUB_ACTIONS", "true"), ("NO_COLOR", "1")],
                true,
                false,
            ),
        ] {
            let line = Line::default().with(Style::Good, "fine");
            let shown = printed(variables, terminal, |runner| runner.console.print(&line));
            assert_eq!(shown.contains('\u{1b}'), colour, "{variables:?}");
        }
    }

    #[test]
    fn off_github_outputs_go_nowhere_and_debug_says_so() {
        let shown = printed(&[("RUNNER_DEBUG", "1")], false, |runner| {
            runner
                .set_outputs(&[Output::open("a", "1")])
                .expect("nothing to fail");
        });
        assert_eq!(shown, "debug: a terminal has no place for the outputs\n");
    }
}
