//! What the inputs say of the report.

use std::time::Duration;

use crate::{host::ReportPath, inputs::Request};

/// The inputs that concern the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Names of the template outputs to mask; case does not matter.
    pub(crate) masked_outputs: Vec<String>,
    /// Whether to write the step summary.
    pub(crate) summary: bool,
    /// The report file, if one is wanted.
    pub(crate) report_file: Option<ReportPath>,
    /// Longest silence in the log.
    pub(crate) heartbeat_interval: Duration,
}

impl From<&Request> for Settings {
    fn from(request: &Request) -> Self {
        Self {
            masked_outputs: request.masked_outputs.clone(),
            summary: request.summary,
            report_file: None,
            heartbeat_interval: request.timing.heartbeat_interval,
        }
    }
}

impl Default for Settings {
    /// The settings for a run whose inputs are invalid.
    fn default() -> Self {
        Self {
            masked_outputs: Vec::new(),
            summary: true,
            report_file: None,
            heartbeat_interval: Duration::from_secs(300),
        }
    }
}
