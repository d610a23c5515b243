//! Template specs, for the types of their parameters.

use azure_core::http::{Method, Request};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Arm, ArmError, client::read};

/// The version of the template specs API that we speak.
const TEMPLATE_SPECS_API: &str = "2022-02-01";

/// A version of a template spec, as far as we read it.
#[derive(Deserialize)]
struct TemplateSpecVersion {
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    main_template: Map<String, Value>,
}

impl Arm {
    /// The main template of the template spec's version with this resource id.
    ///
    /// # Errors
    /// [`ArmError`]; 403 without the role *Template Spec Reader*, or one that includes it.
    pub(crate) async fn main_template(&self, id: &str) -> Result<Map<String, Value>, ArmError> {
        let url = self.url(id, TEMPLATE_SPECS_API);
        let answer = self.send(Request::new(url, Method::Get)).await?;
        let version: TemplateSpecVersion = read(&answer)?;
        Ok(version.properties.main_template)
    }
}
