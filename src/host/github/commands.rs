//! Parser for the runner's commands in the log, which takes for a command whatever the runner could.

/// Characters that the runner's comparisons of texts ignore.
const IGNORED: [char; 8] = [
    '\0', '\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{34f}',
];

/// A command in a line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// Such as `error`.
    pub(crate) name: String,
    /// Names and values, unescaped.
    pub(crate) properties: Vec<(String, String)>,
    /// What follows it, unescaped.
    pub(crate) data: String,
}

/// The commands in `log`. Its lines end at CR and LF; other breaks of lines are none to the runner, and only a mask, which
/// must be the very text of a secret, may have them.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    let lines = log.split(['\n', '\r']);
    let lines = lines.flat_map(|line| match line.strip_prefix("::add-mask::") {
        Some(_) => vec![line],
        None => line.split(['\u{85}', '\u{2028}', '\u{2029}']).collect(),
    });
    lines.filter_map(command).collect()
}

/// The command in a line: `::name key=value,…::data` at its beginning, or the older `##[name key=value;…]data` anywhere.
pub(crate) fn command(line: &str) -> Option<Command> {
    let line = line.replace(IGNORED, "");
    newer(line.trim_start()).or_else(|| older(&line))
}

fn newer(line: &str) -> Option<Command> {
    let (head, data) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    Some(Command {
        name: name.to_owned(),
        properties: pairs(properties, ','),
        data: unescape(data, &[]),
    })
}

fn older(line: &str) -> Option<Command> {
    let (head, data) = line.split_once("##[")?.1.split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    Some(Command {
        name: name.to_owned(),
        properties: pairs(properties, ';'),
        data: data.to_owned(),
    })
}

fn pairs(text: &str, separator: char) -> Vec<(String, String)> {
    let pairs = text.split(separator);
    let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .map(|(name, value)| {
            let value = unescape(value, &[("%3A", ":"), ("%2C", ",")]);
            (name.to_owned(), value)
        })
        .collect()
}

/// Unescapes in the runner's order.
fn unescape(text: &str, more: &[(&str, &str)]) -> String {
    let mut text = text.replace("%0D", "\r").replace("%0A", "\n");
    for (escaped, character) in more {
        text = text.replace(escaped, character);
    }
    text.replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        host::{Annotation, Console, Kept, Line, Place, Severity, Style, Taste},
        testing::hostile,
    };

    fn read(line: &str) -> Option<(String, String)> {
        command(line).map(|command| (command.name, command.data))
    }

    #[test]
    fn whatever_the_runner_could_take_for_a_command_is_one() {
        for (line, expected) in [
            ("::error::x", Some(("error", "x"))),
            ("\u{a0} \t::error title=a::x%0Ay", Some(("error", "x\ny"))),
            (":\u{200b}:debug::", Some(("debug", ""))),
            ("::::x", Some(("", "x"))),
            ("a #\u{feff}#[error]x", Some(("error", "x"))),
            ("a ::error::x", None),
            (": :error::x", None),
            ("::error", None),
            ("## [error]x", None),
            ("##[error", None),
        ] {
            let expected = expected.map(|(name, data)| (name.to_owned(), data.to_owned()));
            assert_eq!(read(line), expected, "{line:?}");
        }
        let command = command("::error title=a%3A b%2C%25,line=3::").expect("a command");
        let properties = [("title", "a: b,%"), ("line", "3")];
        assert_eq!(
            command.properties,
            properties.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    fn printed(colour: bool, act: impl FnOnce(&Console)) -> Vec<Command> {
        let kept = Kept::default();
        let taste = Taste {
            colour,
            debug: true,
        };
        act(&Console::of("GITHUB_ACTIONS", kept.clone(), taste));
        commands(&kept.text())
    }

    fn names(commands: &[Command]) -> Vec<&str> {
        commands.iter().map(|each| each.name.as_str()).collect()
    }

    proptest! {
        #[test]
        fn no_text_of_a_line_is_a_command(texts in hostile::texts(3), colour in any::<bool>()) {
            let line = Line::plain(&texts[0]).with(Style::Bad, &texts[1]).with(Style::Plain, &texts[2]);
            prop_assert_eq!(printed(colour, |console| console.print(&line)), []);
        }

        #[test]
        fn an_annotation_is_one_command_with_no_property_of_others(texts in hostile::texts(3)) {
            let place = Place { file: texts[2].clone(), line: 3, column: 7 };
            let annotation = Annotation::new(Severity::Error, &texts[0]).titled(&texts[1]).at(Some(&place));
            let found = printed(false, |console| console.annotate(&annotation));
            prop_assert_eq!(names(&found), ["error"]);
            let properties: Vec<_> = found[0].properties.iter().map(|(name, _)| name.as_str()).collect();
            prop_assert_eq!(properties, ["title", "file", "line", "col"]);
            prop_assert_eq!(commands(&found[0].data), [], "the runner prints the message");
        }

        #[test]
        fn groups_and_debug_messages_are_one_command_a_line(texts in hostile::texts(2)) {
            let found = printed(false, |console| {
                console.group(&texts[0]);
                console.end_group();
                console.debug(&texts[1]);
            });
            let names = names(&found);
            prop_assert_eq!(&names[..2], ["group", "endgroup"]);
            prop_assert!(names[2..].iter().all(|name| *name == "debug"), "{names:?}");
            prop_assert!(found.iter().all(|each| commands(&each.data).is_empty()));
        }

        #[test]
        fn masks_hide_each_line_of_a_secret(secret in "[ -~\r\n]{1,40}") {
            let found = printed(false, |console| console.mask(&secret.clone().into()));
            let masks: Vec<_> = found.iter().map(|mask| mask.data.as_str()).collect();
            let lines = secret.split(['\r', '\n']).filter(|line| !line.trim().is_empty());
            prop_assert_eq!(masks, lines.collect::<Vec<_>>());
        }
    }
}
