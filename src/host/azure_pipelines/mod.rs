//! Azure Pipelines.
//!
//! The agent finds its commands, `##vso[…]`, anywhere in a line. What is not to be trusted is therefore broken by
//! [`text::disarm`](super::text::disarm) before it comes here.

#[cfg(test)]
pub(crate) mod agent;
mod command;
pub(crate) mod id_token;
#[cfg(test)]
mod tests;
mod variables;

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use azure_core::http::HttpClient;

use self::{command::command, id_token::PipelineTokens};
use super::{
    annotation::{Annotation, Severity},
    context::Context,
    host::{FileError, Host, SummaryForm, Variable, Written, are_set},
    id_token::{IdTokenError, IdTokens},
    output::{Output, OutputLimits, is_variable},
    text,
};
use crate::clock::Clock;

/// The most of a summary that we give to the agent, in bytes. No limit is documented; larger pages load slowly.
const SUMMARY_LIMIT: usize = 1_048_576;
/// Issues of one type that the agent shows for a task. It drops those after them without a word.
const MOST_ISSUES: usize = 10;
/// Variable with the agent's folder for temporary files.
const TEMPORARY: &str = "AGENT_TEMPDIRECTORY";

/// An agent of Azure Pipelines.
#[derive(Debug)]
pub(super) struct AzurePipelines {
    context: Context,
    temporary: Option<PathBuf>,
    client_id: Option<String>,
    tenant_id: Option<String>,
    /// How many errors and warnings became issues.
    issues: [AtomicUsize; 2],
}

impl AzurePipelines {
    /// The agent that the environment describes.
    pub(super) fn new(variable: Variable<'_>) -> Self {
        // A variable that is not defined is left as it was written.
        let is_given = |value: &String| !value.is_empty() && !value.starts_with("$(");
        let given = |name: &str| variable(name).filter(is_given);
        let temporary = given(TEMPORARY).map(PathBuf::from);
        Self {
            context: context(&given),
            temporary: temporary.filter(|folder| folder.is_dir()),
            client_id: given("AZURESUBSCRIPTION_CLIENT_ID"),
            tenant_id: given("AZURESUBSCRIPTION_TENANT_ID"),
            issues: Default::default(),
        }
    }
}

fn context(given: &dyn Fn(&str) -> Option<String>) -> Context {
    let run_id = given("BUILD_BUILDID");
    let project = given("SYSTEM_COLLECTIONURI").zip(given("SYSTEM_TEAMPROJECT"));
    let run_url = project.zip(run_id.as_ref());
    let run_url = run_url.map(|((collection, project), id)| {
        let project = project.replace(' ', "%20");
        format!("{collection}{project}/_build/results?buildId={id}")
    });
    Context {
        attempt: given("SYSTEM_JOBATTEMPT").and_then(|attempt| attempt.parse().ok()),
        workflow: given("BUILD_DEFINITIONNAME"),
        debug: given("SYSTEM_DEBUG").is_some_and(|debug| debug.eq_ignore_ascii_case("true")),
        repository: given("BUILD_REPOSITORY_NAME"),
        repository_url: given("BUILD_REPOSITORY_URI"),
        reference: given("BUILD_SOURCEBRANCHNAME"),
        revision: given("BUILD_SOURCEVERSION"),
        job: given("SYSTEM_JOBNAME"),
        step: given("SYSTEM_TASKINSTANCEID"),
        rerun: None,
        run_id,
        run_url,
    }
}

impl Host for AzurePipelines {
    fn name(&self) -> &'static str {
        "Azure Pipelines"
    }

    fn context(&self) -> &Context {
        &self.context
    }

    fn temporary(&self) -> Option<PathBuf> {
        self.temporary.clone()
    }

    fn default_input(&self, name: &str) -> Option<String> {
        match name {
            "client-id" => self.client_id.clone(),
            "tenant-id" => self.tenant_id.clone(),
            _ => None,
        }
    }

    fn mask(&self, text: &str) -> Option<String> {
        Some(command("task.setsecret", &[], text))
    }

    fn group(&self, title: &str) -> Option<String> {
        Some(format!("##[group]{title}"))
    }

    fn end_group(&self) -> Option<String> {
        Some("##[endgroup]".to_owned())
    }

    fn annotation(&self, annotation: &Annotation) -> Option<String> {
        let [errors, warnings] = &self.issues;
        let (kind, issues) = match annotation.severity {
            Severity::Error => ("error", errors),
            Severity::Warning => ("warning", warnings),
            // There is no third type.
            Severity::Notice => return None,
        };
        if issues.fetch_add(1, Ordering::Relaxed) >= MOST_ISSUES {
            return None;
        }
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let properties = [
            ("type", Some(kind.to_owned())),
            ("sourcepath", annotation.file.as_deref().map(text::one_line)),
            ("linenumber", number(annotation.line)),
            ("columnnumber", number(annotation.column)),
        ];
        let properties = properties.map(|(name, value)| Some((name, value?)));
        let properties: Vec<_> = properties.into_iter().flatten().collect();
        Some(command(
            "task.logissue",
            &properties,
            &annotation.titled_text(),
        ))
    }

    fn debug(&self, message: &str) -> Option<String> {
        self.context.debug.then(|| format!("##[debug]{message}"))
    }

    fn progress(&self, percent: u8) -> Option<String> {
        let value = [("value", percent.to_string())];
        Some(command("task.setprogress", &value, "deploying"))
    }

    fn accepts_output(&self, name: &str) -> bool {
        is_variable(name)
    }

    fn output_limits(&self) -> OutputLimits {
        variables::LIMITS
    }

    fn set_outputs(&self, outputs: &[Output]) -> Result<Written, FileError> {
        Ok(Written::ByLines(variables::lines(outputs)))
    }

    fn summary(&self) -> Option<SummaryForm> {
        self.temporary.as_ref()?;
        Some(SummaryForm {
            limit: SUMMARY_LIMIT,
            charts: false,
        })
    }

    fn add_summary(&self, markdown: &str) -> Result<Written, FileError> {
        let Some(folder) = &self.temporary else {
            return Ok(Written::Nowhere);
        };
        let path = folder.join(format!("long-deploy-{}.md", uuid::Uuid::new_v4()));
        let variable = TEMPORARY;
        fs::write(&path, markdown).map_err(|source| FileError::Io { variable, source })?;
        let path = path.display().to_string();
        Ok(Written::ByLines(vec![command(
            "task.uploadsummary",
            &[],
            &path,
        )]))
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
        Ok(Arc::new(PipelineTokens::new(variable, http, clock)?))
    }
}
