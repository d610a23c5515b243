//! Reads a recorded run from its report file, which may be old, foreign, damaged or forged.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    entry::{Entry, Note, What},
    kinds::variants,
};
use crate::{
    clock::seconds,
    event::Event,
    host::text::{code, cut},
    report::report_file::FORMAT_VERSION,
};

/// Largest file that is read, in bytes. A report of ten thousand resources has some ten million.
const LARGEST: u64 = 1 << 30;
/// Longest text of another program's error, in characters: it may quote the file.
const LONGEST_REASON: usize = 300;
/// The program whose reports are read.
const PROGRAM: &str = env!("CARGO_PKG_NAME");
/// Its version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A run, as its report tells it. All texts are untrusted.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(super) started: Timestamp,
    pub(super) entries: Vec<Entry>,
    /// The version that wrote the report.
    version: String,
    /// The kinds of events that were left out, each once, and their number.
    left_out: (Vec<String>, usize),
}

/// Why a file cannot be replayed. The messages may quote it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it is larger than 1 GiB, which no report is")]
    TooLarge,
    #[error("it is not JSON, or was cut off: {}", shortened(.0))]
    NotJson(serde_json::Error),
    #[error(
        "it is no report of {PROGRAM}: give the file that the step's input `report-file` names"
    )]
    Foreign,
    #[error(
        "its format has the version {0}, and this program reads {FORMAT_VERSION}: take the version that wrote it"
    )]
    OtherFormat(String),
    #[error("it holds no events: version {} wrote it, which did not keep them yet", code(.0))]
    NoEvents(String),
    #[error("it is damaged: {place}: {reason}", reason = shortened(.source))]
    Damaged {
        place: String,
        source: serde_json::Error,
    },
}

/// What is read of the file besides its events.
#[derive(Deserialize)]
struct Head {
    program: Program,
    started: Timestamp,
}

#[derive(Deserialize)]
struct Program {
    version: String,
}

/// An event as it stands in the file.
#[derive(Deserialize)]
struct Raw {
    #[serde(with = "seconds")]
    at: Duration,
    event: Value,
    #[serde(default)]
    notes: Vec<Note>,
}

/// Reads the report at `path`.
///
/// # Errors
/// [`ReadError`] if it is no report of ours, or holds nothing to replay.
pub(crate) fn read(path: &Path) -> Result<Recorded, ReadError> {
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(ReadError::TooLarge);
    }
    parse(&text)
}

/// Reads the report with this text.
///
/// # Errors
/// As for [`read`].
pub(in crate::report) fn parse(text: &[u8]) -> Result<Recorded, ReadError> {
    let mut report: Value = serde_json::from_slice(text).map_err(ReadError::NotJson)?;
    if report["program"]["name"] != PROGRAM {
        return Err(ReadError::Foreign);
    }
    let format = &report["formatVersion"];
    if format.as_u64() != Some(FORMAT_VERSION.into()) {
        return Err(ReadError::OtherFormat(cut(&format.to_string(), 20)));
    }
    let events = report["events"].take();
    let head = Head::deserialize(&report).map_err(|source| damaged("its head", source))?;
    let mut run = Recorded {
        started: head.started,
        entries: Vec::new(),
        version: head.program.version,
        left_out: (Vec::new(), 0),
    };
    match events {
        Value::Null => Err(ReadError::NoEvents(run.version)),
        Value::Array(events) => {
            for (index, event) in events.into_iter().enumerate() {
                run.add(index, event)?;
            }
            Ok(run)
        }
        other => {
            let expected = Vec::<IgnoredAny>::deserialize(other).map(|_| run);
            expected.map_err(|source| damaged("its events", source))
        }
    }
}

impl Recorded {
    /// Adds an event; one that another version wrote is left out if it cannot be read.
    fn add(&mut self, index: usize, event: Value) -> Result<(), ReadError> {
        let place = |kind: &str| format!("event {} {kind}", index + 1);
        let raw = Raw::deserialize(event).map_err(|source| damaged(&place(""), source))?;
        match What::read(&raw.event) {
            Ok(event) => self.entries.push(Entry {
                at: raw.at,
                event,
                notes: raw.notes,
            }),
            Err(source) => {
                let kind = kind(&raw.event);
                let is_known = variants::<Event>().contains(&kind);
                if is_known && self.version == VERSION {
                    return Err(damaged(&place(kind), source));
                }
                self.leave_out(kind);
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, kind: &str) {
        let (kinds, count) = &mut self.left_out;
        *count += 1;
        if !kinds.iter().any(|known| known == kind) {
            kinds.push(kind.to_owned());
        }
    }

    /// A warning if something is missing in the replay; it quotes the file.
    pub(crate) fn warning(&self) -> Option<String> {
        const NAMED: usize = 5;
        let (kinds, count) = &self.left_out;
        let mut names: Vec<_> = kinds.iter().take(NAMED).map(|kind| code(kind)).collect();
        if kinds.len() > NAMED {
            names.push("…".to_owned());
        }
        (*count > 0).then(|| {
            format!(
                "{count} of {} events are left out, as version {VERSION} does not know them ({}): replay the report with \
                 version {}, which wrote it",
                count + self.entries.len(),
                names.join(", "),
                code(&self.version)
            )
        })
    }
}

/// The name of an event; empty if it has none.
fn kind(event: &Value) -> &str {
    let member = event.as_object().and_then(|event| event.keys().next());
    event
        .as_str()
        .or(member.map(String::as_str))
        .unwrap_or_default()
}

fn damaged(place: &str, source: serde_json::Error) -> ReadError {
    ReadError::Damaged {
        place: place.trim_end().to_owned(),
        source,
    }
}

fn shortened(error: &serde_json::Error) -> String {
    cut(&error.to_string(), LONGEST_REASON)
}
