//! Which host a step runs in.

use std::sync::Arc;

use super::{
    azure_pipelines::AzurePipelines,
    github::GitHub,
    gitlab::GitLab,
    host::{Host, Variable},
    terminal::Terminal,
};

/// The host that the environment describes; a terminal if it describes none.
pub(crate) fn host_of(variable: Variable<'_>) -> Arc<dyn Host> {
    let is_true = |name: &str| {
        let value = variable(name);
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    if is_true("TF_BUILD") {
        Arc::new(AzurePipelines::new(variable))
    } else if is_true("GITLAB_CI") {
        Arc::new(GitLab::new(variable))
    } else if is_true("GITHUB_ACTIONS") {
        Arc::new(GitHub::new(variable))
    } else {
        Arc::new(Terminal)
    }
}

/// The host whose variable is true; a terminal if none is named.
#[cfg(test)]
pub(crate) fn host_named(variable: &str) -> Arc<dyn Host> {
    host_of(&|name| (name == variable).then(|| "true".to_owned()))
}
