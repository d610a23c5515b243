//! In a terminal: colours, a last row that tells the state, and a question at Ctrl+C.

use std::process::Stdio;

use azure_simulator::{SECRET, Simulator};

use super::{
    common::{cancellations, requests},
    pty::{COLUMNS, Terminal, pair, rows},
    step::{ACCEPTED, Step, azure},
    templates::gateway,
};

/// What takes the last row away.
const CLEAR: &str = "\r\u{1b}[K";

/// A deployment of some seconds by hand.
fn step(azure: &Simulator) -> Step {
    Step::new(azure, &gateway())
        .environment("GITHUB_ACTIONS", "")
        .environment("TERM", "xterm-256color")
        .input("client-secret", SECRET)
        .input("name", "hub")
}

fn run(step: &Step) -> (Option<i32>, String) {
    Terminal::start(step.command()).end()
}

/// What stood in the last row, one after the other, without colours.
fn live_rows(written: &str) -> Vec<String> {
    let drawn = written.split(CLEAR).map(|piece| {
        let last = piece.rsplit('\n').next().unwrap_or_default();
        rows(last).concat()
    });
    drawn.filter(|row| row.starts_with("[0h")).collect()
}

#[test]
fn the_last_row_tells_the_state_fits_and_is_gone_at_the_end() {
    let azure = azure();
    let step = step(&azure);
    let (status, written) = run(&step);
    step.outcome(status, &written).expect(0);
    let live = live_rows(&written);
    let running = live.iter().filter(|row| row.contains("running"));
    assert!(running.count() > 0, "{written}");
    for row in &live {
        assert!(row.chars().count() < usize::from(COLUMNS), "{row}");
    }
    let left = rows(&written);
    let shown = left.join("\n");
    assert_eq!(left.last().map(String::as_str), Some(""), "{shown}");
    assert!(shown.contains("succeeded in"), "{shown}");
    for row in &live {
        assert!(!left.contains(row), "{row} stays:\n{shown}");
    }
    assert!(!shown.contains("still running"), "{shown}");
}

#[test]
fn colours_are_for_terminals_whose_user_wants_them() {
    let azure = azure();
    for (colour, expected) in [("", true), ("1", false)] {
        let step = step(&azure)
            .input("operation", "validate")
            .environment("NO_COLOR", colour);
        let (status, written) = run(&step);
        assert_eq!(status, Some(0), "{written}");
        assert_eq!(written.contains("\u{1b}[32m"), expected, "{written:?}");
        let coloured = written.replace(CLEAR, "").contains('\u{1b}');
        assert_eq!(coloured, expected, "{written:?}");
    }
}

#[test]
fn what_is_no_terminal_gets_lines_only() {
    let azure = azure();
    let (_ours, theirs) = pair(COLUMNS);
    let step = step(&azure);
    let mut command = step.command();
    command
        .stdin(theirs.try_clone().unwrap())
        .stderr(theirs)
        .stdout(Stdio::piped());
    let output = command.output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("succeeded in"), "{log}");
    assert!(!log.contains(['\r', '\u{1b}']), "{log:?}");
}

#[test]
fn a_dumb_terminal_has_no_last_row() {
    let azure = azure();
    let step = step(&azure)
        .environment("TERM", "dumb")
        .environment("NO_COLOR", "1");
    let (status, written) = run(&step);
    assert_eq!(status, Some(0), "{written}");
    assert!(!written.contains('\u{1b}'), "{written:?}");
}

/// Interrupts a deployment in a terminal, and gives this answer; an empty one is another Ctrl+C.
fn interrupted(answer: &str, cancels: bool) {
    let azure = azure();
    let step = step(&azure);
    let mut terminal = Terminal::start(step.command());
    terminal.until(ACCEPTED);
    terminal.signal("INT");
    terminal.until("[L/c]");
    if answer.is_empty() {
        terminal.signal("INT");
    } else {
        terminal.write(answer);
    }
    let (status, written) = terminal.end();
    assert_eq!(status, Some(5), "{written}");
    assert_eq!(cancellations(&azure) > 0, cancels, "{answer:?}: {written}");
    assert!(!rows(&written).concat().contains("[L/c] [0h"), "{written}");
}

#[test]
fn ctrl_c_asks_and_only_a_clear_word_cancels() {
    interrupted("c\n", true);
    interrupted("\n", false);
}

#[test]
fn another_ctrl_c_leaves_at_once() {
    interrupted("", false);
}

#[test]
fn the_same_command_follows_what_was_left() {
    let azure = azure();
    let unnamed = || step(&azure).input("name", "");
    let left = unnamed().input("wait", "false").run();
    left.expect(0).says(&[ACCEPTED]);
    let again = unnamed().run().expect(0);
    again.says(&["from an earlier run", "succeeded in"]);
    let submissions = requests(&azure, "PUT", "");
    let accepted = submissions.iter().filter(|put| put.took_effect());
    assert_eq!(accepted.count(), 1);
}

#[test]
fn another_signal_asks_nothing() {
    let azure = azure();
    let step = step(&azure).input("on-cancel", "cancel");
    let mut terminal = Terminal::start(step.command());
    terminal.until(ACCEPTED);
    terminal.signal("TERM");
    let (status, written) = terminal.end();
    assert_eq!(status, Some(5), "{written}");
    assert!(!written.contains("[L/c]"), "{written}");
    assert_eq!(cancellations(&azure), 1, "{written}");
}
