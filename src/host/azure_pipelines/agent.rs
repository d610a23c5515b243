//! Stands in for the agent of Azure Pipelines: reads standard output as it does, but refuses what the agent would only
//! warn of.
//!
//! Source: `Command.cs` and the command extensions of Microsoft's azure-pipelines-agent.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

/// What begins a command.
const PREFIX: &str = "##vso[";
/// Issues of one type that the agent keeps for a task.
const MOST_ISSUES: usize = 10;
/// What the agent replaces, in its order.
const ESCAPES: [(&str, &str); 5] = [
    ("%3B", ";"),
    ("%0D", "\r"),
    ("%0A", "\n"),
    ("%5D", "]"),
    ("%AZP25", "%"),
];
/// What `##[…]` at the beginning of a line may say.
const MARKS: [&str; 7] = [
    "command", "debug", "endgroup", "error", "group", "section", "warning",
];

/// What a task has told the agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Variables by name.
    pub(crate) variables: BTreeMap<String, Variable>,
    /// What is masked from then on.
    pub(crate) secrets: Vec<String>,
    /// The issues that are kept, in order.
    pub(crate) issues: Vec<Issue>,
    /// Files to show on the run's page.
    pub(crate) summaries: Vec<PathBuf>,
    /// Per cent that were done, in order.
    pub(crate) progress: Vec<u8>,
    /// The lines that the page draws in another way: what they are, and their text.
    pub(crate) marks: Vec<(String, String)>,
    /// All other lines.
    pub(crate) log: Vec<String>,
}

/// A variable of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) value: String,
    pub(crate) is_output: bool,
    pub(crate) is_secret: bool,
}

/// An issue on the run's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    /// `error` or `warning`.
    pub(crate) kind: String,
    pub(crate) message: String,
    /// The file, the line and the column.
    pub(crate) place: [Option<String>; 3],
}

/// A command: its area and event, its properties and its message, unescaped.
struct Command {
    name: String,
    properties: HashMap<String, String>,
    message: String,
}

/// Reads what a task has printed.
///
/// # Errors
/// The line that the agent would refuse or not understand.
pub(crate) fn read(output: &str) -> Result<Told, String> {
    let mut told = Told::default();
    for line in output.split(['\n', '\r']) {
        let refused = |why: &str| format!("{why}: {line:?}");
        match command(line).map_err(refused)? {
            Some(command) => told.apply(command).map_err(|why| refused(&why))?,
            None => told.show(line).map_err(|why| refused(&why))?,
        }
    }
    Ok(told)
}

/// The command that is anywhere in a line.
fn command(line: &str) -> Result<Option<Command>, &'static str> {
    let Some(at) = line.to_ascii_lowercase().find(PREFIX) else {
        return Ok(None);
    };
    if at > 0 {
        return Err("a command behind other text");
    }
    let (head, message) = line[PREFIX.len()..].split_once(']').ok_or("no bracket")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let mut read = HashMap::new();
    for property in properties.split(';').filter(|text| !text.is_empty()) {
        let (name, value) = property.split_once('=').ok_or("a property without value")?;
        if read.insert(name.to_owned(), unescape(value)).is_some() {
            return Err("a property twice");
        }
    }
    Ok(Some(Command {
        name: name.to_owned(),
        properties: read,
        message: unescape(message),
    }))
}

fn unescape(text: &str) -> String {
    let unescaped = ESCAPES.iter();
    unescaped.fold(text.to_owned(), |text, (escaped, plain)| {
        text.replace(escaped, plain)
    })
}

impl Command {
    fn take(&mut self, name: &str) -> Option<String> {
        self.properties.remove(name)
    }

    fn flag(&mut self, name: &str) -> Result<bool, String> {
        match self.take(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(format!("{name} is {other:?}")),
        }
    }
}

impl Told {
    fn apply(&mut self, mut command: Command) -> Result<(), String> {
        match command.name.as_str() {
            "task.setvariable" => self.set_variable(&mut command)?,
            "task.setsecret" => self.set_secret(&command)?,
            "task.logissue" => self.log_issue(&mut command)?,
            "task.uploadsummary" => self.upload(&command)?,
            "task.setprogress" => self.set_progress(&mut command)?,
            other => return Err(format!("there is no command {other:?}")),
        }
        match command.properties.keys().next() {
            Some(other) => Err(format!("{} has no {other:?}", command.name)),
            None => Ok(()),
        }
    }

