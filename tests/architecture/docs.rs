//! Documents: their links lead somewhere, the front page is short, and every command is run or says why it is not.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Most lines of the README, so that it stays a front page.
const LONGEST_README: usize = 120;
/// Folders without documents of ours.
const FOREIGN: [&str; 3] = ["target", "node_modules", ".git"];
/// What stands before a block of commands: who runs it, or why nobody does.
const MARKS: [&str; 6] = [
    "run by tests/docs.sh",
    "run by .ci/run",
    "takes long",
    "changes files",
    "needs Azure",
    "needs GitHub",
];
/// Languages of blocks that people copy into a shell.
const SHELLS: [&str; 4] = ["sh", "bash", "shell", "console"];

/// A Markdown file, by its path in the repository.
struct Document {
    path: PathBuf,
    text: String,
}

/// A fenced block.
#[derive(Debug, PartialEq)]
struct Block<'a> {
    language: &'a str,
    /// The line before it.
    before: &'a str,
}

impl Document {
    /// Lines outside of fenced blocks, without code spans.
    fn prose(&self) -> Vec<String> {
        let (outside, _) = split(&self.text);
        outside.into_iter().map(without_code).collect()
    }

    /// The names of its headings in links, as GitHub makes them.
    fn anchors(&self) -> Vec<String> {
        let mut seen = BTreeMap::new();
        let (outside, _) = split(&self.text);
        let headings = outside.into_iter().filter_map(heading);
        let unique = headings.map(|heading| {
            let anchor = anchor(heading);
            let times = seen.entry(anchor.clone()).or_insert(0);
            *times += 1;
            match *times {
                1 => anchor,
                more => format!("{anchor}-{}", more - 1),
            }
        });
        unique.collect()
    }

    /// Targets of links and images that are not elsewhere in the web.
    fn links(&self) -> Vec<String> {
        let prose = self.prose().join("\n");
        let markdown = targets(&prose, "](", ')');
        let html = targets(&prose, "src=\"", '"').chain(targets(&prose, "href=\"", '"'));
        let all = markdown.chain(html).map(str::to_owned);
        all.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
            .collect()
    }
}

/// The lines outside of fenced blocks, and the blocks.
fn split(text: &str) -> (Vec<&str>, Vec<Block<'_>>) {
    let (mut outside, mut blocks, mut fence) = (Vec::new(), Vec::new(), None);
    let mut before = "";
    for line in text.lines() {
        let marks = line.trim_start();
        let length = marks.len() - marks.trim_start_matches('`').len();
        match fence {
            None if length >= 3 => {
                let language = marks[length..].trim();
                blocks.push(Block { language, before });
                fence = Some(length);
            }
            None => outside.push(line),
            Some(opened) if length >= opened && marks[length..].trim().is_empty() => fence = None,
            Some(_) => {}
        }
        before = line;
    }
    (outside, blocks)
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    (1..=6)
        .contains(&level)
        .then(|| text.strip_prefix(' '))
        .flatten()
}

