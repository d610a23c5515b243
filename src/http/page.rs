//! The text of web pages, which gateways, proxies and firewalls send where an error should be.

use super::error::excerpt;

/// Elements of HTML whose tags are not shown. Anything else in angle brackets is kept: it may be part of the text.
const ELEMENTS: [&str; 60] = [
    "!doctype",
    "?xml",
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "base",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "label",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "noscript",
    "ol",
    "p",
    "pre",
    "section",
    "small",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "title",
    "tr",
    "ul",
];
/// Elements whose content is no text.
const HIDDEN: [&str; 3] = ["script", "style", "svg"];
/// Bytes of a page that are looked at: more than a message needs, and little enough that no page takes long, whatever its
/// tags are. A body may have 64 MB.
const LOOKED_AT: usize = 16 * 1024;
/// References to characters, without those by number.
const CHARACTERS: [(&str, &str); 7] = [
    ("lt", "<"),
    ("gt", ">"),
    ("amp", "&"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("copy", "©"),
];

/// Whether the body of an answer is HTML or XML.
pub(crate) fn is_web_page(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    text.trim_ascii_start().starts_with(b"<")
}

/// The text of a page on one line, cut to fit into a message; any other text as an excerpt.
pub(crate) fn page_excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    match is_web_page(body) {
        true => excerpt(&page_text(&text)),
        false => excerpt(&text),
    }
}

/// What a reader would see of the first 16 kB of the page; these themselves if that is nothing.
pub(crate) fn page_text(page: &str) -> String {
    let page = &page[..page.floor_char_boundary(LOOKED_AT)];
    let mut text = String::new();
    let mut rest = page.trim_start_matches('\u{feff}');
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match markup(rest) {
            Some(length) => {
                text.push(' ');
                rest = &rest[length..];
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    let text = resolved(&text);
    let words: Vec<_> = text.split_whitespace().collect();
    match words.is_empty() {
        true => page.to_owned(),
        false => words.join(" "),
    }
}

/// The length of the tag, the comment or the hidden element with which `text` begins.
fn markup(text: &str) -> Option<usize> {
    let to = |end: &str| text.find(end).map(|at| at + end.len());
    if text.starts_with("<!--") {
        return Some(to("-->").unwrap_or(text.len()));
    }
    let inner = text[1..].trim_start_matches('/');
    let end = inner.find(|c: char| c.is_whitespace() || "/>".contains(c));
    let name = inner[..end?].to_ascii_lowercase();
    if HIDDEN.contains(&name.as_str()) && !text.starts_with("</") {
        let closing = format!("</{name}");
        let at = text.to_ascii_lowercase().find(&closing);
        return Some(at.unwrap_or(text.len()));
    }
    let is_known = ELEMENTS.contains(&name.as_str()) || HIDDEN.contains(&name.as_str());
    is_known.then(|| to(">")).flatten()
}

/// `text` with the characters that its references stand for.
fn resolved(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut resolved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let reference = piece.split_once(';');
        match reference.and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, rest)) => {
                resolved.push_str(&character);
                resolved.push_str(rest);
            }
            None => {
                resolved.push('&');
                resolved.push_str(piece);
            }
        }
    }
    resolved
}

fn character(name: &str) -> Option<String> {
    let known = CHARACTERS.iter().find(|(known, _)| *known == name);
    if let Some((_, character)) = known {
        return Some((*character).to_owned());
    }
    let number = name.strip_prefix('#')?;
    let number = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(number.ok()?).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_are_told_from_json() {
        for page in ["<!doctype html>", " \r\n<html>", "\u{feff}<?xml?>"] {
            assert!(is_web_page(page.as_bytes()), "{page}");
        }
        for other in ["", "{}", "\"<html>\"", "Busy"] {
            assert!(!is_web_page(other.as_bytes()), "{other}");
        }
    }

    /// Each of these tags makes the rest of the page be searched.
    #[test]
    fn a_page_of_many_megabytes_takes_no_longer_than_its_beginning() {
        for tag in ["<script></script>x", "<b ", "<!-- <p", "<script "] {
            let page = format!("<html>{}", tag.repeat(1 << 20));
            assert!(page_text(&page).len() <= LOOKED_AT, "{tag}");
        }
    }

    #[test]
    fn a_page_is_told_by_its_text() {
        for (page, expected) in [
            (
                "<!DOCTYPE html>\r\n<html><head><title>504 - timed out</title><style>body{font:12px}</style></head>\
                 <body><h1>504</h1><p class=\"x\">The gateway got no answer from 'Microsoft.Web'.</p></body></html>",
                "504 - timed out 504 The gateway got no answer from 'Microsoft.Web'.",
            ),
            (
                "<html><script>if (a < b) {}</script>Blocked<!-- <p> --><br/>by&nbsp;R&amp;D &#169; &#x27;x&#39; &odd; &",
                "Blocked by R&D © 'x' &odd; &",
            ),
            ("<html>a < b and <vnet> and <b", "a < b and <vnet> and <b"),
            ("<html><SCRIPT>never ends", "<html><SCRIPT>never ends"),
            ("<html></html>", "<html></html>"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(page_text(page), expected);
        }
        assert_eq!(page_excerpt(b"{\r\n}"), "{ }");
        assert_eq!(page_excerpt(b"<html>&#1;\xff</html>"), "\u{fffd}");
    }
}
