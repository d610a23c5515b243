//! Deployments that ended before, and their operations, read page by page: each request can be the last.

use azure_core::http::{Method, Request};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use url::Url;

use super::{
    Arm, ArmError, Correlation, Dependencies, DeploymentId, Location, Operation,
    client::read,
    lenient::or_default,
    model::{Page, timestamp},
};

/// Largest page, in bytes: many times what it usually has. Nothing but a forecast depends on it.
const LARGEST_PAGE: usize = 8 * 1024 * 1024;

/// A deployment that has ended, as a list shows it. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EarlierDeployment {
    /// Its resource id.
    #[serde(deserialize_with = "or_default")]
    pub(crate) id: String,
    /// What is known of it.
    #[serde(deserialize_with = "or_default")]
    pub(crate) properties: EarlierProperties,
}

/// The properties of a deployment in a list that we read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EarlierProperties {
    /// When it ended.
    #[serde(deserialize_with = "timestamp")]
    pub(crate) timestamp: Option<Timestamp>,
    /// The same for every deployment of the same template; empty where Azure does not tell it.
    #[serde(deserialize_with = "or_default")]
    pub(crate) template_hash: String,
    /// Whose submission it was, which deployments nested in it share; `None` where Azure does not tell it.
    #[serde(rename = "correlationId", deserialize_with = "correlation")]
    pub(crate) correlation: Option<Correlation>,
    /// Which of its resources waited for which; `None` where Azure does not tell it.
    pub(crate) dependencies: Option<Dependencies>,
}

impl EarlierDeployment {
    /// Its name: the last segment of its id.
    pub(crate) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }
}

/// A page of a list, and where the next one is.
#[derive(Clone, Debug)]
pub(crate) struct ListPage<T> {
    /// In Azure's order; there may be none although more pages follow.
    pub(crate) items: Vec<T>,
    /// `None` for the last page.
    pub(crate) next: Option<Location>,
}

impl Arm {
    /// Reads the first page of those beside this deployment, itself perhaps included, that have succeeded: so many
    /// items at most.
    ///
    /// # Errors
    /// [`ArmError`]; [`ArmError::Misleading`] if the page leads to another server, or to itself.
    pub(crate) async fn succeeded_beside(
        &self,
        id: &DeploymentId,
        top: usize,
    ) -> Result<ListPage<EarlierDeployment>, ArmError> {
        let mut request = self.about_deployment(id.siblings(), Method::Get);
        request
            .url_mut()
            .query_pairs_mut()
            .append_pair("$filter", "provisioningState eq 'Succeeded'")
            .append_pair("$top", &top.to_string());
        self.page(request.url().clone()).await
    }

    /// Reads the first page of a deployment's operations.
    ///
    /// # Errors
    /// As [`Arm::succeeded_beside`].
    pub(crate) async fn first_operations(
        &self,
        id: &DeploymentId,
    ) -> Result<ListPage<Operation>, ArmError> {
        let request = self.about_deployment(&format!("{id}/operations"), Method::Get);
        self.page(request.url().clone()).await
    }

    /// Reads a page that an earlier one led to.
    ///
    /// # Errors
    /// As [`Arm::succeeded_beside`].
    pub(crate) async fn next_page<T: DeserializeOwned>(
        &self,
        at: &Location,
    ) -> Result<ListPage<T>, ArmError> {
        self.page(at.0.clone()).await
    }

    async fn page<T: DeserializeOwned>(&self, at: Url) -> Result<ListPage<T>, ArmError> {
        let request = Request::new(at.clone(), Method::Get);
        let answer = self.send_for(request, LARGEST_PAGE).await?;
        let page: Page<T> = read(&answer)?;
        let next = page.next_link.as_deref().map(|link| self.same_origin(link));
        let next = next.transpose()?;
        if next.as_ref() == Some(&at) {
            return Err(ArmError::Misleading {
                reason: "a page of Azure's list leads to itself".to_owned(),
            });
        }
        Ok(ListPage {
            items: page.value,
            next: next.map(Location),
        })
    }
}

fn correlation<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Correlation>, D::Error> {
    let id: String = or_default(deserializer)?;
    Ok((!id.is_empty()).then(|| Correlation::new(id)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: Value) -> Vec<EarlierDeployment> {
        let page: Page<EarlierDeployment> = serde_json::from_value(value).expect("readable");
        page.value
    }

    #[test]
    fn an_odd_deployment_costs_no_other() {
        let listed = read(json!({"value": [
            {"id": "/s/deployments/hub-1", "properties": {
                "timestamp": "2026-04-09T17:14:58.1896113Z", "templateHash": "4488259817381607990",
                "correlationId": "454133020af8c63f0442fbe14b967dbd", "dependencies": [
                    {"id": "/b", "dependsOn": [{"id": "/a"}]}]}},
            {"id": 7, "properties": {"timestamp": "yesterday", "templateHash": 7, "dependencies": "?"}},
            {"properties": null},
        ]}));
        let [whole, odd, empty] = &listed[..] else {
            panic!("{listed:?}")
        };
        assert_eq!(whole.name(), "hub-1");
        assert_eq!(whole.properties.template_hash, "4488259817381607990");
        assert!(whole.properties.timestamp.is_some());
        let dependencies = whole.properties.dependencies.as_ref().expect("told");
        assert_eq!(dependencies.of("/B").collect::<Vec<_>>(), ["/a"]);
        assert_eq!((odd.name(), empty.name()), ("", ""));
        assert_eq!(odd.properties.template_hash, "");
        assert_eq!(odd.properties.correlation, None);
        assert!(empty.properties.dependencies.is_none());
    }
}
