//! GitHub Actions, and Forgejo and Gitea, which keep to its contract.

#[cfg(test)]
pub(crate) mod commands;
mod files;
#[cfg(test)]
pub(crate) mod grammar;
pub(crate) mod id_token;

use std::{path::PathBuf, sync::Arc};

use azure_core::http::HttpClient;

use self::{
    files::{Files, is_name},
    id_token::GitHubTokens,
};
use super::{
    annotation::Annotation,
    context::Context,
    host::{FileError, Host, SummaryForm, Variable, Written, are_set},
    id_token::{IdTokenError, IdTokens},
    output::{Output, OutputLimits},
    text,
};
use crate::clock::Clock;

/// The most that the outputs of a job may have, in bytes.
const OUTPUTS: usize = 1_000_000;

/// A runner of GitHub Actions.
#[derive(Debug)]
pub(super) struct GitHub {
    name: &'static str,
    context: Context,
    files: Files,
    workspace: Option<PathBuf>,
    temporary: Option<PathBuf>,
}

impl GitHub {
    /// The runner that the environment describes.
    pub(super) fn new(variable: Variable<'_>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_true = |name| given(name).as_deref() == Some("true");
        let name = if is_true("FORGEJO_ACTIONS") {
            "Forgejo"
        } else if is_true("GITEA_ACTIONS") {
            "Gitea"
        } else {
            "GitHub"
        };
        Self {
            name,
            context: context(name, &given),
            files: Files::new(variable),
            workspace: given("GITHUB_WORKSPACE").map(PathBuf::from),
            temporary: given("RUNNER_TEMP").map(PathBuf::from),
        }
    }
}

fn context(name: &str, given: &dyn Fn(&str) -> Option<String>) -> Context {
    let run_id = given("GITHUB_RUN_ID");
    let repository = given("GITHUB_REPOSITORY");
    let repository_url = given("GITHUB_SERVER_URL")
        .zip(repository.as_ref())
        .map(|(server, repository)| format!("{server}/{repository}"));
    let run_url = repository_url
        .as_ref()
        .zip(run_id.as_ref())
        .map(|(repository, id)| format!("{repository}/actions/runs/{id}"));
    // GitHub's command-line program knows no other host.
    let rerun = repository.as_ref().zip(run_id.as_ref());
    let rerun = rerun.filter(|_| name == "GitHub");
    Context {
        // The first is the branch of a pull request, whose name the second does not tell.
        reference: given("GITHUB_HEAD_REF").or_else(|| given("GITHUB_REF_NAME")),
        revision: given("GITHUB_SHA"),
        job: given("GITHUB_JOB"),
        step: given("GITHUB_ACTION"),
        attempt: given("GITHUB_RUN_ATTEMPT").and_then(|attempt| attempt.parse().ok()),
        workflow: given("GITHUB_WORKFLOW"),
        debug: given("RUNNER_DEBUG").as_deref() == Some("1"),
        rerun: rerun.map(|(repository, id)| format!("gh run rerun {id} --repo {repository}")),
        run_id,
        run_url,
        repository_url,
        repository,
    }
}

