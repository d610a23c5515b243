//! Why the run ended like this, and what to do next. These come first on the page.

use super::budget::{Budget, Frame, MESSAGE, NAME};
use crate::{
    host::text::cut,
    report::words::{
        advice::NextStep,
        hints::Hint,
        markdown::{code, escape, link, paragraph},
        phrase::capitalize,
        reason::Reason,
        verdict::{Outcome, Verdict},
    },
};

const REASONS: usize = 20;

/// The reasons for `verdict` as an alert box.
pub(super) fn reasons(verdict: &Verdict, budget: &mut Budget) -> String {
    let head = match verdict.outcome {
        Outcome::Failure => "> [!CAUTION]\n",
        Outcome::Success | Outcome::Warning => "> [!WARNING]\n",
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
    budget.lines(frame, lines)
}

/// The suggestions. Their texts are our own and may contain Markdown's back-ticks; only commands contain foreign names.
pub(super) fn steps(steps: &[NextStep], budget: &mut Budget) -> String {
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
    budget.lines(frame, lines)
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

/// The hint on a line of its own.
fn hint(hint: &Hint) -> String {
    let text = escape(&capitalize(&hint.text));
    match &hint.command {
        Some(command) => format!("<br>💡 {text}: {}", code(command)),
        None => format!("<br>💡 {text}"),
    }
}
