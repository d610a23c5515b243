//! What docs/security.md and docs/reliability.md claim names the test that proves it.

use std::{collections::BTreeSet, fs, path::Path};

/// The names of tests in the last column of the tables in `text`.
pub fn named(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let proofs = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    let words = proofs.flat_map(|proof| proof.split('`').skip(1).step_by(2));
    let is_name = |word: &&str| {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        word.contains('_') && word.chars().all(letter)
    };
    words.filter(is_name).map(str::to_owned).collect()
}

/// The names of all functions in the Rust files below `folder`.
pub fn functions(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(functions(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let after = text.split("fn ").skip(1);
            found.extend(after.map(|after| {
                let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
                after.chars().take_while(is_part).collect()
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_last_column() {
        let table = "| claim of `a_b` | test |\n|---|---|\n| it `c_d` is | `is_so`, in `tests/action` |\ntext `no_row`\n";
        assert_eq!(named(table), BTreeSet::from(["is_so".to_owned()]));
    }
}
