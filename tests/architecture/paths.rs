//! What a file imports, and the paths that it names.

use std::collections::BTreeSet;

use crate::tokens::Token;

/// One name that a `use` brings into the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// As written, with `*` at the end of a glob.
    pub path: Vec<String>,
    /// What the file calls it.
    pub name: String,
    /// Whether others can import it from this file.
    pub public: bool,
}

/// What a file says of others, and what it defines.
#[derive(Debug, Default)]
pub struct Names {
    pub imports: Vec<Import>,
    /// Paths of two words and more, outside of `use`.
    pub paths: Vec<Vec<String>>,
    /// All words outside of `use` and `mod`.
    pub words: BTreeSet<String>,
    /// Items that are defined here.
    pub defined: BTreeSet<String>,
}

impl Names {
    pub fn read(code: &[Token<'_>]) -> Self {
        let mut names = Self::default();
        let mut at = 0;
        while at < code.len() {
            let before = at.checked_sub(1).map_or("", |before| code[before].text);
            let text = code[at].text;
            // `use<'a>` belongs to a type.
            if text == "use" && code.get(at + 1).is_some_and(|next| next.text != "<") {
                let length = code[at..].iter().position(|token| token.text == ";");
                let end = length.map_or(code.len(), |length| at + length);
                let public = before == "pub" || before == ")";
                Tree {
                    tokens: &code[at + 1..end],
                    public,
                    imports: &mut names.imports,
                }
                .read(&[]);
                at = end;
            } else if code[at].is_word() {
                let path = path_at(&code[at..]);
                if before != "mod" {
                    names.words.extend(path.iter().cloned());
                }
                let is_visibility = before == "in" && at > 1 && code[at - 2].text == "(";
                if DEFINING.contains(&before) {
                    names.defined.insert(text.to_owned());
                }
                at += path.len() * 2 - 1;
                if path.len() > 1 && before != "::" && !is_visibility {
                    names.paths.push(path);
                }
                continue;
            }
            at += 1;
        }
        names
    }
}

const DEFINING: [&str; 8] = [
    "fn", "struct", "enum", "union", "trait", "type", "const", "static",
];

/// The words joined by `::` from the start of `tokens`.
fn path_at(tokens: &[Token<'_>]) -> Vec<String> {
    let mut path = vec![tokens[0].text.to_owned()];
    for pair in tokens[1..].chunks_exact(2) {
        if pair[0].text != "::" || !pair[1].is_word() {
            break;
        }
        path.push(pair[1].text.to_owned());
    }
    path
}

/// Reads what stands between `use` and `;`.
struct Tree<'r, 'a> {
    tokens: &'r [Token<'a>],
    public: bool,
    imports: &'r mut Vec<Import>,
}

impl Tree<'_, '_> {
    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.text)
    }

    /// Reads one branch beneath `prefix`.
    fn read(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        let mut name = None;
        while let Some(token) = self.tokens.first().map(|token| token.text) {
            match token {
                "," | "}" => break,
                "{" => {
                    self.next();
                    return self.branches(&path);
                }
                "as" => {
                    self.next();
                    name = self.next().map(str::to_owned);
                    continue;
                }
                "::" => {}
                "self" if !path.is_empty() => {}
                _ => path.push(token.to_owned()),
            }
            self.next();
        }
        let Some(last) = path.last() else { return };
        let name = name.unwrap_or_else(|| last.clone());
        self.imports.push(Import {
            path,
            name,
            public: self.public,
        });
    }

    fn branches(&mut self, prefix: &[String]) {
        while self.tokens.first().is_some_and(|token| token.text != "}") {
            self.read(prefix);
            if self.tokens.first().is_some_and(|token| token.text == ",") {
                self.next();
            }
        }
        self.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::{blank, tokens};

    fn names(text: &str) -> Names {
        Names::read(&tokens(&blank(text)))
    }

    #[test]
    fn imports_are_read_to_their_leaves() {
        let names =
            names("use a; pub(crate) use b::{c, self, d::{e as f, *},}; use super::g as _;");
        let imports: Vec<_> = names
            .imports
            .iter()
            .map(|import| (import.path.join("::"), import.name.as_str(), import.public))
            .collect();
        let expected = [
            ("a", "a", false),
            ("b::c", "c", true),
            ("b", "b", true),
            ("b::d::e", "f", true),
            ("b::d::*", "*", true),
            ("super::g", "_", false),
        ];
        assert_eq!(
            imports,
            expected.map(|(path, name, public)| (path.to_owned(), name, public))
        );
        assert!(names.paths.is_empty());
    }

    #[test]
    fn paths_in_code_are_found() {
        let names = names(
            "pub(in crate::a) fn f<T>(b: c::D) -> impl E + use<T> { for x in crate::g::h::<i::J>() {} }",
        );
        let paths: Vec<_> = names.paths.iter().map(|path| path.join("::")).collect();
        assert_eq!(paths, ["c::D", "crate::g::h", "i::J"]);
        assert!(names.imports.is_empty());
        assert!(names.defined.contains("f") && names.words.contains("J"));
    }
}
