//! What a system in which a step runs must offer.

use std::{fmt, path::PathBuf, sync::Arc};

use azure_core::http::HttpClient;

use super::{
    annotation::Annotation,
    context::Context,
    id_token::{IdTokenError, IdTokens},
    output::{Output, OutputLimits},
};
use crate::clock::Clock;

/// Looks up a variable of the environment.
pub(crate) type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A system in which a step runs: it is told what happens in its own language, and offers what a step needs.
///
/// Whatever it does not have is left out by the default methods: people read the log then.
pub(crate) trait Host: fmt::Debug + Send + Sync {
    /// What people call it.
    fn name(&self) -> &'static str;

    /// The run that the step is part of.
    fn context(&self) -> &Context;

    /// Whether people started the step by hand and read what it prints.
    fn is_for_people(&self) -> bool {
        false
    }

    /// The folder that relative paths are relative to.
    fn workspace(&self) -> PathBuf {
        PathBuf::from(".")
    }

    /// The folder for temporary files that it offers.
    fn temporary(&self) -> Option<PathBuf> {
        None
    }

    /// What it knows for an input that is not given, such as `client-id`.
    fn default_input(&self, _name: &str) -> Option<String> {
        None
    }

    /// Whether its log shows colours although it is no terminal.
    fn has_colours(&self) -> bool {
        true
    }

    /// The line that makes it hide a text, which has no line breaks.
    fn mask(&self, _text: &str) -> Option<String> {
        None
    }

    /// The line that begins a group, whose title is one harmless line.
    fn group(&self, _title: &str) -> Option<String> {
        None
    }

    /// The line that ends a group.
    fn end_group(&self) -> Option<String> {
        None
    }

    /// The line that makes it show an annotation outside of the log.
    fn annotation(&self, _annotation: &Annotation) -> Option<String> {
        None
    }

    /// The line that makes it show a message only when debugging is on; the message is one harmless line.
    fn debug(&self, _message: &str) -> Option<String> {
        None
    }

    /// The line that makes it show how many per cent are done.
    fn progress(&self, _percent: u8) -> Option<String> {
        None
    }

    /// Whether an output of the template may have this name here, and none of the step's own has.
    fn accepts_output(&self, _name: &str) -> bool {
        true
    }

    /// What it takes of outputs.
    fn output_limits(&self) -> OutputLimits {
        OutputLimits::NONE
    }

    /// Sets outputs of the step, which keep to the limits.
    ///
    /// # Errors
    /// [`FileError`]; then none is set.
    fn set_outputs(&self, _outputs: &[Output]) -> Result<Written, FileError> {
        Ok(Written::Nowhere)
    }

    /// Saves a value for a step after this one.
    ///
    /// # Errors
    /// [`FileError`].
    fn save_state(&self, _name: &str, _value: &str) -> Result<Written, FileError> {
        Ok(Written::Nowhere)
    }

    /// What a summary may be like; `None` if it shows none.
    fn summary(&self) -> Option<SummaryForm> {
        None
    }

    /// Adds to the summary of the run.
    ///
    /// # Errors
    /// [`FileError`].
    fn add_summary(&self, _markdown: &str) -> Result<Written, FileError> {
        Ok(Written::Nowhere)
    }

    /// Whether it offers this job id tokens.
    fn offers_id_tokens(&self, _variable: Variable<'_>) -> bool {
        false
    }

    /// Where the job's id tokens come from.
    ///
    /// # Errors
    /// Why this job gets none.
    fn id_tokens(
        &self,
        variable: Variable<'_>,
        http: Arc<dyn HttpClient>,
        clock: Clock,
    ) -> Result<Arc<dyn IdTokens>, IdTokenError>;
}

/// Whether all these variables are set to something.
pub(super) fn are_set(variable: Variable<'_>, names: &[&str]) -> bool {
    let is_set = |name: &&str| variable(name).is_some_and(|value| !value.trim().is_empty());
    names.iter().all(is_set)
}

/// What a summary may be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SummaryForm {
    /// The most that is shown, in bytes.
    pub(crate) limit: usize,
    /// Whether charts in Mermaid's language are drawn.
    pub(crate) charts: bool,
}

impl SummaryForm {
    /// GitHub's. The runner drops a longer one completely.
    pub(crate) const GITHUB: Self = Self {
        limit: 1_048_576,
        charts: true,
    };
}

/// What became of something that was to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Written {
    /// It was written.
    Done,
    /// These lines on standard output do it.
    ByLines(Vec<String>),
    /// The host has no place for it.
    Nowhere,
}

/// Why something was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The host would not read this name as it is.
    #[error(
        "{0:?} cannot be a name: rename it so that it has no =, <, control characters or outer spaces"
    )]
    Name(String),
    /// The file cannot be written.
    #[error("cannot write the file of {variable}: {source}")]
    Io {
        /// The environment variable that names the file.
        variable: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
}
