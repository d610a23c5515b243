//! The run that a step is part of.

/// The run that a step is part of; empty in a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// The run's id; a re-run keeps it.
    pub(crate) run_id: Option<String>,
    /// How often the run was started, from 1.
    pub(crate) attempt: Option<u32>,
    /// The run's page.
    pub(crate) run_url: Option<String>,
    /// The repository, as `owner/name`.
    pub(crate) repository: Option<String>,
    /// The name of the workflow or pipeline.
    pub(crate) workflow: Option<String>,
    /// The command that runs it again, where there is one.
    pub(crate) rerun: Option<String>,
    /// Whether debugging is on.
    pub(crate) debug: bool,
}
