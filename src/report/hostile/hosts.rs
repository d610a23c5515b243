//! What each host finds in the traces of a run, read by strict stand-ins of theirs.

use std::{collections::BTreeMap, path::Path};

use crate::host::{Kept, agent, commands, gitlab_reader, grammar};

/// Commands to GitHub that we write, and the properties that they have.
const OURS: [&str; 7] = [
    "add-mask", "debug", "endgroup", "error", "group", "notice", "warning",
];
const PROPERTIES: [&str; 4] = ["title", "file", "line", "col"];

/// A host in which a run happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    GitHub,
    Forgejo,
    AzurePipelines,
    GitLab,
    Terminal,
}

/// What a host found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) outputs: BTreeMap<String, String>,
    /// The summary; empty where there is none.
    pub(super) summary: String,
}

impl Where {
    pub(super) const ALL: [Self; 5] = [
        Self::GitHub,
        Self::Forgejo,
        Self::AzurePipelines,
        Self::GitLab,
        Self::Terminal,
    ];

    /// A variable of its environment; its files are in `folder`.
    pub(super) fn variable(self, name: &str, folder: &Path) -> Option<String> {
        let known: &[&str] = match self {
            Self::GitHub => &["GITHUB_ACTIONS"],
            Self::Forgejo => &["GITHUB_ACTIONS", "FORGEJO_ACTIONS"],
            Self::AzurePipelines => &["TF_BUILD", "SYSTEM_DEBUG"],
            Self::GitLab => &["GITLAB_CI"],
            Self::Terminal => &[],
        };
        match name {
            "RUNNER_DEBUG" => Some("1".to_owned()),
            "AGENT_TEMPDIRECTORY" | "CI_PROJECT_DIR" => Some(folder.display().to_string()),
            "GITHUB_OUTPUT" | "GITHUB_STATE" | "GITHUB_STEP_SUMMARY" => {
                Some(folder.join(name).display().to_string())
            }
            _ => known.contains(&name).then(|| "true".to_owned()),
        }
    }

    /// Reads what a run has left; an error is something that is not ours.
    pub(super) fn read(self, log: &Kept, folder: &Path) -> Result<Found, String> {
        let log = log.text();
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        match self {
            Self::GitHub | Self::Forgejo => {
                check_commands(&log)?;
                let is_mask = |line: &&str| line.starts_with("::add-mask::");
                check_escapes(log.lines().filter(|line| !is_mask(line)))?;
                let outputs = read("GITHUB_OUTPUT");
                Ok(Found {
                    outputs: grammar::parse(&outputs)
                        .map_err(|wrong| format!("{wrong}\n{outputs}"))?,
                    summary: read("GITHUB_STEP_SUMMARY"),
                })
            }
            Self::AzurePipelines => of_agent(&agent::read(&log)?),
            Self::GitLab => {
                gitlab_reader::sections(&log)?;
                no_marks(&log)?;
                check_escapes(log.lines())?;
                Ok(Found {
                    outputs: gitlab_reader::variables(&read("long-deploy.env"))?,
                    summary: String::new(),
                })
            }
            Self::Terminal => {
                no_marks(&log)?;
                check_escapes(log.lines())?;
                Ok(Found {
                    outputs: BTreeMap::new(),
                    summary: String::new(),
                })
            }
        }
    }
}

fn check_commands(log: &str) -> Result<(), String> {
    for command in commands::commands(log) {
        let names = command.properties.iter().map(|(name, _)| name.as_str());
        let foreign = names.clone().find(|name| !PROPERTIES.contains(name));
        if foreign.is_some() || !OURS.contains(&command.name.as_str()) {
            return Err(format!("{command:?}\n{log}"));
        }
    }
    Ok(())
}

/// The variables that are ours, and the page that is shown.
fn of_agent(told: &agent::Told) -> Result<Found, String> {
    let rising = told.progress.is_sorted_by(|before, after| before < after);
    if !rising {
        return Err(format!("progress goes back: {:?}", told.progress));
    }
    let titles = told.marks.iter().map(|(_, text)| text.as_str());
    check_escapes(told.log.iter().map(String::as_str).chain(titles))?;
    let pages = told.summaries.iter().map(std::fs::read_to_string);
    let pages = pages.collect::<Result<Vec<_>, _>>();
    let variables = told.variables.iter();
    Ok(Found {
        outputs: variables
            .map(|(name, variable)| (name.clone(), variable.value.clone()))
            .collect(),
        summary: pages.map_err(|error| error.to_string())?.concat(),
    })
}

/// Where there are no commands, what others would take for one is broken all the same.
fn no_marks(log: &str) -> Result<(), String> {
    let wrong = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
    match log.lines().find(wrong) {
        Some(line) => Err(format!("a command: {line:?}")),
        None => Ok(()),
    }
}

/// Escape sequences in what is shown are colours or marks of sections; nothing else moves the cursor or hides text.
fn check_escapes<'a>(shown: impl Iterator<Item = &'a str>) -> Result<(), String> {
    for sequence in shown.flat_map(|line| line.split('\u{1b}').skip(1)) {
        let rest = sequence.strip_prefix('[').unwrap_or_default();
        let end = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if !end.starts_with('m') && !rest.starts_with("0K") {
            return Err(format!("an escape sequence of others: {sequence:?}"));
        }
    }
    Ok(())
}
