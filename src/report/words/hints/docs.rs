//! Keeps the table of hints in docs/troubleshooting.md in step with the hints. `UPDATE_DOCS=1 cargo test` rewrites it.

use std::fmt::Write;

use super::{known::KnownCause, table};
use crate::testing::documents;

/// What is seen of a cause: its codes, or the words under any code.
fn seen(known: &KnownCause) -> String {
    let codes = known.codes.iter().map(|code| format!("`{code}`"));
    let words = known.phrases.iter().map(|phrase| format!("…{phrase}…"));
    codes.chain(words).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_documents_show_every_hint() {
    let mut markdown = String::from("\n| code, or words under any code | do |\n|---|---|\n");
    for known in table::known() {
        let _ = writeln!(markdown, "| {} | {} |", seen(known), known.text);
    }
    markdown.push('\n');
    let (begin, end) = ("<!-- begin hints -->\n", "<!-- end hints -->");
    documents::check("docs/troubleshooting.md", begin, end, &markdown);
}
