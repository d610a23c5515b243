//! JSON in one form, whatever the order of its keys and the version of Bicep that wrote it.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// JSON that is written with its keys sorted.
pub(super) struct Canonical<'v> {
    value: &'v Value,
    /// Whether it is a template's `metadata`.
    is_metadata: bool,
}

impl<'v> Canonical<'v> {
    pub(super) fn of(value: &'v Value) -> Self {
        let is_metadata = false;
        Self { value, is_metadata }
    }
}

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Object(members) => {
                let without = self.is_metadata.then_some("_generator");
                Object { members, without }.serialize(serializer)
            }
            Value::Array(elements) => serializer.collect_seq(elements.iter().map(Canonical::of)),
            scalar => scalar.serialize(serializer),
        }
    }
}

/// A JSON object that is written with sorted keys, without one of them.
pub(super) struct Object<'v> {
    members: &'v Map<String, Value>,
    without: Option<&'static str>,
}

impl<'v> Object<'v> {
    pub(super) fn whole(members: &'v Map<String, Value>) -> Self {
        Self {
            members,
            without: None,
        }
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_template = self.members.contains_key("$schema");
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_unstable_by_key(|(key, _)| *key);
        members.retain(|(key, _)| Some(key.as_str()) != self.without);
        serializer.collect_map(members.into_iter().map(|(key, value)| {
            let is_metadata = is_template && key == "metadata";
            (key, Canonical { value, is_metadata })
        }))
    }
}
