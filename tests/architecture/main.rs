//! The program's files form no circles, and each room imports only from those below it. Documents say what is so.
//!
//! Sources are read as text, so methods and macros are not followed. `cargo test --test architecture -- --nocapture`
//! shows how far the program is from it, and how large each room is.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(clippy::print_stdout, reason = "how far it is, on request")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod circles;
mod claims;
mod docs;
mod house;
mod paths;
mod rooms;
mod tokens;

use std::{collections::BTreeSet, path::Path};

use self::{circles::circles, house::House};

fn program() -> House {
    House::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn files_form_no_circles() {
    let house = program();
    let uses = house.uses();
    let found = circles(&uses);
    let files: usize = found.iter().map(BTreeSet::len).sum();
    println!("{} circles of {files} files", found.len());
    let ways: Vec<_> = found
        .iter()
        .map(|circle| circles::explain(circle, &uses, |_, _| false))
        .collect();
    assert!(ways.is_empty(), "circles of files:\n{}", ways.join("\n"));
}

#[test]
fn rooms_import_from_below() {
    let house = program();
    println!("{:10} {:>5} {:>6}", "room", "files", "lines");
    for (room, files, lines) in rooms::sizes(&house) {
        println!("{room:10} {files:>5} {lines:>6}");
    }
    let found = rooms::wrong_imports(&house);
    println!("{} imports from above", found.len());
    assert!(found.is_empty(), "imports from a room above: {found:?}");
}

#[test]
fn claims_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = claims::functions(&root.join("src"));
    known.extend(claims::functions(&root.join("tests")));
    for file in ["docs/security.md", "docs/reliability.md"] {
        let claims = std::fs::read_to_string(root.join(file)).unwrap();
        let named = claims::named(&claims);
        assert!(named.len() > 20, "{named:?}");
        let missing: Vec<_> = named.difference(&known).collect();
        assert!(missing.is_empty(), "{file} names {missing:?}");
    }
}
