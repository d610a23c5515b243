//! Groups changes by scope and sorts them by kind.

use crate::arm::Change;

/// The changes of one scope.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The scope's id; empty where the resources have no id.
    pub(super) scope: String,
    /// Each change with its resource's place in the scope: `Microsoft.Network/virtualNetworks/vnet`.
    pub(super) changes: Vec<(String, &'a Change)>,
}

/// The `changes` by their scopes.
pub(super) fn by_scope(changes: &[Change]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in changes {
        let (scope, place) = split(&change.id);
        let same = |group: &&mut Group<'_>| group.scope.eq_ignore_ascii_case(scope);
        match groups.iter_mut().find(same) {
            Some(group) => group.changes.push((place.to_owned(), change)),
            None => groups.push(Group {
                scope: scope.to_owned(),
                changes: vec![(place.to_owned(), change)],
            }),
        }
    }
    groups.sort_by_key(|group| group.scope.to_ascii_lowercase());
    for group in &mut groups {
        group.changes.sort_by_cached_key(|(place, change)| {
            (change.kind.clone(), place.to_ascii_lowercase())
        });
    }
    groups
}

/// The scope of a resource id, and the rest of the id without `/providers/`.
fn split(id: &str) -> (&str, &str) {
    let Some(scope) = scope_length(id) else {
        return ("", id);
    };
    let (scope, rest) = id.split_at(scope);
    let rest = rest.trim_start_matches('/');
    let provider = "providers/";
    let place = match rest.get(..provider.len()) {
        Some(start) if start.eq_ignore_ascii_case(provider) => &rest[provider.len()..],
        _ => rest,
    };
    (if scope.is_empty() { "/" } else { scope }, place)
}

/// The length in bytes of a resource id's scope. A resource group belongs to its subscription.
fn scope_length(id: &str) -> Option<usize> {
    let lower = id.to_ascii_lowercase();
    let segments: Vec<&str> = lower.strip_prefix('/')?.split('/').collect();
    let taken = match segments.as_slice() {
        ["subscriptions", _, "resourcegroups", _, _, ..] => 4,
        ["subscriptions", _, _, ..] => 2,
        [
            "providers",
            "microsoft.management",
            "managementgroups",
            _,
            _,
            ..,
        ] => 4,
        _ => 0,
    };
    Some(
        segments
            .iter()
            .take(taken)
            .map(|segment| segment.len() + 1)
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_split_after_their_scope() {
        for (id, scope, place) in [
            (
                "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v",
                "/subscriptions/s/resourceGroups/rg",
                "Microsoft.Network/virtualNetworks/v",
            ),
            (
                "/subscriptions/s/resourceGroups/rg",
                "/subscriptions/s",
                "resourceGroups/rg",
            ),
            (
                "/subscriptions/s/providers/Microsoft.Authorization/locks/l",
                "/subscriptions/s",
                "Microsoft.Authorization/locks/l",
            ),
            (
                "/Subscriptions/s/ResourceGroups/rg/Providers/A/b/c/providers/D/e/f",
                "/Subscriptions/s/ResourceGroups/rg",
                "A/b/c/providers/D/e/f",
            ),
            (
                "/providers/Microsoft.Management/managementGroups/mg/providers/A/b/c",
                "/providers/Microsoft.Management/managementGroups/mg",
                "A/b/c",
            ),
            (
                "/providers/Microsoft.Management/managementGroups/mg",
                "/",
                "Microsoft.Management/managementGroups/mg",
            ),
            ("/subscriptions/s", "/", "subscriptions/s"),
            ("Kubernetes/pod {}", "", "Kubernetes/pod {}"),
            ("", "", ""),
            ("/ü", "/", "ü"),
        ] {
            assert_eq!(split(id), (scope, place), "{id}");
        }
    }
}
