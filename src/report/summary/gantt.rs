//! Parser for the part of Mermaid's language that our charts use, which refuses what Mermaid could read in another way.

/// What has a meaning in Mermaid or in what draws it, and is not in a name.
const FORBIDDEN: [char; 16] = [
    ':', ';', '#', '%', '`', '~', '"', '\'', '<', '>', '&', '{', '}', '\\', ',', '$',
];
const FORMATS: [&str; 3] = ["%M:%S", "%H:%M", "day %-d %H:%M"];
const TAGS: [&str; 6] = ["done", "crit", "active", "crit, done", "crit, active", ""];
/// Marks precede names, which could be keywords.
const MARKS: [&str; 4] = ["✓ ", "✗ ", "○ ", "… "];

/// Reads a chart and counts its tasks.
///
/// # Errors
/// The first line that is not ours.
pub(in crate::report) fn read(chart: &str) -> Result<usize, String> {
    let mut lines = chart.lines();
    let mut next = || lines.next().unwrap_or_default();
    let padding = next()
        .strip_prefix("%%{init: {\"gantt\": {\"leftPadding\": ")
        .and_then(|rest| rest.strip_suffix("}}}%%"))
        .ok_or("no directive")?;
    let is_number = padding.chars().all(|c| c.is_ascii_digit()) && !padding.is_empty();
    let head = [next(), next(), next(), next()];
    let is_axis = |line: &str| {
        let format = line.strip_prefix("    axisFormat ");
        format.is_some_and(|format| FORMATS.contains(&format))
    };
    let is_head = is_number
        && head[0] == "gantt"
        && head[1] == "    dateFormat YYYY-MM-DD HH:mm:ss"
        && is_axis(head[2])
        && head[3] == "    todayMarker off";
    if !is_head {
        return Err(format!("a foreign head: {padding} {head:?}"));
    }
    let (mut sections, mut tasks) = (0, 0);
    for line in lines {
        let text = line.strip_prefix("    ").ok_or("an indent that is none")?;
        if let Some(name) = text.strip_prefix("section ") {
            is_name(name)?;
            sections += 1;
        } else {
            task(text).map_err(|wrong| format!("{wrong}: {line}"))?;
            tasks += 1;
        }
    }
    if tasks > 0 && sections == 0 {
        return Err("a task outside of sections".to_owned());
    }
    Ok(tasks)
}

fn is_name(name: &str) -> Result<(), String> {
    let is_odd = |c: char| c.is_control() || FORBIDDEN.contains(&c);
    if name.trim().is_empty() || name.contains(is_odd) {
        return Err(format!("the name {name:?}"));
    }
    Ok(())
}

fn task(text: &str) -> Result<(), String> {
    let (name, data) = text.split_once(" :").ok_or("no colon")?;
    let mark = MARKS.iter().find_map(|mark| name.strip_prefix(mark));
    is_name(mark.ok_or("no mark")?)?;
    let mut parts = data.rsplitn(3, ", ");
    let (end, start) = (parts.next(), parts.next());
    let (end, start) = end.zip(start).ok_or("no dates")?;
    if !is_date(start) || !is_date(end) || start >= end {
        return Err(format!("the dates {start}, {end}"));
    }
    let tags = parts.next().unwrap_or_default();
    TAGS.contains(&tags)
        .then_some(())
        .ok_or_else(|| format!("the tags {tags}"))
}

/// Whether it is as `2001-01-01 00:00:00`.
fn is_date(text: &str) -> bool {
    jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", text).is_ok() && text.len() == 19
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{
        super::mermaid::{self, Task, TaskState},
        *,
    };
    use crate::testing::hostile;

    const HEAD: &str = "%%{init: {\"gantt\": {\"leftPadding\": 48}}}%%\ngantt\n    dateFormat YYYY-MM-DD HH:mm:ss\n    axisFormat %H:%M\n    todayMarker off\n";

    #[test]
    fn only_our_lines_are_read() {
        let task = "    ✓ afw 1m :crit, done, 2001-01-01 00:00:00, 2001-01-01 00:01:00\n";
        assert_eq!(read(&format!("{HEAD}    section hub\n{task}{task}")), Ok(2));
        for line in [
            "    click a href \"https://evil.example\"\n",
            "    section a:b\n",
            "    section \n",
            "%% comment\n",
            "    ✓ a;b 1m :done, 2001-01-01 00:00:00, 2001-01-01 00:01:00\n",
            "    afw 1m :done, 2001-01-01 00:00:00, 2001-01-01 00:01:00\n",
            "    ✓ afw 1m :milestone, 2001-01-01 00:00:00, 2001-01-01 00:01:00\n",
            "    ✓ afw 1m :done, 2001-01-01 00:00:00, 1d\n",
            "    ✓ afw 1m :done, 2001-01-01 00:01:00, 2001-01-01 00:01:00\n",
            "\n",
        ] {
            assert!(
                read(&format!("{HEAD}    section hub\n{line}")).is_err(),
                "{line}"
            );
        }
        assert!(read(&format!("{HEAD}{task}")).is_err());
    }

    proptest! {
        #[test]
        fn any_names_make_a_chart(names in hostile::texts(4), times in prop::array::uniform3(0_u64..400_000)) {
            let states = [TaskState::Done, TaskState::Failed, TaskState::Cancelled, TaskState::Running];
            let tasks = names.iter().zip(states).map(|(name, state)| Task {
                name,
                state,
                critical: times[0] % 2 == 0,
                start: Duration::from_secs(times[1]),
                length: Duration::from_secs(times[2]),
            });
            let sections = [(names[3].clone(), tasks.collect::<Vec<_>>())];
            let chart = mermaid::chart(Duration::from_secs(times[0]), &sections);
            let content = chart.strip_prefix("```mermaid\n").and_then(|rest| rest.strip_suffix("```\n"));
            prop_assert_eq!(read(content.expect("one fence")), Ok(4));
        }
    }
}
