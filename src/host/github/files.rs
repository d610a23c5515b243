//! The runner's files for outputs, state and step summary.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

use crate::host::{
    host::{FileError, SummaryForm, Written},
    output::Output,
};

/// Maximum size of a step summary in bytes.
const SUMMARY_LIMIT: usize = SummaryForm::GITHUB.limit;

const CUT: &str = "\n\n… cut: the summary is longer than GitHub shows.\n";

/// The files that the runner reads when the step has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    output: Option<PathBuf>,
    state: Option<PathBuf>,
    summary: Option<PathBuf>,
}

impl Files {
    /// The files that the environment names.
    pub(super) fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let path = |name| {
            variable(name)
                .filter(|path| !path.is_empty())
                .map(PathBuf::from)
        };
        Self {
            output: path("GITHUB_OUTPUT"),
            state: path("GITHUB_STATE"),
            summary: path("GITHUB_STEP_SUMMARY"),
        }
    }

    /// Sets outputs of the step in a single write, so that a killed process leaves all of them or none.
    ///
    /// # Errors
    /// [`FileError::Name`] for the first name that the runner would not parse, in which case nothing is written;
    /// [`FileError::Io`].
    pub(super) fn set_outputs(&self, outputs: &[Output]) -> Result<Written, FileError> {
        append(self.output.as_deref(), "GITHUB_OUTPUT", &blocks(outputs)?)
    }

    /// Saves a value for the post step, which gets it as the variable `STATE_name`.
    ///
    /// # Errors
    /// As for [`Self::set_outputs`].
    pub(super) fn save_state(&self, name: &str, value: &str) -> Result<Written, FileError> {
        let block = block(name, value)?;
        append(self.state.as_deref(), "GITHUB_STATE", &block)
    }

    /// Appends to the step summary, cut to the runner's limit.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub(super) fn add_summary(&self, markdown: &str) -> Result<Written, FileError> {
        let path = self.summary.as_deref();
        let present = path
            .and_then(|path| path.metadata().ok())
            .map_or(0, |file| file.len());
        let limit = SUMMARY_LIMIT.saturating_sub(usize::try_from(present).unwrap_or(usize::MAX));
        append(path, "GITHUB_STEP_SUMMARY", &fit(markdown, limit))
    }
}

/// Whether the runner parses `name` as it is.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.trim() == name
        && !name.contains(|c: char| c == '=' || c == '<' || c.is_control())
}

fn blocks(outputs: &[Output]) -> Result<String, FileError> {
    let outputs = outputs.iter();
    outputs
        .map(|output| block(&output.name, &output.value))
        .collect()
}

/// A value in the runner's heredoc form, with a delimiter that does not occur in it.
fn block(name: &str, value: &str) -> Result<String, FileError> {
    if !is_name(name) {
        return Err(FileError::Name(name.to_owned()));
    }
    let delimiter = loop {
        let delimiter = format!("ghadelimiter_{}", uuid::Uuid::new_v4());
        if !value.contains(&delimiter) {
            break delimiter;
        }
    };
    Ok(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
}

/// The beginning of `text` in at most `limit` bytes, with a note where something was cut.
fn fit(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limit.saturating_sub(CUT.len()));
    let note = if CUT.len() <= limit { CUT } else { "" };
    format!("{}{note}", &text[..end])
}

