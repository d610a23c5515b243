//! Azure's clouds and their endpoints.

use url::Url;

/// The endpoints of a cloud: Entra ID, Resource Manager and the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    /// Entra ID's origin, such as `https://login.microsoftonline.com`.
    pub authority: Url,
    /// Resource Manager's origin, such as `https://management.azure.com`.
    pub resource_manager: Url,
    /// The portal's origin; `None` in a custom cloud, whose portal is not known.
    pub portal: Option<Url>,
    /// The default audience of federated credentials in this cloud.
    pub audience: String,
}

impl Cloud {
    /// Azure's public cloud.
    #[must_use]
    pub(crate) fn public() -> Self {
        Self::known(
            "https://login.microsoftonline.com",
            "https://management.azure.com",
            "https://portal.azure.com",
            "api://AzureADTokenExchange",
        )
    }

    /// Azure for the government of the United States.
    #[must_use]
    pub(crate) fn us_government() -> Self {
        Self::known(
            "https://login.microsoftonline.us",
            "https://management.usgovcloudapi.net",
            "https://portal.azure.us",
            "api://AzureADTokenExchangeUSGov",
        )
    }

    /// Azure operated by 21Vianet in China.
    #[must_use]
    pub(crate) fn china() -> Self {
        Self::known(
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
            "https://portal.azure.cn",
            "api://AzureADTokenExchangeChina",
        )
    }

    /// Another cloud, such as Azure Stack Hub.
    #[must_use]
    pub(crate) fn custom(authority: Url, resource_manager: Url) -> Self {
        Self {
            authority,
            resource_manager,
            portal: None,
            audience: Self::public().audience,
        }
    }

    /// The scope of a token for Resource Manager.
    #[must_use]
    pub(crate) fn token_scope(&self) -> String {
        format!(
            "{}/.default",
            self.resource_manager.as_str().trim_end_matches('/')
        )
    }

    fn known(authority: &str, resource_manager: &str, portal: &str, audience: &str) -> Self {
        let url = |text: &str| Url::parse(text).expect("the clouds' addresses are valid");
        Self {
            authority: url(authority),
            resource_manager: url(resource_manager),
            portal: Some(url(portal)),
            audience: audience.to_owned(),
        }
    }
}
