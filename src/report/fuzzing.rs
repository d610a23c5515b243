//! Fuzz entry point for report files, and the same for tests.

use std::io::{self, Write};

use tokio::runtime::Builder;

use super::replay::{parse, play};
use crate::host::{Console, Taste};

/// Standard output of a replay.
struct Strict;

impl Write for Strict {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = text.trim_end_matches('\n');
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##["), "{line:?}");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A report file.
///
/// # Panics
/// As [`check`].
#[cfg(feature = "fuzzing")]
pub fn report(data: &[u8]) {
    check(data);
}

/// Replays a report file, if it can be read.
///
/// # Panics
/// When the replay meets a bug, or writes control characters or a command.
pub(crate) fn check(data: &[u8]) {
    let Ok(run) = parse(data) else {
        return;
    };
    let _ = run.warning();
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let console = Console::plain(Strict, Taste::default());
    assert!(runtime.block_on(play(&run, console, None)), "a bug");
}
