//! Which resources of a deployment wait for which.

use std::collections::{BTreeMap, btree_map};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{lenient::or_default, target_resource::TargetResource};

/// Which resources of a deployment wait for which, by what tells them from others, in lower case.
///
/// Source: `properties.dependencies`, which Azure tells from the submission on, and which does not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Dependencies(BTreeMap<String, Vec<String>>);

/// A resource with a `dependsOn`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Dependent {
    #[serde(flatten)]
    resource: TargetResource,
    #[serde(deserialize_with = "or_default")]
    depends_on: Vec<TargetResource>,
}

impl Dependencies {
    /// What the resource with this [`TargetResource::identity`] waits for.
    pub(crate) fn of<'a>(&'a self, identity: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let before = self.0.get(&identity.to_lowercase());
        before.into_iter().flatten().map(String::as_str)
    }

    /// Takes note of what a resource waits for.
    pub(crate) fn insert(&mut self, identity: String, before: Vec<String>) {
        self.0.insert(identity, before);
    }

    /// Those that wait for others. What they wait for may be there already, so it is not deployed for certain.
    pub(crate) fn dependents(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Reads what we have written. Azure writes it in another form, which the type itself reads.
    ///
    /// # Errors
    /// When it has another form.
    pub(crate) fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }

    /// Takes note of what the resources of another deployment wait for, too.
    pub(crate) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Each resource that waits, and what it waits for.
    pub(crate) fn iter(&self) -> btree_map::Iter<'_, String, Vec<String>> {
        self.0.iter()
    }

    /// Whether none is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Dependencies {
    type Item = (String, Vec<String>);
    type IntoIter = btree_map::IntoIter<String, Vec<String>>;

    /// Each resource that waits, and what it waits for.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de> Deserialize<'de> for Dependencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: Vec<Value> = or_default(deserializer)?;
        let dependents = values
            .into_iter()
            .filter_map(|value| serde_json::from_value::<Dependent>(value).ok());
        let pairs = dependents.map(|dependent| {
            let before = dependent.depends_on.iter().map(key).collect();
            (key(&dependent.resource), before)
        });
        Ok(Self(pairs.collect()))
    }
}

fn key(resource: &TargetResource) -> String {
    resource.identity().to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn resources_are_known_by_their_ids_in_any_case() {
        let vnet = json!({"id": "/s/virtualNetworks/V", "resourceType": "Microsoft.Network/virtualNetworks"});
        let app = json!({"extension": {"name": "graph"}, "resourceType": "app@v1", "identifiers": {"uniqueName": "A"}});
        let read: Dependencies = serde_json::from_value(json!([
            {"id": "/s/Gateways/g", "dependsOn": [vnet, app]},
            {"id": "/s/alone", "dependsOn": null},
            7,
        ]))
        .expect("readable");
        let before: Vec<_> = read.of("/S/gateways/G").collect();
        assert_eq!(before, ["/s/virtualnetworks/v", "graph:app:a"]);
        assert_eq!(
            read.of("/s/alone").count() + read.of("/s/unknown").count(),
            0
        );
        assert!(!read.is_empty());
        for odd in [json!(null), json!("x"), json!({})] {
            let read: Dependencies = serde_json::from_value(odd).expect("readable");
            assert!(read.is_empty());
        }
    }
}
