//! Parser for the summary's GitHub Markdown, which knows only what we write: any other line, tag, link, mention or
//! image is an error, whatever GitHub would make of it.

mod inline;

use self::inline::{Mode, inline};

/// Our headings, or how they begin.
const HEADINGS: [&str; 9] = [
    "What to do next",
    "Diagnostics",
    "Timeline",
    "Resources by duration",
    "The 10 slowest of ",
    "Detached, deleted and failed resources",
    "What-if",
    "Warnings",
    "Outputs",
];
/// How our lines of text begin.
const TEXTS: [&str; 18] = [
    "- ",
    "> - ",
    "> [!CAUTION]",
    "> [!WARNING]",
    "> [!NOTE]",
    "> Shortened to what is shown here",
    "> Not predicted, and may change, too: ",
    "… and ",
    "To run it again: ",
    "Red frame: what the end waited for.",
    "What the end waited for: ",
    "To shorten it: ",
    "Scope ",
    "Outside of Azure",
    "No resource changes.",
    "No resource change was found.",
    "An internal error cost",
    "<code>",
];

/// What a page holds besides text.
#[derive(Debug, Default)]
pub(in crate::report) struct Page {
    /// The content of each fence, with its language.
    pub(in crate::report) fences: Vec<(String, String)>,
    /// How many rows the tables have, heads included.
    pub(in crate::report) rows: usize,
}

/// Reads a page.
///
/// # Errors
/// What is not ours, with its line.
pub(in crate::report) fn read(page: &str) -> Result<Page, String> {
    let is_odd = |c: char| c != '\n' && (c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c));
    if let Some(odd) = page.chars().find(|c| is_odd(*c)) {
        return Err(format!("the character {odd:?}"));
    }
    let mut reader = Reader::default();
    for (number, line) in page.lines().enumerate() {
        let read = reader.line(number, line);
        read.map_err(|wrong| format!("line {}: {wrong}: {line}", number + 1))?;
    }
    match reader {
        Reader { fence: Some(_), .. } => Err("a fence without its end".to_owned()),
        Reader { folds, .. } if folds != 0 => Err(format!("{folds} folds are open")),
        Reader { page, .. } => Ok(page),
    }
}

#[derive(Debug, Default)]
struct Reader {
    page: Page,
    /// The back-ticks that end the fence.
    fence: Option<usize>,
    /// Cells in a row of the table.
    cells: Option<usize>,
    in_html: bool,
    /// Details that are open.
    folds: i32,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        if let Some(end) = self.fence {
            if ticks >= end && line.trim_end().len() == ticks {
                self.fence = None;
            } else if let Some((_, content)) = self.page.fences.last_mut() {
                content.extend([line, "\n"]);
            }
            return Ok(());
        }
        if ticks >= 3 {
            return self.begin_fence(ticks, &line[ticks..]);
        }
        if line.starts_with('|') {
            return self.row(line);
        }
        self.cells = None;
        if line.is_empty() {
            self.in_html = false;
            return Ok(());
        }
        if line.starts_with("<details>") || line.starts_with("</details>") {
            self.in_html = true;
        }
        if self.in_html {
            return self.html(line);
        }
        markdown_line(number, line)
    }

    fn begin_fence(&mut self, ticks: usize, language: &str) -> Result<(), String> {
        if self.in_html || !["mermaid", "diff"].contains(&language) {
            return Err("a foreign fence".to_owned());
        }
        self.fence = Some(ticks);
        let fence = (language.to_owned(), String::new());
        self.page.fences.push(fence);
        Ok(())
    }

    fn row(&mut self, line: &str) -> Result<(), String> {
        if self.in_html {
            return Err("a row in HTML".to_owned());
        }
        let cells = cells(line).ok_or("a row without its end")?;
        let expected = *self.cells.get_or_insert(cells.len());
        if cells.len() != expected {
            return Err(format!("{} cells, not {expected}", cells.len()));
        }
        self.page.rows += 1;
        cells
            .iter()
            .try_for_each(|cell| inline(cell, Mode::Markdown))
    }

    fn html(&mut self, line: &str) -> Result<(), String> {
        let count = |tag: &str| line.matches(tag).count();
        let opened = i32::try_from(count("<details>")).unwrap_or(i32::MAX);
        let closed = i32::try_from(count("</details>")).unwrap_or(i32::MAX);
        self.folds += opened - closed;
        if self.folds < 0 || opened + closed > 1 {
            return Err("a foreign fold".to_owned());
        }
        let inside = line.replace("<details>", "").replace("</details>", "");
        inline(&inside, Mode::Html)
    }
}

