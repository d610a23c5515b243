//! The last row of a terminal: written anew instead of scrolling away.
//!
//! Lines of the log stand above it. To write a line, the row is taken away first and drawn again below.

use crate::host::text;

/// Takes the row away: back to its beginning, then everything behind it.
const CLEAR: &str = "\r\u{1b}[K";
/// Columns of a terminal that does not tell them.
const COLUMNS: usize = 80;
/// Fewer than these hold nothing worth reading.
const NARROWEST: usize = 10;

/// What stands in the last row. A question takes the place of the status until it is answered.
#[derive(Debug)]
pub(in crate::host) struct Live {
    /// How many columns the terminal has at the moment.
    columns: fn() -> Option<usize>,
    has_colour: bool,
    status: String,
    question: Option<String>,
    is_drawn: bool,
}

impl Live {
    pub(in crate::host) fn new(columns: fn() -> Option<usize>, has_colour: bool) -> Self {
        Self {
            columns,
            has_colour,
            status: String::new(),
            question: None,
            is_drawn: false,
        }
    }

    /// Shows `status` from the next time that it is drawn; empty for none.
    pub(in crate::host) fn set_status(&mut self, status: &str) {
        self.status = text::one_line(status);
    }

    /// Asks something instead, until it is `None`.
    pub(in crate::host) fn set_question(&mut self, question: Option<&str>) {
        self.question = question.map(text::one_line);
    }

    /// What takes the row away.
    pub(in crate::host) fn clear(&mut self) -> &'static str {
        if std::mem::take(&mut self.is_drawn) {
            CLEAR
        } else {
            ""
        }
    }

    /// What draws the row where it is not drawn.
    pub(in crate::host) fn draw(&mut self) -> String {
        let columns = (self.columns)().unwrap_or(COLUMNS);
        let text = self.question.as_ref().unwrap_or(&self.status);
        // A full row would make some terminals begin another one.
        let shown = fit(text, columns.saturating_sub(1));
        self.is_drawn = !shown.is_empty();
        match self.has_colour && self.is_drawn && self.question.is_none() {
            true => format!("\u{1b}[90m{shown}\u{1b}[0m"),
            false => shown,
        }
    }
}

/// As much of `text` as fits, with an ellipsis if it was cut; empty where hardly anything does.
fn fit(text: &str, columns: usize) -> String {
    if columns < NARROWEST {
        return String::new();
    }
    if text.chars().map(width).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(width('…'));
    let fitting = text.chars().take_while(|character| {
        let rest = left.checked_sub(width(*character));
        left = rest.unwrap_or(0);
        rest.is_some()
    });
    fitting.chain(['…']).collect()
}

/// The most columns that a character takes: what is not ASCII may take two, depending on the terminal.
fn width(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live() -> Live {
        Live::new(|| Some(30), false)
    }

    #[test]
    fn what_was_drawn_is_taken_away_once() {
        let mut live = live();
        assert_eq!(live.clear(), "");
        live.set_status("3/9 done");
        assert_eq!(live.draw(), "3/9 done");
        assert_eq!(live.clear(), CLEAR);
        assert_eq!(live.clear(), "");
        live.set_status("");
        assert_eq!((live.draw().as_str(), live.clear()), ("", ""));
    }

    #[test]
    fn it_fits_into_the_row() {
        for (text, expected) in [
            ("a".repeat(29), "a".repeat(29)),
            ("a".repeat(30), format!("{}…", "a".repeat(27))),
            ("ä".repeat(14), "ä".repeat(14)),
            ("東".repeat(15), format!("{}…", "東".repeat(13))),
        ] {
            let mut live = live();
            live.set_status(&text);
            assert_eq!(live.draw(), expected);
        }
        let mut narrow = Live::new(|| Some(5), false);
        narrow.set_status("3/9 done");
        assert_eq!(narrow.draw(), "");
        let mut unknown = Live::new(|| None, false);
        unknown.set_status(&"a".repeat(200));
        assert_eq!(unknown.draw().chars().count(), 78);
    }

    #[test]
    fn no_text_moves_the_cursor() {
        let mut live = Live::new(|| Some(30), true);
        live.set_status("a\n\u{1b}[2Jb\r");
        assert_eq!(live.draw(), "\u{1b}[90ma [2Jb \u{1b}[0m");
    }

    #[test]
    fn a_question_stands_in_front_of_the_status() {
        let mut live = Live::new(|| Some(30), true);
        live.set_status("3/9 done");
        live.set_question(Some("leave? "));
        live.set_status("4/9 done");
        assert_eq!(live.draw(), "leave? ");
        live.set_question(None);
        assert_eq!(live.draw(), "\u{1b}[90m4/9 done\u{1b}[0m");
    }
}
