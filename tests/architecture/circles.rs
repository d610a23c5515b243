//! Files that use each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::house::Uses;

/// Files of which each uses, directly or not, each other.
pub type Circle<'a> = BTreeSet<&'a str>;

/// All circles; no file is in two of them.
pub fn circles<'a>(uses: &Uses<'a>) -> Vec<Circle<'a>> {
    let reached: BTreeMap<_, _> = uses
        .keys()
        .map(|file| (*file, reached_from(file, uses)))
        .collect();
    let mut circles: Vec<Circle<'a>> = Vec::new();
    for (file, ways) in &reached {
        let is_open = !ways.contains_key(file);
        if is_open || circles.iter().any(|circle| circle.contains(file)) {
            continue;
        }
        let back = ways
            .keys()
            .filter(|other| reached[*other].contains_key(file));
        circles.push(back.copied().collect());
    }
    circles
}

/// In words, the shortest way round in `circle` on which some file uses another that it is not `known` to use.
pub fn explain(circle: &Circle<'_>, uses: &Uses<'_>, known: impl Fn(&str, &str) -> bool) -> String {
    let links = circle.iter().flat_map(|file| {
        let used = uses[file].keys().filter(|next| circle.contains(*next));
        used.map(move |next| (*file, *next))
    });
    let links = links.filter(|(file, next)| !known(file, next));
    let ways = links.map(|(file, next)| {
        let mut way = reached_from(next, uses)[file].clone();
        way.insert(0, file);
        way
    });
    let way = ways.min_by_key(Vec::len).unwrap_or_default();
    let steps = way.iter().zip(way.iter().cycle().skip(1));
    let steps = steps.map(|(file, next)| format!("{file} uses `{}` of ", uses[file][next]));
    let end = way.first().copied().unwrap_or_default();
    format!("{}{end}", steps.collect::<String>())
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
        assert_eq!(circles[0], BTreeSet::from(["a/e.rs", "b.rs", "c.rs"]));
        assert_eq!(
            explain(&circles[0], &uses, |_, _| false),
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
        assert_eq!(
            circles(&uses),
            [
                BTreeSet::from(["a.rs", "b.rs"]),
                BTreeSet::from(["c.rs", "d.rs"])
            ]
        );
    }
}
