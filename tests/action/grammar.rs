//! The runner's grammar of `GITHUB_OUTPUT`, as strict as the runner reads it.

use std::collections::BTreeMap;

/// Reads a file of `NAME=VALUE` and `NAME<<DELIMITER` entries; the last of a name wins.
///
/// # Panics
/// Where the runner would fail the step.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let equals = line.find('=').unwrap_or(usize::MAX);
        let heredoc = line.find("<<").unwrap_or(usize::MAX);
        assert_ne!(
            equals, heredoc,
            "neither NAME=VALUE nor NAME<<DELIMITER: {line:?}"
        );
        let (name, value) = if equals < heredoc {
            let (name, value) = line.split_once('=').unwrap();
            (name, value.to_owned())
        } else {
            let (name, delimiter) = line.split_once("<<").unwrap();
            assert!(!delimiter.is_empty(), "no delimiter: {line:?}");
            (name, read_until(&mut lines, delimiter))
        };
        assert!(!name.is_empty(), "no name: {line:?}");
        entries.insert(name.to_owned(), value);
    }
    entries
}

fn read_until<'a>(lines: &mut impl Iterator<Item = &'a str>, delimiter: &str) -> String {
    let mut value = Vec::new();
    loop {
        let line = lines
            .next()
            .expect("the delimiter comes before the end of the file");
        if line == delimiter {
            return value.join("\n");
        }
        value.push(line);
    }
}
