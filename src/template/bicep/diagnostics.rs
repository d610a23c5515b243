//! Parses the compiler's output on standard error: SARIF, sometimes with plain text around it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::host::{Place, Severity};

/// The most that is kept of other output than findings, in bytes.
const LONGEST_TEXT: usize = 1024 * 1024;

/// The compiler's messages about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Compilation {
    /// The file, as the user named it.
    pub file: String,
    /// Its findings, in its order.
    pub diagnostics: Vec<Diagnostic>,
    /// Other output, such as an exception or a note on experimental features.
    pub text: String,
}

/// A finding of the compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagnostic {
    /// How serious it is.
    pub severity: Severity,
    /// The rule, such as `BCP057` or `no-unused-params`.
    pub code: String,
    /// The message.
    pub message: String,
    /// Where, with a path relative to the workspace if the file is in it.
    pub place: Option<Place>,
}

/// The part of SARIF 2.1.0 that Bicep writes.
#[derive(Deserialize)]
struct Sarif {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    #[serde(default)]
    results: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    #[serde(default)]
    rule_id: String,
    /// A warning where it is absent.
    level: Option<String>,
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Message {
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Deserialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    /// Bicep's column, from 1.
    char_offset: u32,
}

impl Compilation {
    /// Parses the compiler's standard error. Paths become relative to `folder`.
    pub(super) fn read(file: String, stderr: &str, folder: &Path) -> Self {
        let (sarif, mut text) = split(stderr);
        if text.len() > LONGEST_TEXT {
            text.truncate(text.floor_char_boundary(LONGEST_TEXT));
            text.push_str("\n… cut: Bicep writes more than 1 MB");
        }
        let findings = sarif.into_iter().flat_map(|sarif| sarif.runs);
        let findings = findings.flat_map(|run| run.results);
        Self {
            file,
            diagnostics: findings
                .map(|finding| finding.into_diagnostic(folder))
                .collect(),
            text,
        }
    }

    /// Adds a line to the text.
    pub(super) fn add_text(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    /// The errors.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of(Severity::Error)
    }

    /// The diagnostics of one severity.
    pub(crate) fn of(&self, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
        let found = self.diagnostics.iter();
        found.filter(move |diagnostic| diagnostic.severity == severity)
    }
}

impl Finding {
    fn into_diagnostic(self, folder: &Path) -> Diagnostic {
        let severity = match self.level.as_deref() {
            Some("error") => Severity::Error,
            Some("note" | "none") => Severity::Notice,
            _ => Severity::Warning,
        };
        let mut locations = self.locations.into_iter();
        let place = locations
            .next()
            .map(|Location { physical_location }| Place {
                file: relative(&physical_location.artifact_location.uri, folder),
                line: physical_location.region.start_line,
                column: physical_location.region.char_offset,
            });
        Diagnostic {
            severity,
            code: self.rule_id,
            message: self.message.text,
            place,
        }
    }
}

/// The SARIF document in `text`, and the text around it.
fn split(text: &str) -> (Option<Sarif>, String) {
    let starts = text.match_indices('{').map(|(start, _)| start);
    let mut starts =
        starts.filter(|start| text[..*start].is_empty() || text[..*start].ends_with('\n'));
    let Some(start) = starts.next() else {
        return (None, text.trim().to_owned());
    };
    let mut documents = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Sarif>();
    match documents.next() {
        Some(Ok(sarif)) => {
            let end = start + documents.byte_offset();
            let around = format!("{}\n{}", text[..start].trim(), text[end..].trim());
            (Some(sarif), around.trim().to_owned())
        }
        _ => (None, text.trim().to_owned()),
    }
}

/// The path in a `file:` URI, relative to `folder` if it is inside.
fn relative(uri: &str, folder: &Path) -> String {
    let path = Url::parse(uri).ok().and_then(|url| url.to_file_path().ok());
    let Some(path) = path else {
        return uri.to_owned();
    };
    let folders = [Some(folder.to_owned()), folder.canonicalize().ok()];
    let mut inside = folders.iter().flatten();
    let inside = inside.find_map(|folder| path.strip_prefix(folder).ok());
    inside.unwrap_or(&path).display().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn finding(level: Option<&str>, uri: &str) -> Value {
        let mut finding = json!({
            "ruleId": "BCP057",
            "message": {"text": "The name \"nope\" does not exist. [https://aka.ms/bicep]"},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": uri},
                "region": {"startLine": 8, "charOffset": 13}
            }}]
        });
        if let Some(level) = level {
            finding["level"] = level.into();
        }
        finding
    }

    #[test]
    fn endless_text_is_cut() {
        let text = read(&"ä".repeat(LONGEST_TEXT)).text;
        assert!(
            text.len() < LONGEST_TEXT + 100
                && text.ends_with("ä\n… cut: Bicep writes more than 1 MB")
        );
        assert_eq!(read("short").text, "short");
    }

    fn read(stderr: &str) -> Compilation {
        Compilation::read(
            "hub.bicep".to_owned(),
            stderr,
            Path::new("/github/workspace"),
        )
    }

    #[test]
    fn sarif_is_read_and_text_around_it_is_kept() {
        let results = [
            finding(
                Some("error"),
                "file:///github/workspace/infra/h%C3%BCb%20a.bicep",
            ),
            finding(None, "file:///github/home/.bicep/br/main.json"),
            finding(Some("note"), "untitled:1"),
        ];
        let sarif = json!({"version": "2.1.0", "runs": [{"results": results}]});
        let told = read(&format!(
            "WARNING: experimental features\n{sarif:#}\nbye {{}}\n"
        ));
        assert_eq!(told.text, "WARNING: experimental features\nbye {}");
        let severities: Vec<_> = told
            .diagnostics
            .iter()
            .map(|found| found.severity)
            .collect();
        assert_eq!(
            severities,
            [Severity::Error, Severity::Warning, Severity::Notice]
        );
        let files = told
            .diagnostics
            .iter()
            .filter_map(|found| found.place.as_ref());
        let files: Vec<_> = files.map(|place| place.file.as_str()).collect();
        assert_eq!(
            files,
            [
                "infra/hüb a.bicep",
                "/github/home/.bicep/br/main.json",
                "untitled:1"
            ]
        );
        let place = told.diagnostics[0].place.as_ref().expect("a place");
        assert_eq!((place.line, place.column), (8, 13));
    }

    #[test]
    fn plain_text_stays_readable() {
        for text in [
            "An error occurred reading file. Could not find file '/a/b.bicep'.",
            "Unhandled exception. System.Exception: {\n   at Bicep\n{ not json }",
            "",
        ] {
            let told = read(&format!("{text}\n"));
            assert_eq!(told.text, text);
            assert!(told.diagnostics.is_empty());
        }
    }
}
