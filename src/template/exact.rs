//! Fast path for plain JSON. Everything else is left to the parser that supports comments and positions, which needs a
//! syntax tree.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// `text` as a value, if it is plain JSON without duplicate keys or numbers that may lose precision.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Exact.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| value)
}

struct Exact;

impl<'de> DeserializeSeed<'de> for Exact {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Exact {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// May be an integer that did not fit, or not the nearest float to the literal.
    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("a number that may have changed"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(Exact)? {
            array.push(element);
        }
        array.shrink_to_fit();
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all: Vec<(String, Value)> = Vec::new();
        while let Some(key) = members.next_key()? {
            all.push((key, members.next_value_seed(Exact)?));
        }
        // Exact capacity: most of a template is small objects.
        let mut object = Map::with_capacity(all.len());
        for (key, value) in all {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key given twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_json_only() {
        let text = r#" {"a": [null, true, -1, 18446744073709551615, "ä\n\ud83d\ude80"]} "#;
        let value = json!({"a": [null, true, -1, u64::MAX, "ä\n🚀"]});
        assert_eq!(parse(text), Some(value));
        for other in [
            "1.5",
            "-0",
            "18446744073709551616",
            r#"{"a": 1, "a": 1}"#,
            "// x\n{}",
            "{} {}",
            "\"\n\"",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
