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

use crate::{
    host::{Context, ReportPath},
    report::record::Record,
};

/// Why the report file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write it to {path}: {source}; set report-file to a writable path", path = path.display())]
pub(crate) struct ReportError {
    path: PathBuf,
    source: io::Error,
}

/// Writes the report of a run that is over, and creates its folder. Secure and `masked` outputs are left out.
///
/// # Errors
/// [`ReportError`] if the file or its folder cannot be written.
pub(crate) fn write(
    place: &ReportPath,
    record: &Record,
    masked: &[String],
    run: &Context,
) -> Result<(), ReportError> {
    let Some(document) = Document::new(record, masked, run) else {
        return Ok(());
    };
    serde_json::to_vec_pretty(&document)
        .map_err(io::Error::from)
        .and_then(|json| place.write(&json))
        .map_err(|source| ReportError {
            path: place.path(),
            source,
        })
}
