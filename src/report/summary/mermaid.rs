//! A Mermaid gantt chart of untrusted names.

use std::time::Duration;

use crate::{host::text, report::words::duration};

/// Maximum lengths of a task's and of a section's name, in characters.
const NAME: usize = 60;
const SECTION: usize = 30;
/// Pixels for each character of a section's name, and around the name.
const CHARACTER: usize = 6;
const MARGIN: usize = 30;
/// Punctuation that has no meaning in Mermaid: it ends no name and starts no comment, directive, entity or code fence.
const HARMLESS: &str = " -_./()›";

/// A bar of a chart.
#[derive(Clone, Debug)]
pub(super) struct Task<'a> {
    pub(super) name: &'a str,
    pub(super) state: TaskState,
    /// Whether the end waited for it.
    pub(super) critical: bool,
    pub(super) start: Duration,
    pub(super) length: Duration,
}

/// A task's state, which decides its mark and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskState {
    Done,
    Failed,
    Cancelled,
    Running,
}

/// A chart in a code fence, from 0 to `length`. Each section has a name and tasks.
pub(super) fn chart(length: Duration, sections: &[(String, Vec<Task<'_>>)]) -> String {
    let names = sections.iter().map(|(name, _)| harmless(name, SECTION));
    let names: Vec<String> = names.collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    let left = CHARACTER * widest.unwrap_or_default() + MARGIN;
    let mut text = format!(
        "```mermaid\n%%{{init: {{\"gantt\": {{\"leftPadding\": {left}}}}}}}%%\ngantt\n    \
         dateFormat YYYY-MM-DD HH:mm:ss\n    axisFormat {}\n    todayMarker off\n",
        axis(length)
    );
    for (name, (_, tasks)) in names.iter().zip(sections) {
        text.push_str(&format!("    section {name}\n"));
        for task in tasks {
            text.push_str(&format!("    {}\n", line(task)));
        }
    }
    text.push_str("```\n");
    text
}

/// A task's line. A mark precedes the name, because a name alone could be a keyword or a date in Mermaid.
fn line(task: &Task<'_>) -> String {
    let (mark, tag) = match task.state {
        TaskState::Done => ('✓', "done, "),
        TaskState::Failed => ('✗', "crit, "),
        TaskState::Cancelled => ('○', "done, "),
        TaskState::Running => ('…', "active, "),
    };
    let critical = if task.critical && task.state != TaskState::Failed {
        "crit, "
    } else {
        ""
    };
    let end = task.start + task.length.max(Duration::from_secs(1));
    format!(
        "{mark} {} {} :{critical}{tag}{}, {}",
        harmless(task.name, NAME),
        duration::show(task.length),
        date(task.start),
        date(end)
    )
}

/// The first `most` characters of `name`; all but letters, digits and harmless punctuation become underscores.
fn harmless(name: &str, most: usize) -> String {
    let name = text::cut(text::one_line(name).trim(), most);
    let harmless = |c: char| {
        if c.is_alphanumeric() || HARMLESS.contains(c) {
            c
        } else if c == '…' {
            '.'
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(harmless).collect();
    if name.is_empty() {
        "_".to_owned()
    } else {
        name
    }
}

/// The format of the axis: minutes and seconds, hours and minutes, or days as well.
fn axis(length: Duration) -> &'static str {
    match length.as_secs() {
        0..600 => "%M:%S",
        600..86_400 => "%H:%M",
        _ => "day %-d %H:%M",
    }
}

/// `time` after midnight of a day without a daylight-saving change, because browsers use their local time zone.
fn date(time: Duration) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let after = jiff::SignedDuration::from_secs(seconds);
    let date = jiff::civil::date(2001, 1, 1).to_datetime(jiff::civil::Time::midnight());
    let date = date.saturating_add(after);
    date.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::stories::minutes;

    fn task(name: &str, state: TaskState, critical: bool) -> Task<'_> {
        Task {
            name,
            state,
            critical,
            start: minutes(2),
            length: minutes(61),
        }
    }

    #[test]
    fn a_task_says_how_it_is_doing() {
        for (state, critical, expected) in [
            (TaskState::Done, false, "✓ afw 1h 1m :done, "),
            (TaskState::Done, true, "✓ afw 1h 1m :crit, done, "),
            (TaskState::Failed, true, "✗ afw 1h 1m :crit, "),
            (TaskState::Cancelled, false, "○ afw 1h 1m :done, "),
            (TaskState::Running, true, "… afw 1h 1m :crit, active, "),
        ] {
            let expected = format!("{expected}2001-01-01 00:02:00, 2001-01-01 01:03:00");
            assert_eq!(line(&task("afw", state, critical)), expected);
        }
    }

    #[test]
    fn names_cannot_leave_their_place() {
        for (name, expected) in [
            ("afw-hub (1.2)", "afw-hub (1.2)"),
            (
                "a:done, 2001-01-01;b#58;%%{init}",
                "a_done_ 2001-01-01_b_58____init_",
            ),
            ("x\n```\n<script>", "x ___ _script_"),
            ("\"quoted\" & [link](x)", "_quoted_ _ _link_(x)"),
            ("Zürich 東京 › vnet", "Zürich 東京 › vnet"),
            ("\u{202e}", "_"),
        ] {
            assert_eq!(harmless(name, NAME), expected);
        }
        assert_eq!(
            harmless(&"x".repeat(500), NAME).chars().count(),
            NAME,
            "long names are cut"
        );
    }

    #[test]
    fn the_axis_suits_the_length() {
        assert_eq!(axis(minutes(5)), "%M:%S");
        assert_eq!(axis(minutes(130)), "%H:%M");
        assert_eq!(axis(minutes(60 * 50)), "day %-d %H:%M");
        assert_eq!(date(minutes(60 * 49)), "2001-01-03 01:00:00");
        assert!(date(Duration::MAX).starts_with("9999-"));
    }

    proptest! {
        #[test]
        fn a_line_has_one_colon_before_its_dates(name in any::<String>()) {
            let line = line(&task(&name, TaskState::Done, false));
            let (before, _) = line.split_once(" :done, ").expect("the tag follows the name");
            let forbidden = [':', ';', '#', '%', '`', '"', '\'', '<', '>', '&', '{', '}', '\n', '\\', ','];
            prop_assert!(!before.contains(forbidden));
        }
    }
}
