//! Where we run: a CI system or a terminal, behind one trait with a file or folder for each.

mod annotation;
mod azure_pipelines;
mod console;
mod context;
mod detect;
pub(crate) mod github;
mod gitlab;
#[expect(clippy::module_inception, reason = "the room's main type")]
mod host;
pub(crate) mod id_token;
mod interruption;
pub(crate) mod jwt;
mod line;
mod output;
mod protection;
mod report_path;
mod runner;
mod terminal;
pub(crate) mod text;
mod trace;
mod vault;

/// Variables of all hosts that hold a secret and nothing else.
pub(crate) const SECRETS: [&str; 12] = [
    github::id_token::REQUEST_TOKEN,
    "ACTIONS_RUNTIME_TOKEN",
    "GITHUB_TOKEN",
    "FORGEJO_TOKEN",
    "GITEA_TOKEN",
    azure_pipelines::id_token::REQUEST_TOKEN,
    // `AzureCLI@2` sets these with `addSpnToEnvironment`.
    "idToken",
    "servicePrincipalKey",
    gitlab::TOKENS[0],
    gitlab::TOKENS[1],
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
];

/// Variables of all hosts that a step reads, and would treat as not set if they were no text.
pub(crate) const VARIABLES: [&str; 9] = [
    github::id_token::REQUEST_URL,
    github::id_token::REQUEST_TOKEN,
    "GITHUB_OUTPUT",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    azure_pipelines::id_token::REQUEST_URL,
    azure_pipelines::id_token::REQUEST_TOKEN,
    gitlab::TOKENS[0],
    gitlab::TOKENS[1],
];

pub(crate) use annotation::{Annotation, Place, Severity};
#[cfg(test)]
pub(crate) use azure_pipelines::agent;
#[cfg(test)]
pub(crate) use console::tests::Kept;
pub(crate) use console::{Console, Taste};
pub(crate) use context::Context;
#[cfg(test)]
pub(crate) use detect::host_named;
pub(crate) use detect::host_of;
#[cfg(test)]
pub(crate) use github::{commands, grammar};
#[cfg(test)]
pub(crate) use gitlab::reader as gitlab_reader;
pub(crate) use host::{FileError, Host, SummaryForm};
pub(crate) use interruption::{Interrupt, Wish, interruption};
pub(crate) use line::{Line, Style};
pub(crate) use output::{Output, OutputLimits, Secrecy};
pub(crate) use protection::protect;
pub(crate) use report_path::{ReportPath, ReportPathError};
pub(crate) use runner::{LogTo, Runner};
pub(crate) use trace::{report_panics, trace};
pub(crate) use vault::{SHORTEST as SHORTEST_SECRET, Secrets, Vault};
