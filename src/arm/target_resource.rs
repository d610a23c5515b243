//! The resource that an operation works on.

use serde::Deserialize;
use serde_json::Value;

use super::lenient::or_default;

/// The resource that an operation works on: one of Azure's with an id, or one of an extension of Bicep, such as
/// Microsoft Graph, with identifiers instead.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct TargetResource {
    /// Its resource id.
    #[serde(deserialize_with = "or_default")]
    pub(crate) id: String,
    #[serde(deserialize_with = "or_default")]
    resource_type: String,
    #[serde(deserialize_with = "or_default")]
    resource_name: String,
    #[serde(deserialize_with = "or_default")]
    symbolic_name: String,
    identifiers: Value,
    #[serde(deserialize_with = "or_default")]
    extension: Extension,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Extension {
    #[serde(deserialize_with = "or_default")]
    alias: String,
    #[serde(deserialize_with = "or_default")]
    name: String,
}

impl TargetResource {
    /// What tells it from others: its resource id, else `extension:type:name`; never empty.
    pub(crate) fn identity(&self) -> String {
        if !self.id.is_empty() {
            return self.id.clone();
        }
        let Extension { alias, name } = &self.extension;
        let extension = if name.is_empty() { alias } else { name };
        format!("{extension}:{}:{}", self.kind(), self.name())
    }

    /// Whether anything tells it from others.
    pub(crate) fn is_known(&self) -> bool {
        !self.id.is_empty() || !self.resource_type.is_empty() || !self.name().is_empty()
    }

    /// Its type, without the version that the types of extensions have.
    pub(crate) fn kind(&self) -> &str {
        let kind = self.resource_type.split('@').next();
        kind.unwrap_or_default()
    }

    /// Its name: else what identifies it within its extension, or what the template calls it.
    pub(crate) fn name(&self) -> String {
        if !self.resource_name.is_empty() {
            return self.resource_name.clone();
        }
        let mut identifiers = Vec::new();
        texts(&self.identifiers, &mut identifiers);
        if identifiers.is_empty() {
            return self.symbolic_name.clone();
        }
        identifiers.join("/")
    }
}

/// Adds the texts in `value`, in its order.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn resources_of_extensions_have_names() {
        let graph = json!({"name": "MicrosoftGraph", "alias": "graph", "version": "1.0.0"});
        let kind = "Microsoft.Graph/applications@v1.0";
        let vnet =
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v";
        for (target, identity, name) in [
            (
                json!({"id": vnet, "resourceType": "Microsoft.Network/virtualNetworks", "resourceName": "v", "symbolicName": "net"}),
                vnet,
                "v",
            ),
            (
                json!({"extension": graph, "resourceType": kind, "identifiers": {"uniqueName": "app-hub"}, "symbolicName": "app"}),
                "MicrosoftGraph:Microsoft.Graph/applications:app-hub",
                "app-hub",
            ),
            (
                json!({"extension": {"alias": "k8s"}, "resourceType": "core/ConfigMap@v1", "identifiers": {"metadata": {"name": "map", "namespace": "kube"}, "x": 7}}),
                "k8s:core/ConfigMap:map/kube",
                "map/kube",
            ),
            (
                json!({"symbolicName": "app", "identifiers": null, "extension": 7}),
                "::app",
                "app",
            ),
            (json!({}), "::", ""),
        ] {
            let target: TargetResource = serde_json::from_value(target).expect("readable");
            assert_eq!(
                (target.identity().as_str(), target.name().as_str()),
                (identity, name)
            );
        }
    }
}
