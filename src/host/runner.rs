//! GitHub's runner: the context of the run, and everything that is reported to the runner.

use std::io::{IsTerminal, Write};

use super::{Console, Dialect, FileError, Files, Vault, Written};

/// The workflow run that we are part of; empty where we do not run on GitHub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// The run's id; a re-run keeps it.
    pub run_id: Option<String>,
    /// How often the run was started, from 1.
    pub attempt: Option<u32>,
    /// The run's page.
    pub run_url: Option<String>,
    /// The repository, as `owner/name`.
    pub repository: Option<String>,
    /// The repository's page.
    pub repository_url: Option<String>,
    /// The branch or tag that the workflow runs for.
    pub reference: Option<String>,
    /// The commit that the workflow runs for.
    pub revision: Option<String>,
    /// The workflow's name.
    pub workflow: Option<String>,
    /// The job's id in the workflow.
    pub job: Option<String>,
    /// The step's id in the job, or the name that the runner gives a step without one.
    pub step: Option<String>,
    /// Whether step debugging is on.
    pub debug: bool,
}

impl Context {
    fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let run_id = variable("GITHUB_RUN_ID");
        let repository = variable("GITHUB_REPOSITORY");
        let repository_url = variable("GITHUB_SERVER_URL")
            .zip(repository.as_ref())
            .map(|(server, repository)| format!("{server}/{repository}"));
        let run_url = repository_url
            .as_ref()
            .zip(run_id.as_ref())
            .map(|(repository, id)| format!("{repository}/actions/runs/{id}"));
        Self {
            // The first is the branch of a pull request, whose name the second does not tell.
            reference: variable("GITHUB_HEAD_REF").or_else(|| variable("GITHUB_REF_NAME")),
            revision: variable("GITHUB_SHA"),
            job: variable("GITHUB_JOB"),
            step: variable("GITHUB_ACTION"),
            attempt: variable("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok()),
            workflow: variable("GITHUB_WORKFLOW"),
            debug: variable("RUNNER_DEBUG").as_deref() == Some("1"),
            run_id,
            run_url,
            repository_url,
            repository,
        }
    }
}

/// The runner, or a plain console where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Runner {
    /// Standard output.
    pub console: Console,
    /// The run.
    pub context: Context,
    /// Everything secret that the run knows.
    pub vault: Vault,
    files: Files,
}

impl Runner {
    /// The runner that the environment describes, reading our standard output.
    pub(crate) fn from_environment(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        Self::new(variable, stdout, terminal)
    }

    /// The runner that the environment describes, reading `out`; `terminal`: whether `out` is one.
    pub(crate) fn new(
        variable: &dyn Fn(&str) -> Option<String>,
        out: impl Write + Send + 'static,
        terminal: bool,
    ) -> Self {
        let context = Context::new(variable);
        let commands = variable("GITHUB_ACTIONS").as_deref() == Some("true");
        let colourless = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dialect = Dialect {
            commands,
            colour: (commands || terminal) && !colourless,
            debug: context.debug,
        };
        let console = Console::new(out, dialect);
        Self {
            vault: Vault::new(console.clone()),
            console,
            context,
            files: Files::new(variable),
        }
    }

    /// Sets outputs of the step.
    ///
    /// # Errors
    /// As for [`Files::set_outputs`].
    pub(crate) fn set_outputs(&self, outputs: &[(String, String)]) -> Result<(), FileError> {
        let written = self.files.set_outputs(outputs)?;
        self.note(written, "outputs");
        Ok(())
    }

    /// Saves a value for the post step.
    ///
    /// # Errors
    /// As for [`Files::save_state`].
    pub(crate) fn save_state(&self, name: &str, value: &str) -> Result<(), FileError> {
        let written = self.files.save_state(name, &self.vault.redact(value))?;
        self.note(written, "state");
        Ok(())
    }

    /// Adds to the step summary.
    ///
    /// # Errors
    /// As for [`Files::add_summary`].
    pub(crate) fn add_summary(&self, markdown: &str) -> Result<(), FileError> {
        let written = self.files.add_summary(markdown)?;
        self.note(written, "summary");
        Ok(())
    }

    fn note(&self, written: Written, what: &str) {
        if written == Written::NoFile {
            self.console
                .debug(&format!("no file for the {what}: not on GitHub"));
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
                .set_outputs(&[("a".to_owned(), "1".to_owned())])
                .expect("nothing to fail");
        });
        assert_eq!(shown, "debug: no file for the outputs: not on GitHub\n");
    }

    #[test]
    fn the_context_names_the_run() {
        let variables = [
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "org/landing-zone"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_WORKFLOW", "Deploy"),
            ("GITHUB_JOB", "hub"),
            ("GITHUB_ACTION", "deploy"),
            ("GITHUB_REF_NAME", "12/merge"),
            ("GITHUB_HEAD_REF", "feature"),
            ("GITHUB_SHA", "c0ffee"),
        ];
        let context = Context::new(&lookup(&variables));
        assert_eq!(
            context,
            Context {
                run_id: Some("42".to_owned()),
                attempt: Some(2),
                run_url: Some("https://github.com/org/landing-zone/actions/runs/42".to_owned()),
                repository: Some("org/landing-zone".to_owned()),
                repository_url: Some("https://github.com/org/landing-zone".to_owned()),
                reference: Some("feature".to_owned()),
                revision: Some("c0ffee".to_owned()),
                workflow: Some("Deploy".to_owned()),
                job: Some("hub".to_owned()),
                step: Some("deploy".to_owned()),
                debug: false,
            }
        );
        let pushed = Context::new(&lookup(&[("GITHUB_REF_NAME", "main")]));
        assert_eq!(pushed.reference.as_deref(), Some("main"));
    }
}
