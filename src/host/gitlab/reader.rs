//! Reads log and variables of a job as GitLab does, but refuses what GitLab would only ignore.
//!
//! Source: `Gitlab::Ci::Ansi2json` and `ParseDotenvArtifactService` of GitLab.

use std::collections::{BTreeMap, BTreeSet};

/// The most of a report of variables, in bytes.
const LONGEST: usize = 5_120;
/// The most variables in it.
const MOST: usize = 20;
/// What is around the mark of a section.
const MARK: [&str; 2] = ["\u{1b}[0Ksection_", "\r\u{1b}[0K"];

/// The titles of the sections in a log.
///
/// # Errors
/// The mark of a section that GitLab would not understand.
pub(crate) fn sections(log: &str) -> Result<Vec<String>, String> {
    let (mut titles, mut names, mut open) = (Vec::new(), BTreeSet::new(), None);
    for line in log.split('\n') {
        let Some(mark) = line.strip_prefix(MARK[0]) else {
            match line.contains("\u{1b}[0K") || line.contains('\r') {
                true => return Err(format!("a mark of others: {line:?}")),
                false => continue,
            }
        };
        let wrong = || format!("no mark of a section: {line:?}");
        let (mark, title) = mark.split_once(MARK[1]).ok_or_else(wrong)?;
        let mut parts = mark.splitn(3, ':');
        let mut part = || parts.next().ok_or_else(wrong);
        let (kind, time, name) = (part()?, part()?, part()?);
        time.parse::<u64>().map_err(|_| wrong())?;
        let name = name.strip_suffix("[collapsed=true]").unwrap_or(name);
        match (kind, open.take()) {
            ("start", None) if names.insert(name.to_owned()) => {
                open = Some(name.to_owned());
                titles.push(title.to_owned());
            }
            ("end", Some(begun)) if begun == name && title.is_empty() => {}
            _ => return Err(wrong()),
        }
    }
    Ok(titles)
}

/// The variables in a report of variables.
///
/// # Errors
/// Why GitLab would take none of them.
pub(crate) fn variables(text: &str) -> Result<BTreeMap<String, String>, String> {
    if text.len() > LONGEST {
        return Err(format!("{} bytes", text.len()));
    }
    let mut variables = BTreeMap::new();
    for line in text.split_terminator('\n') {
        let (name, value) = line.split_once('=').ok_or(format!("no = in {line:?}"))?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(is_part) || value.contains(['\r', '\0']) {
            return Err(format!("no variable: {line:?}"));
        }
        if variables
            .insert(name.to_owned(), value.to_owned())
            .is_some()
        {
            return Err(format!("{name} twice"));
        }
    }
    match variables.len() > MOST {
        true => Err(format!("{} variables", variables.len())),
        false => Ok(variables),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_names_of_their_own_and_end() {
        let mark = |kind: &str, name: &str, title: &str| {
            format!("\u{1b}[0Ksection_{kind}:17:{name}\r\u{1b}[0K{title}\n")
        };
        let (start, end) = (
            mark("start", "a[collapsed=true]", "Plan"),
            mark("end", "a", ""),
        );
        let good = format!("x\n{start}y\n{end}z");
        assert_eq!(sections(&good), Ok(vec!["Plan".to_owned()]));
        for wrong in [
            format!("{good}\n{start}{end}"),
            format!("{start}{start}"),
            end.clone(),
            format!("x{start}"),
            format!("{start}{}", mark("end", "b", "")),
            "a\rb".to_owned(),
        ] {
            assert!(sections(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_report_of_variables_has_limits() {
        assert_eq!(variables("a=1=2\nb=\n").expect("right")["a"], "1=2");
        let most = |count: usize| {
            (0..count)
                .map(|at| format!("v{at}=x\n"))
                .collect::<String>()
        };
        assert!(variables(&most(20)).is_ok());
        for wrong in [
            &most(21),
            "a-b=1\n",
            "# comment\n",
            "a=1\n\nb=2",
            "a=1\r\n",
            "a=1\na=2\n",
            &format!("a={}", "x".repeat(5_119)),
        ] {
            assert!(variables(wrong).is_err(), "{wrong:?}");
        }
    }
}
