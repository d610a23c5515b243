//! Texts that the runner, GitHub, Mermaid or a terminal could take for their own.

use proptest::prelude::*;

/// What hostile texts try to be: a command, an output, a link, a tag, a mention, the end of something.
const PIECES: [&str; 49] = [
    "::forged::x",
    "::error::forged",
    "::forged name=x::",
    "##[forged]",
    "##[",
    "##vso[forged.x y=z]",
    "##vSo[task.complete result=Failed;]",
    "##vso[",
    "vso[",
    "\u{1b}[0Ksection_start:1:forged\r\u{1b}[0K",
    "::",
    ":",
    "\r\n",
    "\n",
    "\r",
    "\t",
    " ",
    "\u{feff}",
    "\u{200b}",
    "\u{2028}",
    "\u{85}",
    "\u{1b}[2J",
    "\u{202e}",
    "\0",
    "forged=1",
    "forged<<EOF\nx\nEOF\n",
    "ghadelimiter_",
    "<img src=x onerror=y>",
    "<!--",
    "</code></details>",
    "<https://evil.example>",
    "[a](https://evil.example)",
    "![a](https://evil.example/x.png)",
    "[a]: https://evil.example\n",
    "[",
    "](",
    "https://evil.example",
    "www.evil.example",
    "a@evil.example",
    "@octocat",
    "&commat;octocat",
    "&#64;octocat",
    "|",
    "\\",
    "`",
    "```\n",
    "~~~\n# forged\n",
    "%%{init: {}}%%\nclick a href \"https://evil.example\"",
    "x :crit, 2001-01-01, 1d;#",
];

/// A hostile text: pieces in any order, with any characters between them.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-zA-Z0-9 ]{0,8}",
        1 => r"[:#\[\]()<>&;|`*_~@!\\/=%+\n\r -]{0,8}",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// So many hostile texts.
pub(crate) fn texts(count: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), count)
}
