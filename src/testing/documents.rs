//! Documents of which a part is generated.

use std::{fs, path::Path};

/// Compares the part of `file` between the lines `begin` and `end` with `expected`, or replaces it.
pub(crate) fn check(file: &str, begin: &str, end: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(&path).expect("the file is there");
    let (before, rest) = text.split_once(begin).expect("the beginning is marked");
    let (found, after) = rest.split_once(end).expect("the end is marked");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, [before, begin, expected, end, after].concat()).expect("can be written");
    } else {
        assert_eq!(
            found, expected,
            "{file} is out of date: run UPDATE_DOCS=1 cargo test"
        );
    }
}
