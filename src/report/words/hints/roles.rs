//! Built-in roles that allow an action, and the scopes at which a role can be assigned for it.

/// Actions by their beginning, and a built-in role that allows them; none where no role is sure to.
///
/// Source: the built-in roles in Azure's documentation. Contributor allows all but what is listed here.
const ROLES: [(&str, Option<&str>); 11] = [
    (
        "Microsoft.Resources/deploymentStacks/manageDenySetting/",
        Some("Azure Deployment Stack Owner"),
    ),
    (
        "Microsoft.Authorization/roleAssignments/",
        Some("Role Based Access Control Administrator"),
    ),
    (
        "Microsoft.Authorization/policy",
        Some("Resource Policy Contributor"),
    ),
    (
        "Microsoft.Authorization/",
        Some("User Access Administrator"),
    ),
    (
        "Microsoft.Management/",
        Some("Management Group Contributor"),
    ),
    ("Microsoft.Blueprint/blueprintAssignments/", None),
    ("Microsoft.Compute/galleries/share/", None),
    ("Microsoft.Purview/consents/", None),
    ("Microsoft.Subscription/", None),
    ("Microsoft.Billing/", None),
    ("", Some("Contributor")),
];

/// A built-in role that allows `action`, if one is sure to.
pub(super) fn role(action: &str) -> Option<&'static str> {
    let kind = action.rsplit('/').next().unwrap_or_default();
    if kind.eq_ignore_ascii_case("read") {
        return Some("Reader");
    }
    let known = ROLES.iter().find(|(prefix, _)| begins(action, prefix));
    known.and_then(|(_, role)| *role)
}

/// The scope around the resource `id` at which a role can be assigned for good: its resource group, subscription or
/// management group, or the tenant. The resource itself may be one that this run was to make, as a deployment is.
pub(super) fn assignable(id: &str, action: &str) -> Option<String> {
    let segments: Vec<_> = id.split('/').filter(|part| !part.is_empty()).collect();
    let is = |at: usize, name: &str| {
        segments
            .get(at)
            .is_some_and(|part| part.eq_ignore_ascii_case(name))
    };
    let first = |count: usize| format!("/{}", segments[..count].join("/"));
    // What is to be made has no roles yet.
    let makes_group = begins(
        action,
        "Microsoft.Resources/subscriptions/resourceGroups/write",
    );
    let makes_management_group = begins(action, "Microsoft.Management/managementGroups/write");
    match segments.len() {
        4.. if is(0, "subscriptions") && is(2, "resourceGroups") && !makes_group => Some(first(4)),
        2.. if is(0, "subscriptions") => Some(first(2)),
        4.. if is(0, "providers") && is(2, "managementGroups") => {
            (!makes_management_group).then(|| first(4))
        }
        0 => Some("/".to_owned()),
        _ => (is(0, "providers") && is(1, "Microsoft.Resources")).then(|| "/".to_owned()),
    }
}

fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_only_where_it_is_sure_to_allow_the_action() {
        for (action, expected) in [
            (
                "Microsoft.Network/virtualNetworks/write",
                Some("Contributor"),
            ),
            ("Microsoft.Resources/deployments/write", Some("Contributor")),
            ("microsoft.resources/deployments/READ", Some("Reader")),
            (
                "Microsoft.Resources/deploymentStacks/write",
                Some("Contributor"),
            ),
            (
                "Microsoft.Resources/deploymentStacks/ManageDenySetting/action",
                Some("Azure Deployment Stack Owner"),
            ),
            (
                "Microsoft.Authorization/roleAssignments/delete",
                Some("Role Based Access Control Administrator"),
            ),
            (
                "Microsoft.Authorization/roleDefinitions/write",
                Some("User Access Administrator"),
            ),
            (
                "Microsoft.Authorization/locks/write",
                Some("User Access Administrator"),
            ),
            (
                "Microsoft.Authorization/policyAssignments/write",
                Some("Resource Policy Contributor"),
            ),
            (
                "Microsoft.Authorization/policySetDefinitions/write",
                Some("Resource Policy Contributor"),
            ),
            (
                "Microsoft.Management/managementGroups/subscriptions/write",
                Some("Management Group Contributor"),
            ),
            ("Microsoft.Compute/galleries/share/action", None),
            ("Microsoft.Subscription/cancel/action", None),
        ] {
            assert_eq!(role(action), expected, "{action}");
        }
    }

    #[test]
    fn a_role_is_assigned_where_it_outlives_the_run() {
        let group = "/subscriptions/s/resourcegroups/rg";
        let deployment = "providers/Microsoft.Resources/deployments/hub-4711";
        let management = "/providers/Microsoft.Management/managementGroups/alz";
        let write = "Microsoft.Resources/deployments/write";
        for (id, action, expected) in [
            (format!("{group}/{deployment}"), write, Some(group)),
            (group.to_owned(), write, Some(group)),
            (
                group.to_owned(),
                "Microsoft.Resources/subscriptions/resourcegroups/write",
                Some("/subscriptions/s"),
            ),
            (
                format!("/subscriptions/s/{deployment}"),
                write,
                Some("/subscriptions/s"),
            ),
            (
                format!("{management}/{deployment}"),
                write,
                Some(management),
            ),
            (
                management.to_owned(),
                "Microsoft.Management/managementGroups/write",
                None,
            ),
            (format!("/{deployment}"), write, Some("/")),
            ("/".to_owned(), write, Some("/")),
            (
                "/providers/Microsoft.Billing/billingAccounts/7".to_owned(),
                write,
                None,
            ),
            ("rg".to_owned(), write, None),
        ] {
            assert_eq!(
                assignable(&id, action).as_deref(),
                expected,
                "{id} {action}"
            );
        }
    }
}
