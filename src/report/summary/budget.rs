//! The size of a summary: GitHub drops one that is over its limit, so sections share what there is.

/// Characters of a name and of a message that are shown.
pub(super) const NAME: usize = 150;
pub(super) const MESSAGE: usize = 1_500;

/// What is left for the sections that are still to be written.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
    /// Whether something had to go for want of room.
    shortened: bool,
}

/// Lines with what stands around them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) head: &'a str,
    pub(super) foot: &'a str,
    /// Lines that people want to see, however much room there is.
    pub(super) most: usize,
}

/// Bytes of the line that counts the rest.
const COUNT: usize = 40;

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            left: bytes,
            shortened: false,
        }
    }

    /// Whether something had to go for want of room.
    pub(super) fn is_shortened(&self) -> bool {
        self.shortened
    }

    /// `section`, or nothing if there is no room for it.
    pub(super) fn whole(&mut self, section: String) -> String {
        if section.len() > self.left {
            self.shortened = true;
            return String::new();
        }
        self.left -= section.len();
        section
    }

    /// The first of `lines` in their `frame`, and the number of the others; nothing if there are none.
    pub(super) fn lines<L: ExactSizeIterator<Item = String>>(
        &mut self,
        frame: Frame<'_>,
        lines: L,
    ) -> String {
        let count = lines.len();
        let mut room = self
            .left
            .saturating_sub(frame.head.len() + frame.foot.len() + COUNT);
        let mut text = frame.head.to_owned();
        let mut shown = 0;
        for line in lines.take(frame.most) {
            if line.len() > room {
                self.shortened = true;
                break;
            }
            room -= line.len();
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

    fn lines(room: &mut Room, most: usize, count: usize) -> String {
        let frame = Frame {
            head: "<\n",
            foot: ">\n",
            most,
        };
        let lines: Vec<String> = (0..count).map(|n| format!("line {n}\n")).collect();
        room.lines(frame, lines.into_iter())
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut room = Room::new(1_000);
        assert_eq!(lines(&mut room, 9, 2), "<\nline 0\nline 1\n>\n");
        assert_eq!(lines(&mut room, 1, 3), "<\nline 0\n\n… and 2 more\n>\n");
        assert_eq!(lines(&mut room, 1, 0), "");
        assert!(!room.is_shortened(), "nobody wants to see more");

        let mut room = Room::new(60);
        assert_eq!(
            lines(&mut room, 9, 9),
            "<\nline 0\nline 1\n\n… and 7 more\n>\n"
        );
        assert!(room.is_shortened());
        assert_eq!(lines(&mut room, 9, 9), "");
        assert_eq!(room.whole("x".repeat(60)), "");
    }
}
