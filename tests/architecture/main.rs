//! The program's files form no circles, and each room imports only from those below it.
//!
//! Sources are read as text, so methods and macros are not followed. `cargo test --test architecture -- --nocapture`
//! shows how far the program is from it, and how large each room is.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(clippy::print_stdout, reason = "how far it is, on request")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod circles;
mod house;
mod known;
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
    for circle in &found {
        println!(
            "  {} files: {}",
            circle.len(),
            circles::explain(circle, &uses, |_, _| false)
        );
    }
    let changed = known::changed_circles(known::CIRCLES, &found, &uses);
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn rooms_import_from_below() {
    let house = program();
    println!("{:10} {:>5} {:>6}", "room", "files", "lines");
    for (room, files, lines) in rooms::sizes(&house) {
        println!("{room:10} {files:>5} {lines:>6}");
    }
    let found = rooms::wrong_imports(&house);
    println!("{} imports from above: {found:?}", found.len());
    let changed = known::changed_imports(known::IMPORTS, &found);
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}
