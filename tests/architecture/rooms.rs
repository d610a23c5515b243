//! The order of the rooms: each imports only from those below it.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::House;

/// From the top. Rooms of one line may import from each other.
const ORDER: [&[&str]; 12] = [
    &["main", "lib", "cli", "az", "usage", "benching", "fuzzing"],
    &["step"],
    &["report"],
    &["deploy"],
    &["event"],
    &["template"],
    &["inputs"],
    &["arm"],
    &["identity"],
    &["otlp"],
    &["host"],
    &["yaml", "http", "clock"],
];

/// The files with the rooms above theirs that they import from.
///
/// # Panics
/// When a room has no place in the order.
pub fn wrong_imports(house: &House) -> BTreeSet<(&str, &str)> {
    let rooms: BTreeMap<_, _> = house
        .files()
        .map(|file| (file.path.as_str(), floor(&file.room)))
        .collect();
    let mut imported = house.imported_rooms();
    imported.retain(|(file, room)| floor(room) < rooms[file]);
    imported
}

/// How many rooms stand above `room`, counting those of one line once.
fn floor(room: &str) -> usize {
    let found = ORDER.iter().position(|rooms| rooms.contains(&room));
    found.unwrap_or_else(|| {
        panic!("src/{room} has no place in the order of tests/architecture/rooms.rs")
    })
}

/// How many files and lines of code each room has, from the top.
pub fn sizes(house: &House) -> Vec<(&str, usize, usize)> {
    let rooms = ORDER.iter().flat_map(|rooms| rooms.iter().copied());
    let sizes = rooms.map(|room| {
        let files = house.files().filter(|file| file.room == room);
        let lines: Vec<_> = files.map(|file| file.lines).collect();
        (room, lines.len(), lines.iter().sum())
    });
    sizes.filter(|(_, files, _)| *files > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_from_above_is_wrong() {
        let house = House::new([
            (
                "lib.rs",
                "mod arm; mod deploy; mod http; mod yaml; use arm::A; use deploy::D;",
            ),
            (
                "arm.rs",
                "pub struct A(crate::http::H);\nimpl A { fn f() -> crate::deploy::D {} }",
            ),
            ("deploy/mod.rs", "mod run; pub struct D;"),
            ("deploy/run.rs", "use super::D; use crate::arm::A;"),
            ("http.rs", "pub struct H; use crate::{yaml::Y, BUG};"),
            ("yaml.rs", "pub struct Y;"),
        ]);
        let wrong: Vec<_> = wrong_imports(&house).into_iter().collect();
        assert_eq!(wrong, [("arm.rs", "deploy"), ("http.rs", "lib")]);
        assert_eq!(
            sizes(&house),
            [
                ("lib", 1, 1),
                ("deploy", 2, 2),
                ("arm", 1, 2),
                ("yaml", 1, 1),
                ("http", 1, 1)
            ]
        );
    }

    #[test]
    #[should_panic(expected = "src/cellar has no place")]
    fn a_room_without_a_place_is_told() {
        wrong_imports(&House::new([("cellar.rs", "")]));
    }
}
