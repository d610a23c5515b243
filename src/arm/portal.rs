//! Pages of the Azure portal.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use url::Url;

use super::DeploymentId;

/// Characters to encode in a resource id that stands in a path; encoded parentheses cannot end a link in Markdown.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// The same for an id that is one segment of a path.
const SEGMENT: &AsciiSet = &PATH.add(b'/');

/// The portal of a cloud, as the people of one tenant see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Portal {
    origin: String,
    tenant: Option<String>,
}

impl Portal {
    /// The portal at `origin`; without a `tenant` it shows the one that was visited last.
    #[must_use]
    pub(crate) fn new(origin: &Url, tenant: Option<&str>) -> Self {
        Self {
            origin: origin.as_str().trim_end_matches('/').to_owned(),
            tenant: tenant.map(str::to_owned),
        }
    }

    /// The page of the resource with this id.
    #[must_use]
    pub(crate) fn resource_url(&self, id: &str) -> String {
        let tenant = self.tenant.as_ref().map(|tenant| {
            let tenant = utf8_percent_encode(tenant, PATH);
            format!("@{tenant}/")
        });
        let (origin, id) = (&self.origin, utf8_percent_encode(id, PATH));
        format!("{origin}/#{}resource{id}", tenant.unwrap_or_default())
    }

    /// The page of a deployment, with its operations.
    #[must_use]
    pub(crate) fn deployment_url(&self, id: &DeploymentId) -> String {
        let (origin, id) = (&self.origin, utf8_percent_encode(id.as_str(), SEGMENT));
        format!("{origin}/#view/HubsExtension/DeploymentDetailsBlade/~/overview/id/{id}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Scope;

    fn portal(tenant: Option<&str>) -> Portal {
        let origin = Url::parse("https://portal.azure.com").expect("a URL");
        Portal::new(&origin, tenant)
    }

    #[test]
    fn a_resource_has_a_page() {
        assert_eq!(
            portal(Some("t-1")).resource_url("/subscriptions/s/resourceGroups/rg (a)"),
            "https://portal.azure.com/#@t-1/resource/subscriptions/s/resourceGroups/rg%20%28a%29"
        );
        assert_eq!(
            portal(None).resource_url("/x"),
            "https://portal.azure.com/#resource/x"
        );
    }

    #[test]
    fn a_deployment_has_a_page() {
        let id = DeploymentId::new(&Scope::Tenant, "hub");
        assert_eq!(
            portal(Some("t-1")).deployment_url(&id),
            "https://portal.azure.com/#view/HubsExtension/DeploymentDetailsBlade/~/overview/id/\
             %2Fproviders%2FMicrosoft.Resources%2Fdeployments%2Fhub"
        );
    }
}
