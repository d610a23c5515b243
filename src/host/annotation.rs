//! Annotations: what the runner shows on the run's page beside the log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text;

/// Maximum length of a message in characters. The runner keeps 4,096, but counts some scripts differently.
const MESSAGE: usize = 4_000;
/// Maximum length of a title in characters.
const TITLE: usize = 200;

/// A position in a file of the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    /// The file, relative to the workspace if it is in there.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in UTF-16 units.
    pub column: u32,
}

/// How serious something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Severity {
    /// It failed.
    Error,
    /// It may fail, or not be what was meant.
    Warning,
    /// For information.
    Notice,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Severity {
    /// The name of the workflow command, which is also shown without a runner.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A message for the run's page, optionally about a position in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// How serious it is.
    pub severity: Severity,
    /// A short title.
    pub title: Option<String>,
    /// The message; it may have several lines.
    pub message: String,
    /// A file of the repository that it is about.
    pub file: Option<String>,
    /// The line in the file, from 1.
    pub line: Option<u32>,
    /// The column in the line, from 1.
    pub column: Option<u32>,
}

impl Annotation {
    /// An annotation without a title or a place.
    #[must_use]
    pub(crate) fn new(severity: Severity, message: &str) -> Self {
        Self {
            severity,
            title: None,
            message: message.to_owned(),
            file: None,
            line: None,
            column: None,
        }
    }

    /// The annotation under `title`.
    #[must_use]
    pub(crate) fn titled(mut self, title: &str) -> Self {
        self.title = Some(title.to_owned());
        self
    }

    /// The annotation about a place in a file, if there is one.
    #[must_use]
    pub(crate) fn at(mut self, place: Option<&Place>) -> Self {
        if let Some(place) = place {
            self.file = Some(place.file.clone());
            (self.line, self.column) = (Some(place.line), Some(place.column));
        }
        self
    }

    /// The annotation for people, as lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut place = self.file.clone().unwrap_or_default();
        for number in [self.line, self.column].into_iter().flatten() {
            place.push_str(&format!(":{number}"));
        }
        let mut lead = format!("{}: ", self.severity.as_str());
        if !place.is_empty() {
            lead.push_str(&format!("{place}: "));
        }
        let text = self.titled_text();
        let mut lines = text.lines();
        let first = lead + lines.next().unwrap_or_default();
        std::iter::once(first)
            .chain(lines.map(|line| format!("  {line}")))
            .collect()
    }

    /// The message after its title, where that has no place of its own; once, if the message begins with it.
    pub(super) fn titled_text(&self) -> String {
        let text = self.text();
        match self.short_title() {
            Some(title) if !text.starts_with(&format!("{title}: ")) => format!("{title}: {text}"),
            _ => text,
        }
    }

    /// The title on one line, disarmed like the message: runners look for commands anywhere in a line.
    pub(super) fn short_title(&self) -> Option<String> {
        let title = self.title.as_deref()?;
        Some(text::disarm(&text::cut(&text::one_line(title), TITLE)))
    }

    /// The message with its line ends, disarmed in case the runner prints it to the log.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = text::lines(&self.message)
            .map(|line| text::disarm(&line))
            .collect();
        text::cut(lines.join("\n").trim_end(), MESSAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_where_it_is() {
        let annotation = Annotation {
            file: Some("infra/hub,1.json".to_owned()),
            line: Some(3),
            column: Some(7),
            ..Annotation::new(Severity::Error, "100% wrong\r\n::stop-commands::x").titled("A: b, c")
        };
        assert_eq!(
            annotation.lines(),
            [
                "error: infra/hub,1.json:3:7: A: b, c: 100% wrong",
                "  : :stop-commands::x"
            ]
        );
        let annotation = Annotation::new(Severity::Warning, "careful");
        assert_eq!(annotation.lines(), ["warning: careful"]);
        let annotation = Annotation::new(Severity::Error, "name: missing").titled("name");
        assert_eq!(annotation.lines(), ["error: name: missing"]);
    }
}
