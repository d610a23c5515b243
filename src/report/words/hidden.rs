//! What a count of resources does not count.

use super::place::SEPARATOR;
use crate::report::record::Record;

/// Nested deployments that are named; the others are counted.
const NAMED: usize = 3;

/// `, without what is in inner`: for behind a count of resources that is not one of all; else empty.
pub(crate) fn uncounted(record: &Record) -> String {
    let hidden = &record.hidden;
    if hidden.is_empty() {
        return String::new();
    }
    if hidden.iter().any(Vec::is_empty) {
        return ", as far as Azure shows them".to_owned();
    }
    let named = hidden.iter().take(NAMED).map(|path| path.join(SEPARATOR));
    let mut names: Vec<_> = named.collect();
    if hidden.len() > NAMED {
        names.push(format!("{} more", hidden.len() - NAMED));
    }
    format!(", without what is in {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_counted_is_named() {
        let path = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        for (hidden, expected) in [
            (vec![], ""),
            (
                vec![path(&["hub", "inner"])],
                ", without what is in hub › inner",
            ),
            (
                vec![
                    path(&["a"]),
                    path(&["b"]),
                    path(&["c"]),
                    path(&["d"]),
                    path(&["e"]),
                ],
                ", without what is in a, b, c, 2 more",
            ),
            (
                vec![path(&["a"]), path(&[])],
                ", as far as Azure shows them",
            ),
        ] {
            let record = Record {
                hidden,
                ..Record::default()
            };
            assert_eq!(uncounted(&record), expected);
        }
    }
}
