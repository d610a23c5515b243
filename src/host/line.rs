//! One line of the log.

use super::text;

/// Characters of a line that are shown: GitHub's live log cuts at 1,024.
const WIDTH: usize = 1_000;

/// What a piece of a line is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Ordinary text.
    Plain,
    /// What matters most.
    Strong,
    /// What matters least.
    Faint,
    /// Under way.
    Busy,
    /// Well done.
    Good,
    /// To be watched.
    Doubtful,
    /// Gone wrong.
    Bad,
}

impl Style {
    /// Its SGR code, among the colours that GitHub's log shows in its light and its dark theme.
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

/// A line of the log. Whatever text goes in, it stays one line and cannot pass for a command of the runner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(Style, String)>);

impl Line {
    /// A line of plain text.
    #[must_use]
    pub(crate) fn plain(text: &str) -> Self {
        Self::default().with(Style::Plain, text)
    }

    /// The line with `text` at its end.
    #[must_use]
    pub(crate) fn with(mut self, style: Style, text: &str) -> Self {
        self.0.push((style, text::one_line(text)));
        self
    }

    /// The line's text as it is shown, without its end; with ANSI colours if `colour`.
    #[must_use]
    pub(crate) fn render(&self, colour: bool) -> String {
        let mut room = WIDTH;
        let mut line = String::new();
        for (style, text) in &self.0 {
            if room == 0 {
                break;
            }
            let shown = text::cut(text, room);
            room = room.saturating_sub(shown.chars().count());
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
