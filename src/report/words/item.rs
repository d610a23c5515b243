//! Items of Markdown lists.

use super::markdown::{code, paragraph};

/// Characters besides digits that begin a list, a heading, a quotation or a line across the page.
const BLOCKS: &str = "-+*_#>=~";

/// `raw` as an item, without its line's end. However it begins, it stays text of this item: a zero-width space keeps it
/// from being a list or a heading of its own.
pub(crate) fn item(raw: &str) -> String {
    let text = paragraph(raw);
    let begins_block = |c: char| c.is_ascii_digit() || BLOCKS.contains(c);
    let guard = if text.starts_with(begins_block) {
        "&#8203;"
    } else {
        ""
    };
    format!("- {guard}{text}")
}

/// `raw` as an item under a title, which may be empty.
pub(crate) fn titled_item(title: &str, raw: &str) -> String {
    match code(title) {
        title if title.is_empty() => item(raw),
        title => format!("- **{title}** {}", paragraph(raw)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_item_however_it_begins() {
        for (raw, expected) in [
            ("plain", "- plain"),
            ("- x", "- &#8203;- x"),
            ("1. x", "- &#8203;1. x"),
            ("---", "- &#8203;---"),
        ] {
            assert_eq!(item(raw), expected);
        }
        assert_eq!(titled_item("Code", "- x"), "- **<code>Code</code>** - x");
        assert_eq!(titled_item(" ", "- x"), "- &#8203;- x");
    }
}
