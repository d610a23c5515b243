//! A terminal: a program that runs in it, what it is typed, and what stands on its screen.

mod pair;

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command},
};

pub(crate) use self::pair::pair;
use super::process;

/// The columns of the terminal.
pub const COLUMNS: u16 = 60;

/// A program in a terminal.
pub struct Terminal {
    child: Child,
    screen: File,
    written: String,
}

impl Terminal {
    /// Starts the program with its standard streams in a new terminal.
    pub fn start(mut command: Command) -> Self {
        let (ours, theirs) = pair(COLUMNS);
        let again = || theirs.try_clone().unwrap();
        command.stdin(again()).stdout(again()).stderr(again());
        let child = command.spawn().unwrap();
        Self {
            child,
            screen: File::from(ours),
            written: String::new(),
        }
    }

    /// Waits until these words were written.
    ///
    /// # Panics
    /// If it ends without them.
    #[track_caller]
    pub fn until(&mut self, words: &str) {
        while !self.written.contains(words) {
            let goes_on = self.read();
            assert!(goes_on, "{words:?} was never written:\n{}", self.written);
        }
    }

    /// Sends a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        process::send(&self.child, name);
    }

    /// Types this.
    pub fn write(&mut self, text: &str) {
        self.screen.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the end: the exit status, and all that was written.
    pub fn end(mut self) -> (Option<i32>, String) {
        while self.read() {}
        (self.child.wait().unwrap().code(), self.written)
    }

    /// Whether there was more. Linux tells the end of a terminal by an error.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let read = self.screen.read(&mut bytes).unwrap_or(0);
        self.written
            .push_str(&String::from_utf8_lossy(&bytes[..read]));
        read > 0
    }
}

/// The rows that a screen without end shows after all of this, without colours.
///
/// # Panics
/// At any control sequence that is not one of ours.
pub fn rows(written: &str) -> Vec<String> {
    let (mut rows, mut column) = (vec![Vec::new()], 0);
    let mut rest = written.chars();
    while let Some(character) = rest.next() {
        let row = rows.last_mut().unwrap();
        match character {
            '\r' => column = 0,
            '\n' => rows.push(Vec::new()),
            '\u{1b}' => {
                assert_eq!(rest.next(), Some('['), "{written:?}");
                let sequence: Vec<_> = rest
                    .by_ref()
                    .take_while(|next| !next.is_alphabetic())
                    .collect();
                assert!(
                    sequence
                        .iter()
                        .all(|next| next.is_ascii_digit() || *next == ';')
                );
                let is_erasing = sequence.is_empty();
                if is_erasing {
                    row.truncate(column);
                }
            }
            other => {
                row.truncate(column);
                row.push(other);
                column += 1;
            }
        }
    }
    let text = |row: &Vec<char>| row.iter().collect();
    rows.iter().map(text).collect()
}
