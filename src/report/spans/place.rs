//! Where in Azure something is, as its id says.

use crate::otlp::Attributes;

/// What stands before the last type of an id, in lower case.
const PROVIDERS: &str = "/providers/";

/// The attributes of what has this id; hardly any if it is none of Azure, as that of a resource of an extension.
pub(super) fn of(id: &str) -> Attributes {
    let attributes = Attributes::default().text("cloud.provider", "azure");
    if !id.starts_with('/') {
        return attributes;
    }
    attributes
        .text("cloud.resource_id", id)
        .given("cloud.account.id", after(id, "/subscriptions/"))
        .given("azure.resource_group.name", after(id, "/resourcegroups/"))
        .given("azure.resource_provider.namespace", namespace(id))
}

/// The segment after `part`, which is in lower case.
fn after<'a>(id: &'a str, part: &str) -> Option<&'a str> {
    let at = id.to_ascii_lowercase().find(part)? + part.len();
    segment(&id[at..])
}

fn namespace(id: &str) -> Option<&str> {
    let at = id.to_ascii_lowercase().rfind(PROVIDERS)? + PROVIDERS.len();
    segment(&id[at..])
}

fn segment(text: &str) -> Option<&str> {
    text.split('/').next().filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_where_something_is() {
        let azure = || Attributes::default().text("cloud.provider", "azure");
        let id = "/Subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/providers/\
                  Microsoft.Insights/diagnosticSettings/d";
        let all = azure()
            .text("cloud.resource_id", id)
            .text("cloud.account.id", "s")
            .text("azure.resource_group.name", "rg")
            .text("azure.resource_provider.namespace", "Microsoft.Insights");
        assert_eq!(of(id), all);
        let tenant = "/providers/Microsoft.Management/managementGroups/mg";
        let some = azure()
            .text("cloud.resource_id", tenant)
            .text("azure.resource_provider.namespace", "Microsoft.Management");
        assert_eq!(of(tenant), some);
        assert_eq!(
            of("/subscriptions/"),
            azure().text("cloud.resource_id", "/subscriptions/")
        );
        assert_eq!(of("graph:groups:g"), azure());
    }
}
