//! Pages of the Azure portal.

use std::fmt::Write;

use url::Url;

/// Characters of a resource id that an address bears as they are; parentheses would end a link in Markdown.
const BARE: &str = "/-_.~";

/// The resources' pages in a cloud's portal, as the people of one tenant see them.
#[derive(Clone, Debug)]
pub struct Portal(String);

impl Portal {
    /// The portal at `origin`; without a `tenant` it shows the one that was visited last.
    #[must_use]
    pub fn new(origin: &Url, tenant: Option<&str>) -> Self {
        let mut url = format!("{}/#", origin.as_str().trim_end_matches('/'));
        if let Some(tenant) = tenant {
            url.push('@');
            encode(tenant, &mut url);
            url.push('/');
        }
        url.push_str("resource");
        Self(url)
    }

    /// The page of the resource with this id.
    #[must_use]
    pub fn resource_url(&self, id: &str) -> String {
        let mut url = self.0.clone();
        encode(id, &mut url);
        url
    }
}

fn encode(text: &str, url: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || BARE.contains(char::from(byte)) {
            url.push(char::from(byte));
        } else {
            // Writing to memory cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_has_a_page() {
        let origin = Url::parse("https://portal.azure.com").expect("a URL");
        let portal = |tenant| Portal::new(&origin, tenant);
        assert_eq!(
            portal(Some("t-1")).resource_url("/subscriptions/s/resourceGroups/rg (a)"),
            "https://portal.azure.com/#@t-1/resource/subscriptions/s/resourceGroups/rg%20%28a%29"
        );
        assert_eq!(
            portal(None).resource_url("/x"),
            "https://portal.azure.com/#resource/x"
        );
    }
}
