//! The four places a deployment can happen in, and resource ids.

/// Where a deployment is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole directory.
    #[default]
    Tenant,
    /// A management group, by name.
    ManagementGroup(String),
    /// A subscription, by id.
    Subscription(String),
    /// A resource group of a subscription.
    ResourceGroup { subscription: String, group: String },
}

impl Scope {
    /// The scope's own resource id; empty for the tenant.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Tenant => String::new(),
            Self::ManagementGroup(group) => {
                format!("/providers/Microsoft.Management/managementGroups/{group}")
            }
            Self::Subscription(subscription) => format!("/subscriptions/{subscription}"),
            Self::ResourceGroup {
                subscription,
                group,
            } => {
                format!("/subscriptions/{subscription}/resourceGroups/{group}")
            }
        }
    }

    /// What `resourceId()` puts before `/providers`: a management group counts as the tenant.
    pub(crate) fn id_for_resources(&self) -> String {
        match self {
            Self::ManagementGroup(_) => String::new(),
            other => other.id(),
        }
    }

    /// The id of a deployment of this scope.
    pub(crate) fn deployment_id(&self, name: &str) -> String {
        format!(
            "{}/providers/Microsoft.Resources/deployments/{name}",
            self.id()
        )
    }

    /// Splits a path into its scope and what follows it, without the slash between them.
    pub(crate) fn split(path: &str) -> Option<(Self, String)> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let (scope, used) = match lower.as_slice() {
            ["subscriptions", _, "resourcegroups", _, ..] => {
                let (subscription, group) = (parts[1].to_owned(), parts[3].to_owned());
                (
                    Self::ResourceGroup {
                        subscription,
                        group,
                    },
                    4,
                )
            }
            ["subscriptions", _, ..] => (Self::Subscription(parts[1].to_owned()), 2),
            [
                "providers",
                "microsoft.management",
                "managementgroups",
                _,
                ..,
            ] => (Self::ManagementGroup(parts[3].to_owned()), 4),
            ["providers", ..] | [""] => (Self::Tenant, 0),
            _ => return None,
        };
        Some((scope, parts[used..].join("/")))
    }

    /// Reads the `scope` of a nested deployment: an id or a part of one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches('/');
        let relative = text
            .to_ascii_lowercase()
            .starts_with("microsoft.management/");
        let whole = if relative {
            format!("/providers/{text}")
        } else {
            format!("/{text}")
        };
        Self::split(&whole)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(scope, _)| scope)
    }

    pub(crate) fn subscription(&self) -> Option<&str> {
        match self {
            Self::Subscription(subscription) | Self::ResourceGroup { subscription, .. } => {
                Some(subscription)
            }
            Self::Tenant | Self::ManagementGroup(_) => None,
        }
    }

    /// The file name of the template schema that belongs here.
    pub(crate) fn schema(&self) -> &'static str {
        match self {
            Self::Tenant => "tenantDeploymentTemplate.json",
            Self::ManagementGroup(_) => "managementGroupDeploymentTemplate.json",
            Self::Subscription(_) => "subscriptionDeploymentTemplate.json",
            Self::ResourceGroup { .. } => "deploymentTemplate.json",
        }
    }
}

/// `/providers/Namespace/type/name/subtype/subname` of a resource.
pub(crate) fn provider_path(kind: &str, name: &str) -> String {
    let mut types = kind.split('/');
    let mut path = format!("/providers/{}", types.next().unwrap_or_default());
    let mut names = name.split('/');
    for part in types {
        path.push_str(&format!("/{part}"));
        if let Some(name) = names.next() {
            path.push_str(&format!("/{name}"));
        }
    }
    path
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn paths_split_without_regard_to_case() {
        let path = "/SUBSCRIPTIONS/s/resourcegroups/RG/providers/Microsoft.Resources/deployments/d";
        let (scope, rest) = Scope::split(path).unwrap();
        assert_eq!(scope.id(), "/subscriptions/s/resourceGroups/RG");
        assert_eq!(rest, "providers/Microsoft.Resources/deployments/d");
    }

    #[test]
    fn nested_scopes_may_be_relative() {
        let group = Scope::ManagementGroup("corp".into());
        assert_eq!(
            Scope::parse("Microsoft.Management/managementGroups/corp"),
            Some(group.clone())
        );
        assert_eq!(Scope::parse(&group.id()), Some(group));
        assert_eq!(Scope::parse("/"), Some(Scope::Tenant));
        assert_eq!(
            Scope::parse("/subscriptions/s"),
            Some(Scope::Subscription("s".into()))
        );
        assert_eq!(Scope::parse("Microsoft.Storage/storageAccounts/x"), None);
    }

    #[test]
    fn types_and_names_interleave() {
        assert_eq!(
            provider_path("Microsoft.Network/virtualNetworks/subnets", "vnet/one"),
            "/providers/Microsoft.Network/virtualNetworks/vnet/subnets/one"
        );
    }
}
