//! One line of the log.

use super::text;

/// Maximum length of a line in characters: GitHub's live log cuts at 1,024.
const WIDTH: usize = 1_000;

/// The meaning of a part of a line, which determines its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Ordinary text.
    Plain,
    /// Emphasised.
    Strong,
    /// Less important.
    Faint,
    /// In progress.
    Busy,
    /// Successful.
    Good,
    /// Needs attention.
    Doubtful,
    /// Failed.
    Bad,
}

impl Style {
    /// Its SGR code, limited to colours that are legible in both themes of GitHub's log.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("90"),
            Self::Busy => Some("36"),
            Self::Good => Some("32"),
            Self::Doubtful => Some("33"),
            Self::Bad => Some("31"),
        }
    }
}

/// A line of the log. Any text stays on one line and is never interpreted as a workflow command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(Style, String)>);

impl Line {
    /// A line of plain text.
    #[must_use]
    pub(crate) fn plain(text: &str) -> Self {
        Self::default().with(Style::Plain, text)
    }

    /// Appends `text`.
    #[must_use]
    pub(crate) fn with(mut self, style: Style, text: &str) -> Self {
        self.0.push((style, text::one_line(text)));
        self
    }

    /// The text of the line without its end, with ANSI colours if `colour`.
    #[must_use]
    pub(crate) fn render(&self, colour: bool) -> String {
        let mut left = WIDTH;
        let mut line = String::new();
        for (style, text) in &self.0 {
            if left == 0 {
                break;
            }
            let shown = text::cut(text, left);
            left = left.saturating_sub(shown.chars().count());
            match style.code().filter(|_| colour && !shown.is_empty()) {
                Some(code) => line.extend(["\u{1b}[", code, "m", &shown, "\u{1b}[0m"]),
                None => line.push_str(&shown),
            }
        }
        text::disarm(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_broken_even_across_pieces() {
        let line = Line::plain(" :")
            .with(Style::Plain, ":error::##")
            .with(Style::Plain, "[error]\n::warning::x\u{1b}[2J");
        assert_eq!(line.render(false), " : :error::## [error] ::warning::x[2J");
    }

    #[test]
    fn colours_surround_pieces() {
        let line = Line::plain("is ").with(Style::Good, "fine");
        assert_eq!(line.render(true), "is \u{1b}[32mfine\u{1b}[0m");
        assert_eq!(line.render(false), "is fine");
    }

    #[test]
    fn long_lines_are_cut() {
        let line = Line::plain(&"ä".repeat(999))
            .with(Style::Bad, "bad")
            .with(Style::Bad, "worse");
        let shown = line.render(false);
        assert_eq!(shown.chars().count(), WIDTH);
        assert!(shown.ends_with("ä…"), "{shown}");
    }
}
