//! Where a deployment lives, and the resource ids and URLs that follow from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::Guid;

/// The scope of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Scope {
    /// The whole directory.
    Tenant,
    /// A management group, by its id.
    ManagementGroup(String),
    /// A subscription.
    Subscription(Guid),
    /// A resource group.
    ResourceGroup {
        /// The group's subscription.
        subscription: Guid,
        /// The group's name.
        name: String,
    },
}

impl Scope {
    /// The scope's resource id; empty for the tenant.
    #[must_use]
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Tenant => String::new(),
            Self::ManagementGroup(id) => {
                format!("/providers/Microsoft.Management/managementGroups/{id}")
            }
            Self::Subscription(id) => format!("/subscriptions/{id}"),
            Self::ResourceGroup { subscription, name } => {
                format!("/subscriptions/{subscription}/resourceGroups/{name}")
            }
        }
    }

    /// The scope's kind as the `scope` input writes it.
    #[must_use]
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ManagementGroup(_) => "managementGroup",
            Self::Subscription(_) => "subscription",
            Self::ResourceGroup { .. } => "resourceGroup",
        }
    }

    /// The file name of the template schema of this scope, compared without regard to case.
    #[must_use]
    pub(crate) fn schema(&self) -> &'static str {
        match self {
            Self::Tenant => "tenantDeploymentTemplate.json",
            Self::ManagementGroup(_) => "managementGroupDeploymentTemplate.json",
            Self::Subscription(_) => "subscriptionDeploymentTemplate.json",
            Self::ResourceGroup { .. } => "deploymentTemplate.json",
        }
    }
}

impl fmt::Display for Scope {
    /// For people: `subscription 0000…`, `resource group rg-hub`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::ManagementGroup(id) => write!(f, "management group {id}"),
            Self::Subscription(id) => write!(f, "subscription {id}"),
            Self::ResourceGroup { name, .. } => write!(f, "resource group {name}"),
        }
    }
}

/// The resource id of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct DeploymentId(String);

impl DeploymentId {
    /// The id of the deployment `name` at `scope`.
    #[must_use]
    pub(crate) fn new(scope: &Scope, name: &str) -> Self {
        Self(format!(
            "{}/providers/Microsoft.Resources/deployments/{name}",
            scope.path()
        ))
    }

    /// The id of a nested deployment, as Azure wrote it in an operation's target resource.
    #[must_use]
    pub(crate) fn from_target(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id as text, beginning with a slash.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The deployment's name: the id's last segment.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The path of the list of deployments at its scope.
    pub(crate) fn siblings(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(list, _)| list)
    }

    /// Names of its scope for people, the shorter first: `rg-hub`, `0000…/rg-hub`.
    #[must_use]
    pub(crate) fn scope_names(&self) -> [String; 2] {
        let end = self.0.to_ascii_lowercase().rfind("/providers/");
        let scope = &self.0[..end.unwrap_or_default()];
        let segments = scope.trim_start_matches('/').split('/');
        let names: Vec<_> = segments.skip(1).step_by(2).collect();
        match names.last() {
            Some(last) => [(*last).to_owned(), names.join("/")],
            None => ["tenant".to_owned(), "tenant".to_owned()],
        }
    }
}

impl fmt::Display for DeploymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The resource id of a deployment stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StackId {
    id: String,
    scope: String,
}

/// What the path of a stack has, in lower case.
const TYPE: &str = "/providers/microsoft.resources/deploymentstacks/";

impl StackId {
    /// The stack with this resource id; `None` if it is the id of something else.
    #[must_use]
    pub(crate) fn parse(id: &str) -> Option<Self> {
        let at = id.to_ascii_lowercase().find(TYPE)?;
        Some(Self {
            id: id.to_owned(),
            scope: id[..at].to_owned(),
        })
    }

    /// The id of the stack `name` at `scope`.
    #[must_use]
    pub(crate) fn new(scope: &Scope, name: &str) -> Self {
        let scope = scope.path();
        Self {
            id: format!("{scope}/providers/Microsoft.Resources/deploymentStacks/{name}"),
            scope,
        }
    }

    /// The id as text, beginning with a slash.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.id
    }

    /// The stack's name: the id's last segment.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// Where the what-if result `name` of this stack is kept.
    pub(super) fn what_if_path(&self, name: &str) -> String {
        let scope = &self.scope;
        format!("{scope}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/{name}")
    }
}

impl fmt::Display for StackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployments_scope_has_names_for_people() {
        for (scope, names) in [
            ("/subscriptions/s/resourceGroups/rg", ["rg", "s/rg"]),
            ("/subscriptions/s", ["s", "s"]),
            (
                "/providers/Microsoft.Management/managementGroups/alz",
                ["alz", "Microsoft.Management/alz"],
            ),
            ("", ["tenant", "tenant"]),
        ] {
            let id = format!("{scope}/providers/Microsoft.Resources/deployments/d");
            assert_eq!(
                DeploymentId::from_target(&id).scope_names(),
                names,
                "{scope}"
            );
        }
        assert_eq!(DeploymentId::from_target("odd").scope_names()[0], "tenant");
    }

    fn subscription() -> Guid {
        "00000000-0000-0000-0000-000000000001"
            .parse()
            .expect("a GUID")
    }

    #[test]
    fn ids_at_every_scope() {
        let group = Scope::ResourceGroup {
            subscription: subscription(),
            name: "rg-hub".to_owned(),
        };
        for (scope, id) in [
            (
                Scope::Tenant,
                "/providers/Microsoft.Resources/deployments/hub",
            ),
            (
                Scope::ManagementGroup("mg".to_owned()),
                "/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Resources/deployments/hub",
            ),
            (
                Scope::Subscription(subscription()),
                "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Resources/deployments/hub",
            ),
            (
                group,
                "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-hub/providers/Microsoft.Resources/deployments/hub",
            ),
        ] {
            let deployment = DeploymentId::new(&scope, "hub");
            assert_eq!(deployment.as_str(), id);
            assert_eq!(deployment.name(), "hub");
        }
    }

    const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";

    fn group() -> Scope {
        Scope::ResourceGroup {
            subscription: "00000000-0000-0000-0000-000000000001"
                .parse()
                .expect("a GUID"),
            name: "rg".to_owned(),
        }
    }

    #[test]
    fn stacks() {
        let id = StackId::new(&group(), "hub");
        let path = format!("{GROUP}/providers/Microsoft.Resources/deploymentStacks/hub");
        assert_eq!((id.as_str(), id.name()), (path.as_str(), "hub"));
        assert_eq!(
            id.what_if_path("look"),
            format!("{GROUP}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/look")
        );
    }
}