fn append(path: Option<&Path>, variable: &'static str, text: &str) -> Result<Written, FileError> {
    let Some(path) = path else {
        return Ok(Written::Nowhere);
    };
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| FileError::Io { variable, source })?;
    Ok(Written::Done)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::host::github::grammar;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<Output> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| Output::open(name, value))
            .collect()
    }

    fn in_folder() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let files = Files::new(&|name| match name {
            "GITHUB_OUTPUT" => Some(path("output")),
            "GITHUB_STATE" => Some(path("state")),
            "GITHUB_STEP_SUMMARY" => Some(path("summary")),
            _ => None,
        });
        (folder, files)
    }

    fn read(folder: &tempfile::TempDir, name: &str) -> String {
        std::fs::read_to_string(folder.path().join(name)).expect("it was written")
    }

    #[test]
    fn outputs_are_appended_and_come_back() {
        let (folder, files) = in_folder();
        for outputs in [
            pairs(&[("a", "1"), ("json", "{\n  \"x\": \"<<\"\n}")]),
            pairs(&[("a", "2\r")]),
        ] {
            assert_eq!(
                files.set_outputs(&outputs).expect("writable"),
                Written::Done
            );
        }
        let values = grammar::parse(&read(&folder, "output")).expect("well-formed");
        assert_eq!(values["a"], "2\r");
        assert_eq!(values["json"], "{\n  \"x\": \"<<\"\n}");
    }

    #[test]
    fn state_has_its_own_file() {
        let (folder, files) = in_folder();
        let _ = files.save_state("deployment", "/x").expect("writable");
        let values = grammar::parse(&read(&folder, "state")).expect("well-formed");
        assert_eq!(values["deployment"], "/x");
    }

    #[test]
    fn names_that_the_runner_would_misread_are_refused() {
        let (folder, files) = in_folder();
        for name in ["", "a=b", "a<<b", "a<", "a\nb", "a\r", " a", "a\u{a0}"] {
            let error = files.set_outputs(&pairs(&[("good", "1"), (name, "x")]));
            assert!(matches!(error, Err(FileError::Name(_))), "{name:?}");
        }
        assert!(!folder.path().join("output").exists());
    }

    #[test]
    fn without_a_file_nothing_is_written() {
        let files = Files::default();
        assert_eq!(
            files.set_outputs(&pairs(&[("a", "1")])).expect("fine"),
            Written::Nowhere
        );
        assert_eq!(
            files.add_summary("# Hello").expect("fine"),
            Written::Nowhere
        );
    }

    #[test]
    fn an_unwritable_file_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("missing/output").display().to_string();
        let files = Files::new(&|_| Some(path.clone()));
        let error = files
            .set_outputs(&pairs(&[("a", "1")]))
            .expect_err("no such folder");
        assert!(error.to_string().contains("GITHUB_OUTPUT"), "{error}");
    }

    #[test]
    fn a_summary_never_outgrows_the_runner() {
        let (folder, files) = in_folder();
        let _ = files.add_summary("# Before\n").expect("writable");
        let _ = files
            .add_summary(&"ä".repeat(SUMMARY_LIMIT))
            .expect("writable");
        let text = read(&folder, "summary");
        assert!(text.len() <= SUMMARY_LIMIT && text.len() > SUMMARY_LIMIT - 2);
        assert!(text.ends_with(CUT));
        let _ = files.add_summary("more").expect("writable");
        assert!(read(&folder, "summary").len() <= SUMMARY_LIMIT);
    }

    proptest! {
        #[test]
        fn any_value_comes_back(
            values in prop::collection::vec(r"([\r\n<=%a-z東]|ghadelimiter_|a<<E\n|\PC){0,30}", 1..4)
        ) {
            let outputs: Vec<_> = values.iter().enumerate()
                .map(|(index, value)| Output::open(&format!("name-{index}"), value))
                .collect();
            let text = blocks(&outputs).expect("the names are good");
            let read = grammar::parse(&text).expect("well-formed");
            let read: Vec<_> = read.iter().map(|(name, value)| Output::open(name, value)).collect();
            prop_assert_eq!(read, outputs);
        }

        #[test]
        fn any_name_that_is_taken_comes_back(name in r"[\r\n<=% a-z東\x00]{0,6}|\PC{0,6}") {
            if let Ok(text) = block(&name, "value") {
                let read = grammar::parse(&text).expect("well-formed");
                prop_assert_eq!(read.keys().collect::<Vec<_>>(), [&name]);
            }
        }
    }
}
