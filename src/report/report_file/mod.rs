//! The report file: the run as JSON, for programs.
//!
//! Its schema is `docs/report.schema.json`. Within one format version, fields are added but never renamed or removed.

mod deployment;
mod document;
mod ending;
mod estimates;
mod incidents;
mod resources;
mod scalars;
#[cfg(test)]
mod tests;

use std::{io, path::PathBuf};

use document::Document;
pub(super) use document::FORMAT_VERSION;

use crate::{
    host::{Context, ReportPath},
    report::{record::Record, replay::Entry},
};

/// Why the report file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write it to {path}: {source}; set report-file to a writable path", path = path.display())]
pub(crate) struct ReportError {
    path: PathBuf,
    source: io::Error,
}

/// Writes the report of a run that is over, and creates its folder. Secure and `masked` outputs are left out; `events` are
/// what the log was made from.
///
/// # Errors
/// [`ReportError`] if the file or its folder cannot be written.
pub(crate) fn write(
    place: &ReportPath,
    record: &Record,
    masked: &[String],
    run: &Context,
    events: impl Iterator<Item = Entry>,
) -> Result<(), ReportError> {
    let Some(document) = Document::new(record, masked, run) else {
        return Ok(());
    };
    serde_json::to_vec_pretty(&document)
        .and_then(|json| with_events(json, events))
        .map_err(io::Error::from)
        .and_then(|json| place.write(&json))
        .map_err(|source| ReportError {
            path: place.path(),
            source,
        })
}

/// `json`, an object on several lines, with `events` as its last member, each of them on one line: indented they would be
/// half as long again.
fn with_events(
    mut json: Vec<u8>,
    events: impl Iterator<Item = Entry>,
) -> serde_json::Result<Vec<u8>> {
    const END: &[u8] = b"\n}";
    json.truncate(json.len() - END.len());
    json.extend_from_slice(b",\n  \"events\": [");
    for (index, event) in events.enumerate() {
        let separator: &[u8] = if index == 0 { b"\n    " } else { b",\n    " };
        json.extend_from_slice(separator);
        serde_json::to_writer(&mut json, &event)?;
    }
    json.extend_from_slice(b"\n  ]");
    json.extend_from_slice(END);
    Ok(json)
}
