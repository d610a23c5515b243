//! The type of a parameter or an output, through user-defined types.

use serde_json::Value;

use super::member;

/// What a definition says about its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// `string`, `int`, `bool`, `object` or `array`.
    pub(crate) base: &'static str,
    /// Values are never shown.
    pub(crate) secure: bool,
    /// May be left out.
    pub(crate) nullable: bool,
}

impl Kind {
    /// Reads a definition; a type that is not known counts as an object.
    pub(crate) fn of(definition: &Value, template: &Value) -> Self {
        let mut definition = definition;
        let mut nullable = false;
        // Chains of references are short; the bound stops a circle.
        for _ in 0..16 {
            nullable |= definition["nullable"] == true;
            let Some(next) = definition["$ref"]
                .as_str()
                .and_then(|path| follow(template, path))
            else {
                break;
            };
            definition = next;
        }
        let name = definition["type"]
            .as_str()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let base = match name.as_str() {
            "string" | "securestring" => "string",
            "int" => "int",
            "bool" => "bool",
            "array" => "array",
            _ => "object",
        };
        Self {
            base,
            secure: name.starts_with("secure"),
            nullable,
        }
    }

    /// The way Resource Manager writes the type in its answers.
    pub(crate) fn display(&self) -> &'static str {
        match (self.base, self.secure) {
            ("string", true) => "SecureString",
            ("string", false) => "String",
            ("int", _) => "Int",
            ("bool", _) => "Bool",
            ("array", _) => "Array",
            (_, true) => "SecureObject",
            (_, false) => "Object",
        }
    }

    /// Whether a value has this type.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.nullable,
            Value::String(_) => self.base == "string",
            Value::Bool(_) => self.base == "bool",
            Value::Number(number) => self.base == "int" && number.is_i64(),
            Value::Array(_) => self.base == "array",
            Value::Object(_) => self.base == "object",
        }
    }
}

fn follow<'a>(template: &'a Value, path: &str) -> Option<&'a Value> {
    let mut found = template;
    for part in path.strip_prefix("#/")?.split('/') {
        let part = part.replace("~1", "/").replace("~0", "~");
        found = member(found.as_object()?, &part)?;
    }
    Some(found)
}

/// .NET's name of a JSON type, as the error about a wrong one says it.
pub(crate) fn token_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_i64() => "Integer",
        Value::Number(_) => "Float",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

/// The same for the types that a definition expects.
pub(crate) fn expected_names(kind: &Kind) -> &'static str {
    match kind.base {
        "string" => "String, Uri",
        "int" => "Integer",
        "bool" => "Boolean",
        "array" => "Array",
        _ => "Object",
    }
}
