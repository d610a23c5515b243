//! The parameters that a template declares.

use std::{collections::HashMap, fmt};

use serde_json::{Map, Value};

use super::json::member;

/// Maximum number of `$ref`s in a chain.
const LONGEST_CHAIN: usize = 32;

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    SecureString,
    Int,
    Bool,
    Object,
    SecureObject,
    Array,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::String,
        Self::SecureString,
        Self::Int,
        Self::Bool,
        Self::Object,
        Self::SecureObject,
        Self::Array,
    ];

    fn of(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str().eq_ignore_ascii_case(name))
    }

    /// The type as a template writes it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::SecureString => "secureString",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Object => "object",
            Self::SecureObject => "secureObject",
            Self::Array => "array",
        }
    }

    /// Whether values are strings.
    pub(super) fn is_string(self) -> bool {
        matches!(self, Self::String | Self::SecureString)
    }

    /// Whether values are secrets.
    fn is_secure(self) -> bool {
        matches!(self, Self::SecureString | Self::SecureObject)
    }

    /// Whether values are objects.
    pub(super) fn is_object(self) -> bool {
        matches!(self, Self::Object | Self::SecureObject)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One declared parameter.
#[derive(Debug)]
pub(super) struct Declaration<'t> {
    /// The name as the template spells it.
    pub(super) name: &'t str,
    /// The declaration itself and the definitions that its `$ref` leads to, nearest first.
    chain: Vec<&'t Map<String, Value>>,
    /// The template's definitions, for the types of parts.
    definitions: Option<&'t Value>,
    /// Whether every `$ref` was found. Otherwise only Azure knows the type.
    is_resolved: bool,
}

impl<'t> Declaration<'t> {
    fn new(name: &'t str, declared: &'t Value, definitions: Option<&'t Value>) -> Self {
        let mut chain = Vec::new();
        let mut next = declared.as_object();
        while let Some(node) = next {
            chain.push(node);
            let Some(reference) = member(node, "$ref") else {
                return Self {
                    name,
                    chain,
                    definitions,
                    is_resolved: true,
                };
            };
            next = definition(reference, definitions).filter(|_| chain.len() < LONGEST_CHAIN);
        }
        Self {
            name,
            chain,
            definitions,
            is_resolved: false,
        }
    }

    /// The type, as far as it is known without Azure.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.rule("type").and_then(Value::as_str).and_then(Kind::of)
    }

    /// Whether its values are secrets.
    pub(super) fn is_secure(&self) -> bool {
        self.kind().is_some_and(Kind::is_secure)
    }

    /// The declaration of the property `name` of an object.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        let properties = self.rule("properties").and_then(Value::as_object);
        let declared = properties.and_then(|all| member(all, name));
        let declared = declared.or_else(|| self.rule("additionalProperties"))?;
        Some(Self::new(self.name, declared, self.definitions))
    }

    /// The declaration of an array's items.
    pub(super) fn items(&self) -> Option<Self> {
        let declared = self.rule("items")?;
        Some(Self::new(self.name, declared, self.definitions))
    }

    /// The value of `keyword` in the declaration, or in the nearest definition that has it.
    pub(super) fn rule(&self, keyword: &str) -> Option<&'t Value> {
        self.chain.iter().find_map(|node| member(node, keyword))
    }

    /// Whether the deployment may work without a value.
    pub(super) fn is_optional(&self) -> bool {
        !self.is_resolved || self.is_nullable() || self.rule("defaultValue").is_some()
    }

    /// Whether `null` is a value.
    pub(super) fn is_nullable(&self) -> bool {
        let mut chain = self.chain.iter();
        chain.any(|node| member(node, "nullable") == Some(&Value::Bool(true)))
    }
}

fn definition<'t>(
    reference: &Value,
    definitions: Option<&'t Value>,
) -> Option<&'t Map<String, Value>> {
    let name = reference.as_str()?.strip_prefix("#/definitions/")?;
    member(definitions?.as_object()?, name)?.as_object()
}

/// All parameters that a template declares, looked up without regard to case, as in Azure.
#[derive(Debug, Default)]
pub(super) struct Declarations<'t> {
    in_order: Vec<Declaration<'t>>,
    by_name: HashMap<String, usize>,
}

impl<'t> Declarations<'t> {
    /// The declarations of `template`.
    pub(super) fn of(template: &'t Map<String, Value>) -> Self {
        let definitions = member(template, "definitions");
        let declared = member(template, "parameters").and_then(Value::as_object);
        let mut all = Self::default();
        for (name, declaration) in declared.into_iter().flatten() {
            all.by_name.insert(name.to_lowercase(), all.in_order.len());
            all.in_order
                .push(Declaration::new(name, declaration, definitions));
        }
        all
    }

    /// The parameter `name`, in any case.
    pub(super) fn get(&self, name: &str) -> Option<&Declaration<'t>> {
        self.by_name
            .get(&name.to_lowercase())
            .map(|index| &self.in_order[*index])
    }

    /// The parameters in the template's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Declaration<'t>> + Clone {
        self.in_order.iter()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_as_far_as_they_lead() {
        let template = json!({
            "definitions": {
                "size": {"type": "int", "minValue": 1, "maxValue": 9},
                "maybeSize": {"$ref": "#/definitions/size", "nullable": true},
                "loop": {"$ref": "#/definitions/loop"},
            },
            "parameters": {
                "Plain": {"type": "SECUREstring"},
                "size": {"$ref": "#/definitions/maybeSize", "maxValue": 5},
                "loop": {"$ref": "#/definitions/loop"},
                "lost": {"$ref": "#/definitions/nowhere"},
                "far": {"$ref": "https://example.org/types.json#/a"},
                "odd": 1,
                "defaulted": {"type": "array", "DefaultValue": []},
            },
        });
        let declarations = Declarations::of(template.as_object().unwrap());
        for (name, kind, is_optional) in [
            ("plain", Some(Kind::SecureString), false),
            ("SIZE", Some(Kind::Int), true),
            ("loop", None, true),
            ("lost", None, true),
            ("far", None, true),
            ("odd", None, true),
            ("defaulted", Some(Kind::Array), true),
        ] {
            let declaration = declarations.get(name).unwrap();
            assert_eq!(declaration.kind(), kind, "{name}");
            assert_eq!(declaration.is_optional(), is_optional, "{name}");
        }
        let size = declarations.get("size").unwrap();
        assert_eq!(size.rule("maxValue"), Some(&json!(5)));
        assert_eq!(size.rule("minValue"), Some(&json!(1)));
        assert!(declarations.get("other").is_none());
    }
}
