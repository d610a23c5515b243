//! What is still wrong. Remove what you have put right: a test fails until then. Add nothing.

use std::collections::BTreeSet;

use crate::{
    circles::{Circle, explain},
    house::Uses,
};

/// Groups of files that use each other in circles.
pub const CIRCLES: &[&[&str]] = &[
    &[
        "arm/action.rs",
        "arm/client.rs",
        "arm/stack.rs",
        "deploy/ask.rs",
        "deploy/cancel.rs",
        "deploy/event.rs",
        "deploy/patience.rs",
        "deploy/preview.rs",
        "deploy/rival.rs",
        "deploy/run.rs",
        "deploy/stack/mod.rs",
        "deploy/submit.rs",
        "deploy/tree.rs",
        "deploy/watch.rs",
        "identity/exchange.rs",
        "identity/held.rs",
        "identity/keeper.rs",
    ],
    &[
        "arm/cause/merge.rs",
        "arm/cause/mod.rs",
        "arm/cause/tree.rs",
    ],
    &["identity/error.rs", "identity/refused.rs"],
    &[
        "inputs/mod.rs",
        "inputs/parse/deployment.rs",
        "inputs/parse/mod.rs",
        "inputs/parse/sign_in.rs",
        "inputs/raw.rs",
    ],
    &[
        "report/closing.rs",
        "report/log.rs",
        "report/stack.rs",
        "report/verdict.rs",
        "report/what_if/log.rs",
    ],
    &[
        "report/summary/facts.rs",
        "report/summary/failures.rs",
        "report/summary/incidents.rs",
        "report/summary/mod.rs",
        "report/summary/outputs.rs",
        "report/summary/resources.rs",
        "report/summary/warnings.rs",
    ],
    &["report/what_if/diff.rs", "report/what_if/value.rs"],
    &["template/loader.rs", "template/mod.rs"],
];

/// Files with a room above theirs that they import from.
pub const IMPORTS: &[(&str, &str)] = &[
    ("host/annotation.rs", "inputs"),
    ("identity/exchange.rs", "deploy"),
    ("identity/held.rs", "deploy"),
    ("identity/keeper.rs", "deploy"),
    ("identity/session.rs", "deploy"),
    ("inputs/parse/stack.rs", "template"),
];

/// What differs between the known groups and the circles that were found. A known group may fall apart into smaller ones.
pub fn changed_circles(known: &[&[&str]], found: &[Circle<'_>], uses: &Uses<'_>) -> Vec<String> {
    let are_known = |file: &str, other: &str| {
        let mut groups = known.iter();
        groups.any(|group| group.contains(&file) && group.contains(&other))
    };
    let is_known = |circle: &Circle<'_>| {
        let mut groups = known.iter();
        groups.any(|group| circle.iter().all(|file| group.contains(file)))
    };
    let new = found.iter().filter(|circle| !is_known(circle));
    let new = new.map(|circle| {
        let count = circle.len();
        format!(
            "new circle of {count} files: {}",
            explain(circle, uses, are_known)
        )
    });
    let listed = known.iter().copied().flatten();
    let gone = listed.filter(|file| !found.iter().any(|circle| circle.contains(*file)));
    let gone = gone.map(|file| format!("in no circle any more: remove {file} from CIRCLES"));
    new.chain(gone).collect()
}

/// What differs between the known imports from above and those that were found.
pub fn changed_imports(known: &[(&str, &str)], found: &BTreeSet<(&str, &str)>) -> Vec<String> {
    let new = found.iter().filter(|import| !known.contains(import));
    let new =
        new.map(|(file, room)| format!("new: {file} imports from {room}, which stands above it"));
    let gone = known.iter().filter(|import| !found.contains(*import));
    let gone = gone.map(|(file, room)| {
        format!("{file} no longer imports from {room}: remove it from IMPORTS")
    });
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{circles::circles, house::House};

    #[test]
    fn new_and_gone_circles_are_told() {
        let house = House::new([
            ("lib.rs", ""),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use crate::a::A; pub struct B;"),
            ("c.rs", "use crate::d::D; pub struct C;"),
            ("d.rs", "use crate::c::C; pub struct D;"),
        ]);
        let uses = house.uses();
        let changed = |known: &[&[&str]]| changed_circles(known, &circles(&uses), &uses);
        assert!(changed(&[&["a.rs", "b.rs"], &["c.rs", "d.rs"]]).is_empty());
        assert!(changed(&[&["a.rs", "b.rs", "c.rs", "d.rs"]]).is_empty());
        assert_eq!(
            changed(&[&["a.rs", "b.rs", "e.rs"], &["c.rs"]]),
            [
                "new circle of 2 files: c.rs uses `D` of d.rs uses `C` of c.rs",
                "in no circle any more: remove e.rs from CIRCLES",
            ]
        );
    }

    #[test]
    fn of_a_grown_circle_the_new_way_is_told() {
        let house = House::new([
            ("lib.rs", ""),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use crate::{a::A, c::C}; pub struct B;"),
            ("c.rs", "use crate::a::A; pub struct C;"),
        ]);
        let uses = house.uses();
        assert_eq!(
            changed_circles(&[&["a.rs", "b.rs"]], &circles(&uses), &uses),
            ["new circle of 3 files: b.rs uses `C` of c.rs uses `A` of a.rs uses `B` of b.rs"]
        );
    }

    #[test]
    fn new_and_gone_imports_are_told() {
        let found = BTreeSet::from([("a.rs", "b"), ("c.rs", "b")]);
        assert!(changed_imports(&[("c.rs", "b"), ("a.rs", "b")], &found).is_empty());
        assert_eq!(
            changed_imports(&[("a.rs", "b"), ("a.rs", "d")], &found),
            [
                "new: c.rs imports from b, which stands above it",
                "a.rs no longer imports from d: remove it from IMPORTS",
            ]
        );
    }
}