/// A heading's name in links: its letters, digits, hyphens and underscores in lower case, with hyphens for spaces.
fn anchor(heading: &str) -> String {
    let mut shown = String::new();
    let mut rest = heading;
    // Of a link only the text counts.
    while let Some((before, after)) = rest.split_once("](") {
        shown.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    let kept = shown.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

fn targets<'a>(text: &'a str, begin: &'a str, end: char) -> impl Iterator<Item = &'a str> {
    let after = text.split(begin).skip(1);
    after.filter_map(move |after| after.split_once(end).map(|(target, _)| target))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Document {
    Document {
        path: path.to_owned(),
        text: fs::read_to_string(root().join(path)).unwrap(),
    }
}

/// All files beneath `folder` with this ending, by their paths in the repository.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !FOREIGN.contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn documents() -> Vec<Document> {
    files("", ".md").iter().map(|path| read(path)).collect()
}

/// `path` without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// Why a link of `document` leads nowhere.
fn fault(document: &Document, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = document.path.parent().unwrap();
    let target = match path {
        "" => document.path.clone(),
        path => normal(&folder.join(path)),
    };
    let from = document.path.display();
    if !root().join(&target).exists() {
        return Some(format!("{from}: {link}: no such file"));
    }
    let is_known = anchor.is_empty() || read(&target).anchors().iter().any(|own| own == anchor);
    (!is_known).then(|| format!("{from}: {link}: no such heading"))
}

#[test]
fn links_lead_to_files_and_headings() {
    let faults: Vec<_> = documents()
        .iter()
        .flat_map(|document| {
            let links = document.links();
            let faults = links.iter().filter_map(|link| fault(document, link));
            faults.collect::<Vec<_>>()
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn documents_that_sources_name_exist() {
    let mut missing = Vec::new();
    let sources = [("src", ".rs"), ("examples", ".yml"), (".github", ".yml")];
    let sources = sources.map(|(folder, ending)| files(folder, ending));
    for path in sources.concat().iter().chain([&"action.yml".into()]) {
        let text = read(path).text;
        for (at, _) in text.match_indices("docs/") {
            let is_part = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
            let end = text[at..].find(|c| !is_part(c)).unwrap_or(text.len() - at);
            let name = text[at..at + end].trim_end_matches('.');
            let begins = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "/.-".contains(c));
            if begins && name.contains('.') && !root().join(name).exists() {
                missing.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_readme_is_a_front_page() {
    let lines = read(Path::new("README.md")).text.lines().count();
    assert!(
        lines <= LONGEST_README,
        "the README has {lines} lines, at most {LONGEST_README} are a front page: move some to docs/"
    );
}

#[test]
fn every_block_of_commands_is_run_or_says_why_not() {
    let mut paths = files("docs", ".md");
    paths.extend(["README.md".into(), "CONTRIBUTING.md".into()]);
    for path in paths {
        let document = read(&path);
        let (_, blocks) = split(&document.text);
        let commands = blocks.iter().filter(|it| SHELLS.contains(&it.language));
        for block in commands {
            let mark = block.before.trim().strip_prefix("<!-- ");
            let mark = mark.and_then(|mark| mark.strip_suffix(" -->"));
            assert!(
                mark.is_some_and(|mark| MARKS.contains(&mark)),
                "{}: no mark `<!-- … -->` of {MARKS:?} on the line before a block of {}, but {:?}",
                path.display(),
                block.language,
                block.before
            );
        }
    }
}

#[test]
fn messages_in_the_troubleshooting_are_those_of_the_program() {
    let sources = files("src", ".rs").into_iter().map(|path| read(&path).text);
    let sources = sources.collect::<String>();
    // A message may go on in the next line of the source.
    let mut parts = sources.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    let sources = parts.fold(first, |all, part| all + part.trim_start());
    let document = read(Path::new("docs/troubleshooting.md"));
    let rows = document.text.lines().filter(|line| line.starts_with("| "));
    let spans = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    // Not `input: value`.
    let messages = spans.filter(|span| span.contains(' ') && !span.contains(": "));
    let messages: Vec<_> = messages.collect();
    assert!(messages.len() > 10, "{messages:?}");
    let unknown: Vec<_> = messages
        .iter()
        .filter(|message| !sources.contains(**message))
        .collect();
    assert!(unknown.is_empty(), "no message has {unknown:?}");
}

#[test]
fn a_document_is_read_as_github_reads_it() {
    let text = "# A `b`: [c](d.md#e), f_g-h!\n\n## Ä 1.\n\n## Ä 1.\n\n<!-- needs Azure -->\n```sh\n# no heading\n[no](link)\n```\n\
        ````md\n```\n````\n`[no](link)` [![x](y.png)](z.md) <img src=\"p.png\"> [web](https://a.example)\n";
    let document = Document {
        path: "docs/x.md".into(),
        text: text.to_owned(),
    };
    assert_eq!(document.anchors(), ["a-b-c-f_g-h", "ä-1", "ä-1-1"]);
    assert_eq!(document.links(), ["d.md#e", "y.png", "z.md", "p.png"]);
    let (_, blocks) = split(&document.text);
    let marked = ("sh", "<!-- needs Azure -->");
    let blocks: Vec<_> = blocks.iter().map(|it| (it.language, it.before)).collect();
    assert_eq!(blocks, [marked, ("md", "```")]);
    assert_eq!(normal(Path::new("docs/../examples")), Path::new("examples"));
}
