//! What is known to be deployed but has not begun.

use std::collections::HashMap;

use crate::report::words::place;

/// The resources that are known to be deployed but have not begun, without nested deployments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Awaited {
    /// By their ids in lower case: in which order they became known, and their ids.
    known: HashMap<String, (usize, String)>,
    next: usize,
}

impl Awaited {
    /// Takes note of a resource that is to be deployed; a nested deployment is not counted.
    pub(super) fn add(&mut self, id: &str) {
        if is_deployment(id) {
            return;
        }
        let order = self.next;
        self.next += 1;
        let key = id.to_ascii_lowercase();
        self.known.entry(key).or_insert((order, id.to_owned()));
    }

    pub(super) fn begin(&mut self, key: &str) {
        self.known.remove(key);
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Their ids, in the order in which they became known.
    pub(super) fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<_> = self.known.values().collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id.as_str()).collect()
    }
}

/// Whether it is a nested deployment, which is not counted among the resources.
fn is_deployment(id: &str) -> bool {
    let (kind, _) = place::type_and_name(id);
    kind.eq_ignore_ascii_case("Microsoft.Resources/deployments")
}