fn markdown_line(number: usize, line: &str) -> Result<(), String> {
    if let Some(title) = line.strip_prefix("## ").filter(|_| number == 0) {
        return inline(title, Mode::Markdown);
    }
    if let Some(title) = line.strip_prefix("### ") {
        let ours = HEADINGS.iter().any(|heading| title.starts_with(heading));
        return if ours {
            inline(title, Mode::Markdown)
        } else {
            Err("a foreign heading".to_owned())
        };
    }
    let start = TEXTS.iter().find(|start| line.starts_with(**start));
    let text = match start {
        // A code at the beginning is part of the text.
        Some(&"<code>") => line,
        Some(start) => &line[start.len()..],
        None => return Err("a foreign line".to_owned()),
    };
    if begins_block(text) {
        return Err("a foreign block in a line".to_owned());
    }
    inline(text.strip_prefix("[!").unwrap_or(text), Mode::Markdown)
}

/// Whether `text` would begin a list, a heading or another block within an item.
fn begins_block(text: &str) -> bool {
    let text = text.trim_start();
    let starts = ["[ ] ", "[x] ", "[X] ", "> ", "- ", "* ", "+ "];
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = number.len() < text.len() && number.starts_with([')', '.']);
    let is_ruler = |mark: char| {
        let marks = text.chars().filter(|c| *c == mark).count();
        marks >= 3 && text.chars().all(|c| c == mark || c == ' ')
    };
    starts.iter().any(|start| text.starts_with(start))
        || text.trim_start_matches('#').starts_with(' ') && text.starts_with('#')
        || is_numbered
        || ['-', '*', '_', '='].into_iter().any(is_ruler)
}

/// The cells of a row: only a pipe after a backslash does not end one.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.trim_end().strip_prefix('|')?;
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for character in inside.chars() {
        if character == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    cells.pop().filter(String::is_empty)?;
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_markdown_is_read() {
        let page = "## ✅ Done\n\n> [!CAUTION]\n> - <code>a&#124;b</code> at **[<code>x</code>](https://portal.azure.com/#@t/x)**<br>y\n\n\
                    | a | b |\n| --- | --- |\n| 1 | x\\|y |\n\n### Timeline\n\n```mermaid\n# x\n```\n\n\
                    <details><summary>`[x](y) *</summary>\n\n- `[x](<y>)`: &#64;&#8203;octocat\n\n</details>\n";
        let read = read(page).expect("ours");
        assert_eq!(read.rows, 3);
        assert_eq!(read.fences, [("mermaid".to_owned(), "# x\n".to_owned())]);
    }

    #[test]
    fn nothing_else_is_read() {
        for line in [
            "- <img src=x>",
            "- <!-- x",
            "- <https://evil.example>",
            "- <code>x",
            "- x</code>",
            "- [a](https://evil.example)",
            "- [a\\]](javascript:x)",
            "- ![a](https://portal.azure.com/x.png)",
            "- see https://evil.example",
            "- see http&#58;//evil.example",
            "- <code>www.evil.example</code>",
            "- a@evil.example",
            "- @octocat",
            "- (&#64;octocat)",
            "- &commat;octocat",
            "- [ ] x",
            "- # x",
            "- - x",
            "- 1. x",
            "- ---",
            "[a]: https://evil.example",
            "# x",
            "### Forged",
            "===",
            "    x",
            "~~~",
            "```js",
            "| a",
            "</details>",
            "<details><summary>x",
            "<details><summary><b>x</summary>",
            "- x\u{1b}y",
        ] {
            let page = format!("## x\n\n{line}\n");
            assert!(read(&page).is_err(), "{line}");
        }
        assert!(read("## x\n\n| a | b |\n| --- | --- |\n| 1 | 2 | 3 |\n").is_err());
        assert!(read("## x\n\n```diff\n").is_err());
    }
}
