//! A process that runs: its log, and signals to it.

use std::{
    io::BufRead,
    process::{Child, Command},
};

/// Adds to `log` what the process writes, up to the line with `words`.
///
/// # Panics
/// If it ends without having said them.
#[track_caller]
pub fn read_until(stdout: &mut impl BufRead, log: &mut String, words: &str) {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        let read = stdout.read_line(&mut line).unwrap();
        log.push_str(&line);
        assert!(read > 0, "{words:?} was never said:\n{log}");
    }
}

/// Sends a signal, such as `INT`.
pub fn send(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
}
