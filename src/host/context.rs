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
    /// The repository's page.
    pub(crate) repository_url: Option<String>,
    /// The branch or tag that the run is for.
    pub(crate) reference: Option<String>,
    /// The commit that the run is for.
    pub(crate) revision: Option<String>,
    /// The name of the workflow or pipeline.
    pub(crate) workflow: Option<String>,
    /// The job's id in the workflow, or its name.
    pub(crate) job: Option<String>,
    /// The step's id in the job, or the name that the host gives a step without one.
    pub(crate) step: Option<String>,
    /// The command that runs it again, where there is one.
    pub(crate) rerun: Option<String>,
    /// Whether debugging is on.
    pub(crate) debug: bool,
}
