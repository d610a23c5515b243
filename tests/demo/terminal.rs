//! The same run as somebody sees it who starts the program in a terminal.

use std::{
    fs::File,
    io::{Read, Write, stdout},
    process::Command,
};

use azure_simulator::SECRET;
use rustix::termios::tcgetwinsize;

use super::pair::pair;

/// Columns where there is no terminal to take them from.
const COLUMNS: u16 = 120;

/// Runs the program in a terminal of its own and copies its screen to ours; returns its exit status.
pub(crate) fn run(mut command: Command) -> Option<i32> {
    for name in ["GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_RUN_ID"] {
        command.env_remove(name);
    }
    let columns = tcgetwinsize(stdout()).map_or(COLUMNS, |size| size.ws_col);
    let (ours, theirs) = pair(columns);
    let again = || theirs.try_clone().unwrap();
    command
        .env("TERM", "xterm-256color")
        .env("INPUT_CLIENT_SECRET", SECRET)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(again())
        .stdout(again())
        .stderr(again());
    let mut child = command.spawn().unwrap();
    drop((command, theirs));
    copy(File::from(ours));
    child.wait().unwrap().code()
}

/// Copies all that is written to the terminal; Linux tells its end by an error.
fn copy(mut screen: File) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = screen.read(&mut bytes) {
        let mut out = stdout();
        out.write_all(&bytes[..read]).unwrap();
        out.flush().unwrap();
    }
}