    fn set_variable(&mut self, command: &mut Command) -> Result<(), String> {
        let name = command.take("variable").ok_or("no name")?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins_well || !name.chars().all(is_part) {
            return Err(format!("a task could not read {name:?} in its environment"));
        }
        let variable = Variable {
            is_output: command.flag("isOutput")?,
            is_secret: command.flag("isSecret")?,
            value: command.message.clone(),
        };
        if variable.is_secret {
            self.set_secret(command)?;
        }
        self.variables.insert(name, variable);
        Ok(())
    }

    fn set_secret(&mut self, command: &Command) -> Result<(), String> {
        if command.message.contains(['\r', '\n']) {
            return Err("a secret with several lines".to_owned());
        }
        self.secrets.push(command.message.clone());
        Ok(())
    }

    fn log_issue(&mut self, command: &mut Command) -> Result<(), String> {
        let kind = command.take("type").ok_or("an issue without type")?;
        if !["error", "warning"].contains(&kind.as_str()) {
            return Err(format!("issues have no type {kind:?}"));
        }
        let place = ["sourcepath", "linenumber", "columnnumber"].map(|name| command.take(name));
        // It writes them to the log as well.
        if command.message.contains("##[") || command.message.to_ascii_lowercase().contains(PREFIX)
        {
            return Err("an issue with a command in it".to_owned());
        }
        let same = self.issues.iter().filter(|issue| issue.kind == kind);
        if same.count() < MOST_ISSUES {
            let message = command.message.clone();
            self.issues.push(Issue {
                kind,
                message,
                place,
            });
        }
        Ok(())
    }

    fn upload(&mut self, command: &Command) -> Result<(), String> {
        let path = Path::new(&command.message);
        if !path.is_absolute() || !path.is_file() {
            return Err("there is no such file".to_owned());
        }
        self.summaries.push(path.to_owned());
        Ok(())
    }

    fn set_progress(&mut self, command: &mut Command) -> Result<(), String> {
        let value = command.take("value").ok_or("no value")?;
        let value = value.parse().ok().filter(|value| *value <= 100);
        self.progress.push(value.ok_or("not per cent")?);
        Ok(())
    }

    /// A line that is no command.
    fn show(&mut self, line: &str) -> Result<(), String> {
        let Some((before, rest)) = line.split_once("##[") else {
            self.log.push(line.to_owned());
            return Ok(());
        };
        let (mark, text) = rest.split_once(']').ok_or("no bracket")?;
        if !before.is_empty() || !MARKS.contains(&mark) || text.contains("##[") {
            return Err("a mark that is none of ours".to_owned());
        }
        self.marks.push((mark.to_owned(), text.to_owned()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_anywhere_and_unescaped() {
        let told = read(
            "##vso[task.setvariable variable=a_b;isOutput=true]1%3B%AZP252%0A3]\r\n\
             ##vso[task.setsecret]hush\n##[group]Plan\nplain ::error::x\n##[endgroup]\n\
             ##vso[task.logissue type=error;sourcepath=a%3Bb%5D.json;linenumber=3;]no\n\
             ##VSO[task.setprogress value=42;]deploying",
        )
        .expect("all of it is right");
        let variable = Variable {
            value: "1;%2\n3]".to_owned(),
            is_output: true,
            is_secret: false,
        };
        assert_eq!(told.variables["a_b"], variable);
        assert_eq!(told.secrets, ["hush"]);
        let file = Some("a;b].json".to_owned());
        assert_eq!(told.issues[0].place, [file, Some("3".to_owned()), None]);
        assert_eq!(told.progress, [42]);
        assert_eq!(told.marks.len(), 2);
        assert!(told.log.contains(&"plain ::error::x".to_owned()));
    }

    #[test]
    fn what_the_agent_would_not_understand_is_refused() {
        for line in [
            "x ##vso[task.setsecret]a",
            "##vso[task.setsecret",
            "##vso[task.complete result=Failed]",
            "##vso[task.setvariable variable=a-b]x",
            "##vso[task.setvariable variable=a;isSecret=true]x%0Ay",
            "##vso[task.setvariable variable=a;forged=1]x",
            "##vso[task.logissue type=notice]x",
            "##vso[task.logissue type=error]##[section]x",
            "##vso[task.uploadsummary]/no/such/file.md",
            "##vso[task.setprogress value=101]x",
            "##[forged]x",
            "a ##[error]x",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn ten_issues_of_a_type_are_kept() {
        let lines = ["error", "warning"].map(|kind| {
            let line = format!("##vso[task.logissue type={kind};]x\n");
            line.repeat(12)
        });
        let told = read(&lines.concat()).expect("all of it is right");
        assert_eq!(told.issues.len(), 20);
    }
}
