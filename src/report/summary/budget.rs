//! The size of a summary. A host rejects one that exceeds its limit, so the sections share a number of bytes.

/// Maximum lengths of a name and of a message, in characters.
pub(super) const NAME: usize = 150;
pub(super) const MESSAGE: usize = 1_500;

/// The bytes left for the sections that are not written yet.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    /// Whether something was left out.
    shortened: bool,
}

/// The text around lines, and their number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) head: &'a str,
    pub(super) foot: &'a str,
    /// Maximum number of lines, even if more would fit.
    pub(super) most: usize,
}

/// Bytes reserved for the line that counts the omitted lines.
const COUNT: usize = 40;

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            left: bytes,
            shortened: false,
        }
    }

    /// Whether something was left out because the budget was exhausted.
    pub(super) fn is_shortened(&self) -> bool {
        self.shortened
    }

    /// `section`, or an empty text if it does not fit.
    pub(super) fn section(&mut self, section: String) -> String {
        if section.len() > self.left {
            self.shortened = true;
            return String::new();
        }
        self.left -= section.len();
        section
    }

    /// The first of `lines` in their `frame`, and the number of the others; empty if no line fits.
    pub(super) fn lines<L: ExactSizeIterator<Item = String>>(
        &mut self,
        frame: Frame<'_>,
        lines: L,
    ) -> String {
        let count = lines.len();
        let mut budget = self
            .left
            .saturating_sub(frame.head.len() + frame.foot.len() + COUNT);
        let mut text = frame.head.to_owned();
        let mut shown = 0;
        for line in lines.take(frame.most) {
            if line.len() > budget {
                self.shortened = true;
                break;
            }
            budget -= line.len();
            text.push_str(&line);
            shown += 1;
        }
        if shown == 0 {
            return String::new();
        }
        if shown < count {
            text.push_str(&format!("\n… and {} more\n", count - shown));
        }
        text.push_str(frame.foot);
        self.left = self.left.saturating_sub(text.len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(budget: &mut Budget, most: usize, count: usize) -> String {
        let frame = Frame {
            head: "<\n",
            foot: ">\n",
            most,
        };
        let lines: Vec<String> = (0..count).map(|n| format!("line {n}\n")).collect();
        budget.lines(frame, lines.into_iter())
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut budget = Budget::new(1_000);
        assert_eq!(lines(&mut budget, 9, 2), "<\nline 0\nline 1\n>\n");
        assert_eq!(lines(&mut budget, 1, 3), "<\nline 0\n\n… and 2 more\n>\n");
        assert_eq!(lines(&mut budget, 1, 0), "");
        assert!(!budget.is_shortened(), "nobody wants to see more");

        let mut budget = Budget::new(60);
        assert_eq!(
            lines(&mut budget, 9, 9),
            "<\nline 0\nline 1\n\n… and 7 more\n>\n"
        );
        assert!(budget.is_shortened());
        assert_eq!(lines(&mut budget, 9, 9), "");
        assert_eq!(budget.section("x".repeat(60)), "");
    }
}
