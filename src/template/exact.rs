//! Fast path for plain JSON. Everything else is left to the parser that supports comments and positions, which needs a
//! syntax tree.
//!
//! Numbers keep their digits (serde_json's `arbitrary_precision`), for which serde_json gives a visitor a number as a map
//! with one key of its own, unless it fits 64 bits.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

/// The key under which serde_json hides the digits of a number.
const NUMBER: &str = "$serde_json::private::Number";

/// `text` as a value, if it is plain JSON without duplicate keys.
pub(super) fn parse(text: &str) -> Option<Value> {
    if text.contains(NUMBER) {
        // A key of the text itself, which would be taken for a number.
        return None;
    }
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
        while let Some(key) = members.next_key::<String>()? {
            if key == NUMBER {
                return number(&members.next_value::<String>()?);
            }
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

fn number<E: Error>(digits: &str) -> Result<Value, E> {
    let number: Number = digits.parse().map_err(E::custom)?;
    Ok(Value::Number(number))
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
            r#"{"a": 1, "a": 1}"#,
            r#"{"$serde_json::private::Number": "1"}"#,
            "// x\n{}",
            "{} {}",
            "\"\n\"",
            "01",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for digits in [
            "-0",
            "100.00",
            "0.30000000000000004",
            "123456789012345678901234567890",
            "1e+999",
        ] {
            let value = parse(digits).map(|value| value.to_string());
            assert_eq!(value.as_deref(), Some(digits));
        }
    }
}
