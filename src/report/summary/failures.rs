//! Why it ended as it did, and what to do next: what a tired person wants to know first.

use super::budget::{Frame, MESSAGE, NAME, Room};
use crate::{
    host::text::cut,
    report::words::{
        advice::Step,
        hints::Hint,
        markdown::{code, escape, link, paragraph},
        phrase::capitalize,
        reason::Reason,
        verdict::{Mood, Verdict},
    },
};

const REASONS: usize = 20;

/// The reasons for `verdict` in a box of their own.
pub(super) fn reasons(verdict: &Verdict, room: &mut Room) -> String {
    let head = match verdict.mood {
        Mood::Bad => "> [!CAUTION]\n",
        Mood::Good | Mood::Doubtful => "> [!WARNING]\n",
    };
    let frame = Frame {
        head,
        foot: "",
        most: REASONS,
    };
    let lines = verdict
        .reasons
        .iter()
        .map(|reason| format!("> - {}\n", item(reason)));
    room.lines(frame, lines)
}

/// The steps are our own words, with Markdown's back-ticks; only the commands hold foreign names.
pub(super) fn steps(steps: &[Step], room: &mut Room) -> String {
    let frame = Frame {
        head: "### What to do next\n\n",
        foot: "",
        most: usize::MAX,
    };
    let lines = steps.iter().map(|step| {
        let text = capitalize(step.text);
        match &step.command {
            Some(command) => format!("- {text}: {}\n", code(command)),
            None => format!("- {text}\n"),
        }
    });
    room.lines(frame, lines)
}

fn item(reason: &Reason) -> String {
    let place = if reason.place.is_empty() {
        String::new()
    } else {
        let place = cut(&reason.place, 3 * NAME);
        let linked = reason.url.as_deref().map(|url| link(&place, url));
        format!(" at **{}**", linked.unwrap_or_else(|| escape(&place)))
    };
    let title = code(&cut(&reason.title, NAME));
    let message = paragraph(&cut(&reason.message, MESSAGE));
    let hint = reason.hint.as_ref().map(hint).unwrap_or_default();
    format!("{title}{place}<br>{message}{hint}")
}

/// What mends a cause, on a line of its own.
fn hint(hint: &Hint) -> String {
    let text = escape(&capitalize(&hint.text));
    match &hint.command {
        Some(command) => format!("<br>💡 {text}: {}", code(command)),
        None => format!("<br>💡 {text}"),
    }
}
