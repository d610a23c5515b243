//! GitLab CI.

mod dotenv;
#[cfg(test)]
pub(crate) mod reader;
#[cfg(test)]
mod tests;

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use azure_core::http::HttpClient;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{
    context::Context,
    host::{FileError, Host, Variable, Written, are_set},
    id_token::{IdTokenError, IdTokens},
    jwt,
    output::{Output, OutputLimits, is_variable},
};
use crate::clock::Clock;

/// Variables in which the token may be that `id_tokens` of the job asks for.
pub(crate) const TOKENS: [&str; 2] = ["GITLAB_OIDC_TOKEN", "AZURE_JWT"];
/// The report of variables, which the job must name as `artifacts: reports: dotenv`.
const DOTENV: &str = "long-deploy.env";
const NO_TOKEN: &str = "GitLab offers this job no id token: give the job `id_tokens: {GITLAB_OIDC_TOKEN: {aud: \
                        'api://AzureADTokenExchange'}}`";

/// A job of GitLab CI.
#[derive(Debug)]
pub(super) struct GitLab {
    context: Context,
    folder: Option<PathBuf>,
    /// How many sections were begun, as each needs a name of its own.
    sections: AtomicUsize,
}

impl GitLab {
    /// The job that the environment describes.
    pub(super) fn new(variable: Variable<'_>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            context: Context {
                run_id: given("CI_PIPELINE_ID"),
                attempt: None,
                run_url: given("CI_JOB_URL"),
                repository: given("CI_PROJECT_PATH"),
                repository_url: given("CI_PROJECT_URL"),
                reference: given("CI_COMMIT_REF_NAME"),
                revision: given("CI_COMMIT_SHA"),
                workflow: given("CI_PIPELINE_NAME"),
                job: given("CI_JOB_NAME"),
                step: given("CI_JOB_ID"),
                rerun: None,
                debug: given("CI_DEBUG_TRACE").as_deref() == Some("true"),
            },
            folder: given("CI_PROJECT_DIR").map(PathBuf::from),
            sections: AtomicUsize::default(),
        }
    }
}

impl Host for GitLab {
    fn name(&self) -> &'static str {
        "GitLab"
    }

    fn context(&self) -> &Context {
        &self.context
    }

    fn workspace(&self) -> PathBuf {
        let folder = self.folder.clone();
        folder.unwrap_or_else(|| PathBuf::from("."))
    }

    fn group(&self, title: &str) -> Option<String> {
        let number = self.sections.fetch_add(1, Ordering::Relaxed) + 1;
        let now = Timestamp::now().as_second();
        Some(format!(
            "\u{1b}[0Ksection_start:{now}:long_deploy_{number}[collapsed=true]\r\u{1b}[0K{title}"
        ))
    }

    fn end_group(&self) -> Option<String> {
        let number = self.sections.load(Ordering::Relaxed);
        let now = Timestamp::now().as_second();
        Some(format!(
            "\u{1b}[0Ksection_end:{now}:long_deploy_{number}\r\u{1b}[0K"
        ))
    }

    fn accepts_output(&self, name: &str) -> bool {
        is_variable(name)
    }

    fn output_limits(&self) -> OutputLimits {
        dotenv::LIMITS
    }

    fn set_outputs(&self, outputs: &[Output]) -> Result<Written, FileError> {
        let path = self.workspace().join(DOTENV);
        let written = fs::write(path, dotenv::dotenv(outputs));
        let variable = "artifacts:reports:dotenv";
        written.map_err(|source| FileError::Io { variable, source })?;
        Ok(Written::Done)
    }

    fn offers_id_tokens(&self, variable: Variable<'_>) -> bool {
        TOKENS.iter().any(|name| are_set(variable, &[name]))
    }

    fn id_tokens(
        &self,
        variable: Variable<'_>,
        _: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Arc<dyn IdTokens>, IdTokenError> {
        let given = TOKENS.into_iter().find_map(|name| {
            let token = variable(name)?;
            (!token.trim().is_empty()).then(|| SecretString::from(token.trim()))
        });
        let token = given.ok_or(IdTokenError::NotOffered { advice: NO_TOKEN })?;
        Ok(Arc::new(JobToken { token, clock }))
    }
}

/// The one id token of a job. GitLab issues no other, so it can be presented only until it ends.
#[derive(Debug)]
struct JobToken {
    token: SecretString,
    clock: Clock,
}

#[async_trait]
impl IdTokens for JobToken {
    async fn fetch(&self, _audience: &str) -> Result<SecretString, IdTokenError> {
        match self.expires().filter(|at| *at <= self.clock.now()) {
            Some(at) => Err(IdTokenError::Expired {
                host: "GitLab",
                what: "its one id token",
                at,
                advice: "; give the job a longer `timeout`, as the token lives as long as that",
            }),
            None => Ok(self.token.clone()),
        }
    }

    fn expires(&self) -> Option<Timestamp> {
        use secrecy::ExposeSecret;
        jwt::expiry(self.token.expose_secret())
    }
}