impl Host for GitHub {
    fn name(&self) -> &'static str {
        self.name
    }

    fn context(&self) -> &Context {
        &self.context
    }

    fn workspace(&self) -> PathBuf {
        let folder = self.workspace.clone();
        folder.unwrap_or_else(|| PathBuf::from("."))
    }

    fn temporary(&self) -> Option<PathBuf> {
        self.temporary.clone()
    }

    fn mask(&self, text: &str) -> Option<String> {
        Some(format!("::add-mask::{}", escape_data(text)))
    }

    fn group(&self, title: &str) -> Option<String> {
        Some(format!("::group::{}", escape_data(title)))
    }

    fn end_group(&self) -> Option<String> {
        Some("::endgroup::".to_owned())
    }

    fn annotation(&self, annotation: &Annotation) -> Option<String> {
        Some(command(annotation))
    }

    fn debug(&self, message: &str) -> Option<String> {
        Some(format!("::debug::{}", escape_data(message)))
    }

    fn accepts_output(&self, name: &str) -> bool {
        is_name(name)
    }

    fn output_limits(&self) -> OutputLimits {
        OutputLimits {
            all: OUTPUTS,
            shared: true,
            ..OutputLimits::NONE
        }
    }

    fn set_outputs(&self, outputs: &[Output]) -> Result<Written, FileError> {
        self.files.set_outputs(outputs)
    }

    fn save_state(&self, name: &str, value: &str) -> Result<Written, FileError> {
        self.files.save_state(name, value)
    }

    fn summary(&self) -> Option<SummaryForm> {
        Some(SummaryForm::GITHUB)
    }

    fn add_summary(&self, markdown: &str) -> Result<Written, FileError> {
        self.files.add_summary(markdown)
    }

    fn offers_id_tokens(&self, variable: Variable<'_>) -> bool {
        are_set(variable, &[id_token::REQUEST_URL, id_token::REQUEST_TOKEN])
    }

    fn id_tokens(
        &self,
        variable: Variable<'_>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Arc<dyn IdTokens>, IdTokenError> {
        Ok(Arc::new(GitHubTokens::new(
            self.name, variable, http, clock,
        )?))
    }
}

/// An annotation as a workflow command, without the line's end.
fn command(annotation: &Annotation) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let properties: Vec<String> = [
        ("title", annotation.short_title()),
        ("file", annotation.file.as_deref().map(text::one_line)),
        ("line", number(annotation.line)),
        ("col", number(annotation.column)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name}={}", escape_property(&value?))))
    .collect();
    let separator = if properties.is_empty() { "" } else { " " };
    format!(
        "::{}{separator}{}::{}",
        annotation.severity.as_str(),
        properties.join(","),
        escape_data(&annotation.text())
    )
}

/// Escapes the data of a workflow command.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::host::Severity;

    #[test]
    fn a_command_carries_properties() {
        let annotation = Annotation {
            file: Some("infra/hub,1.json".to_owned()),
            line: Some(3),
            column: Some(7),
            ..Annotation::new(Severity::Error, "100% wrong\r\n::stop-commands::x").titled("A: b, c")
        };
        assert_eq!(
            command(&annotation),
            "::error title=A%3A b%2C c,file=infra/hub%2C1.json,line=3,col=7::100%25 wrong%0A: :stop-commands::x"
        );
    }

    #[test]
    fn a_command_may_have_no_properties() {
        let annotation = Annotation::new(Severity::Warning, "careful");
        assert_eq!(command(&annotation), "::warning::careful");
    }

    #[test]
    fn long_messages_are_cut() {
        let annotation = Annotation::new(Severity::Notice, &"x".repeat(9_000));
        assert_eq!(
            command(&annotation).len(),
            "::notice::".len() + 4_000 - 1 + "…".len()
        );
    }

    /// Unescapes in the same order as the runner.
    fn unescape_property(text: &str) -> String {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    }

    proptest! {
        #[test]
        fn properties_come_back(text in any::<String>()) {
            let escaped = escape_property(&text);
            prop_assert!(!escaped.contains([':', ',', '\r', '\n']));
            prop_assert_eq!(unescape_property(&escaped), text);
        }

        #[test]
        fn a_command_is_one_line(title in any::<String>(), message in any::<String>()) {
            let command = command(&Annotation::new(Severity::Error, &message).titled(&title));
            prop_assert!(!command.contains(['\r', '\n']));
            prop_assert!(command.starts_with("::error title="));
        }
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
        let host = |more: &[(&str, &str)]| {
            let all: Vec<_> = variables.iter().chain(more).copied().collect();
            GitHub::new(&|name| {
                let (_, value) = all.iter().find(|(known, _)| *known == name)?;
                Some((*value).to_owned())
            })
        };
        let github = host(&[]);
        assert_eq!(
            *github.context(),
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
                rerun: Some("gh run rerun 42 --repo org/landing-zone".to_owned()),
                debug: false,
            }
        );
        let forgejo = host(&[("FORGEJO_ACTIONS", "true")]);
        assert_eq!(
            (forgejo.name(), &forgejo.context().rerun),
            ("Forgejo", &None)
        );
    }
}
