//! Reads a JSON file of the user; errors say what to do.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
};

use serde_json::{Map, Value};

use super::json::{self, Document, JsonError};

/// The largest file that is read, in bytes. Azure's limit is lower, but applies to what is sent: without white space.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error(
        "does not exist: check the path, which is relative to the workspace, or in a terminal to the current folder; a \
         job must check the repository out before"
    )]
    Missing,
    #[error("is not in the workspace (in a terminal: the current folder): name a file within it")]
    Outside,
    #[error("is a folder: name the file in it")]
    Folder,
    #[error("is a pipe or device: name a regular file")]
    Special,
    #[error("cannot be read ({0}): check its permissions")]
    Unreadable(io::ErrorKind),
    #[error(
        "is over 16 MB, where Azure takes 4 MB: split it into linked templates or a template spec"
    )]
    TooLarge,
    #[error("is empty: check the step that writes it")]
    Empty,
    #[error("begins as UTF-16, but is not UTF-16 to its end: save it as UTF-8")]
    NotUtf16,
    #[error("is not UTF-8 text (byte {0}): save it as UTF-8")]
    NotUtf8(usize),
    #[error("{0}")]
    Json(#[from] JsonError),
    #[error("is not a JSON object: its first character must be {{")]
    NotAnObject,
}

/// A JSON object that was read.
#[derive(Debug, PartialEq)]
pub(super) struct ReadFile {
    pub(super) object: Map<String, Value>,
    /// What its author may not have meant; each follows the file's name. Never holds a value.
    pub(super) remarks: Vec<String>,
}

/// The JSON object in the file `path`.
///
/// # Errors
/// What is wrong with the file; the message follows the file's name.
pub(super) fn read(path: &Path) -> Result<ReadFile, FileError> {
    object(bytes(path)?)
}

/// The content of the file as text.
///
/// # Errors
/// As [`read`].
pub(super) fn text(path: &Path) -> Result<String, FileError> {
    let bytes = bytes(path)?;
    if bytes.len() as u64 > LARGEST {
        return Err(FileError::TooLarge);
    }
    decode(bytes)
}

/// Whether the file is there and can be read, whatever is in it.
///
/// # Errors
/// Why not.
pub(super) fn check_readable(path: &Path) -> Result<(), FileError> {
    bytes(path).map(drop)
}

/// Whether the file, or what a link leads to, can be read to its end: a device or pipe may have none. Whatever else may
/// be wrong with it is left to its reader.
///
/// # Errors
/// [`FileError::Special`].
pub(super) fn check_regular(path: &Path) -> Result<(), FileError> {
    match path.metadata() {
        Ok(metadata) if is_special(&metadata) => Err(FileError::Special),
        _ => Ok(()),
    }
}

fn is_special(metadata: &Metadata) -> bool {
    !metadata.is_file() && !metadata.is_dir()
}

/// The content of the file, up to one byte more than the limit. Opening a pipe would wait for its writer.
fn bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    let read = || {
        let metadata = path.metadata()?;
        if is_special(&metadata) {
            return Ok(None);
        }
        let size = metadata.len().min(LARGEST);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
        let file = File::open(path)?;
        file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    };
    let bytes = read().map_err(|error: io::Error| unreadable(&error))?;
    bytes.ok_or(FileError::Special)
}

/// The JSON object in `bytes`.
///
/// # Errors
/// What is wrong with it; the message follows its name.
pub(super) fn object(bytes: Vec<u8>) -> Result<ReadFile, FileError> {
    if bytes.len() as u64 > LARGEST {
        return Err(FileError::TooLarge);
    }
    if bytes.trim_ascii().is_empty() {
        return Err(FileError::Empty);
    }
    let Document { value, remarks } = json::parse(&decode(bytes)?)?;
    match value {
        Value::Object(object) => Ok(ReadFile { object, remarks }),
        _ => Err(FileError::NotAnObject),
    }
}

/// The text in UTF-8, or in UTF-16 with a byte order mark, as Windows PowerShell writes it.
fn decode(bytes: Vec<u8>) -> Result<String, FileError> {
    match bytes.as_slice() {
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        _ => String::from_utf8(bytes)
            .map_err(|error| FileError::NotUtf8(error.utf8_error().valid_up_to() + 1)),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FileError> {
    let (pairs, rest) = bytes.as_chunks();
    let text = char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<_, _>>();
    text.ok()
        .filter(|_| rest.is_empty())
        .ok_or(FileError::NotUtf16)
}

/// Why a file cannot be read, from the system's error.
pub(super) fn unreadable(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing,
        io::ErrorKind::IsADirectory => FileError::Folder,
        kind => FileError::Unreadable(kind),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn fault(name: &str, content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        read(&path).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_used_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read(&folder.path().join("main.json")).unwrap_err();
        assert!(missing.to_string().starts_with("does not exist"));
        assert!(
            read(folder.path())
                .unwrap_err()
                .to_string()
                .starts_with("is a folder")
        );
        for (name, content, expected) in [
            ("main.json", &b""[..], "is empty"),
            ("main.json", b" \r\n", "is empty"),
            ("main.json", b"\xff\xfe{\0}\0x", "begins as UTF-16"),
            ("main.json", b"\xfe\xff\xd8\x00", "begins as UTF-16"),
            (
                "main.json",
                b"{\"a\": \"\xe4\"}",
                "is not UTF-8 text (byte 8)",
            ),
            ("main.json", b"[1]", "is not a JSON object"),
            (
                "main.json",
                b"{\"a\": 1 2}",
                "line 1, column 8: a comma is missing",
            ),
        ] {
            let message = fault(name, content);
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn utf_16_with_a_mark_is_read() {
        let text = "{\"a\": \"Zürich 🚀\"}";
        let encoded = |unit: fn(u16) -> [u8; 2]| {
            let units = std::iter::once('\u{feff}').chain(text.chars());
            let units: Vec<_> = units
                .flat_map(|character| character.encode_utf16(&mut [0; 2]).to_vec())
                .collect();
            units.into_iter().flat_map(unit).collect::<Vec<u8>>()
        };
        for bytes in [encoded(u16::to_le_bytes), encoded(u16::to_be_bytes)] {
            assert_eq!(object(bytes).unwrap().object["a"], "Zürich 🚀");
        }
    }

    #[test]
    fn a_pipe_is_refused_rather_than_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("main.json");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let refusal = "is a pipe or device: name a regular file";
        assert_eq!(read(&pipe).unwrap_err().to_string(), refusal);
        assert_eq!(text(&pipe).unwrap_err().to_string(), refusal);
        for (name, target) in [
            ("pipe.json", pipe.as_path()),
            ("zero.json", "/dev/zero".as_ref()),
        ] {
            let link = folder.path().join(name);
            std::os::unix::fs::symlink(target, &link).unwrap();
            assert_eq!(read(&link).unwrap_err().to_string(), refusal, "{name}");
        }
    }

    #[test]
    fn a_huge_file_is_not_parsed() {
        assert!(fault("main.json", &vec![b' '; LARGEST as usize + 1]).starts_with("is over 16 MB"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..64), in_object in any::<bool>()) {
            let bytes = if in_object { [b"{\"a\": \"", &*bytes, b"\"}"].concat() } else { bytes };
            let _ = object(bytes);
        }
    }
}
