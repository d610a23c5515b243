//! Files that use each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::house::Uses;

/// Files of which each uses, directly or not, each other.
#[derive(Debug, PartialEq)]
pub struct Circle<'a> {
    pub files: BTreeSet<&'a str>,
    /// The shortest way from its first file back to it, which is left out at the end.
    pub way: Vec<&'a str>,
}

/// All circles; no file is in two of them.
pub fn circles<'a>(uses: &Uses<'a>) -> Vec<Circle<'a>> {
    let reached: BTreeMap<_, _> = uses
        .keys()
        .map(|file| (*file, reached_from(file, uses)))
        .collect();
    let mut circles: Vec<Circle<'a>> = Vec::new();
    for (file, ways) in &reached {
        let Some(way) = ways.get(file) else { continue };
        if circles.iter().any(|circle| circle.files.contains(file)) {
            continue;
        }
        let back = ways
            .keys()
            .filter(|other| reached[*other].contains_key(file));
        circles.push(Circle {
            files: back.copied().collect(),
            way: way.clone(),
        });
    }
    circles
}

/// The files that `start` uses, directly or not, each with the shortest way to it, without it.
fn reached_from<'a>(start: &'a str, uses: &Uses<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut ways = BTreeMap::new();
    let mut queue = VecDeque::from([(start, Vec::new())]);
    while let Some((file, mut way)) = queue.pop_front() {
        way.push(file);
        for next in uses.get(file).into_iter().flat_map(BTreeMap::keys) {
            if !ways.contains_key(next) {
                ways.insert(*next, way.clone());
                queue.push_back((*next, way.clone()));
            }
        }
    }
    ways
}

/// The circle's shortest way in words, with the name that each file uses of the next.
pub fn explain(circle: &Circle<'_>, uses: &Uses<'_>) -> String {
    let next = circle.way.iter().cycle().skip(1);
    let steps = circle.way.iter().zip(next);
    let steps = steps.map(|(file, next)| format!("{file} uses `{}` of ", uses[file][next]));
    format!("{}{}", steps.collect::<String>(), circle.way[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::House;

    const HOUSE: [(&str, &str); 7] = [
        ("lib.rs", "mod a; mod b; mod c; mod d; use a::A;"),
        ("a/mod.rs", "mod e; mod f; pub use e::A; pub use f::F;"),
        ("a/e.rs", "use crate::b::B; pub struct A;"),
        ("a/f.rs", "use super::A; pub struct F;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C(crate::a::A);"),
        ("d.rs", "use crate::{a::F, c::C};"),
    ];

    #[test]
    fn a_circle_over_a_re_export_is_found() {
        let house = House::new(HOUSE);
        let uses = house.uses();
        let circles = circles(&uses);
        assert_eq!(circles.len(), 1, "{circles:?}");
        assert_eq!(circles[0].files, BTreeSet::from(["a/e.rs", "b.rs", "c.rs"]));
        assert_eq!(
            explain(&circles[0], &uses),
            "a/e.rs uses `B` of b.rs uses `C` of c.rs uses `A` of a/e.rs"
        );
    }

    #[test]
    fn a_parent_that_re_exports_its_children_is_none() {
        let mut open = HOUSE;
        open[5] = ("c.rs", "pub struct C;");
        assert_eq!(circles(&House::new(open).uses()), []);
    }

    #[test]
    fn circles_that_do_not_meet_are_told_apart() {
        let house = House::new([
            ("lib.rs", ""),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use crate::{a::A, c::C}; pub struct B;"),
            ("c.rs", "use crate::d::D; pub struct C;"),
            ("d.rs", "use crate::c::C; pub struct D;"),
        ]);
        let uses = house.uses();
        let circles = circles(&uses);
        let files: Vec<_> = circles.iter().map(|circle| circle.files.clone()).collect();
        assert_eq!(
            files,
            [
                BTreeSet::from(["a.rs", "b.rs"]),
                BTreeSet::from(["c.rs", "d.rs"])
            ]
        );
    }
}
