//! Azure's limits on a deployment that can be checked in advance.

use serde_json::{Map, Value};

use super::json::member;

/// Maximum size of template and parameters together, in bytes without white space.
const LARGEST: usize = 4 * 1024 * 1024;
const MOST_PARAMETERS: usize = 256;
const MOST_OUTPUTS: usize = 64;

/// The limits that the template and its parameters exceed.
pub(super) fn faults(
    template: &Map<String, Value>,
    parameters: &Map<String, Value>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let size = object_size(template) + object_size(parameters);
    if size > LARGEST {
        let mebibytes = size as f64 / (1024.0 * 1024.0);
        faults.push(format!(
            "comes to {mebibytes:.1} MB with its parameters, over Azure's limit of 4 MB: split it into linked templates or template specs"
        ));
    }
    for (section, most, remedy) in [
        ("parameters", MOST_PARAMETERS, "combine some into objects"),
        ("outputs", MOST_OUTPUTS, "combine some into an object"),
    ] {
        let members = member(template, section).and_then(Value::as_object);
        let count = members.map_or(0, Map::len);
        if count > most {
            faults.push(format!(
                "has {count} {section}, over Azure's limit of {most}: {remedy}"
            ));
        }
    }
    faults
}

/// Size of the object as JSON without white space, in bytes. Counting is several times faster than writing it.
fn object_size(object: &Map<String, Value>) -> usize {
    let members = object.iter();
    let members = members.map(|(key, value)| string_size(key) + ":".len() + size(value));
    list_size(object.len(), members)
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => string_size(text),
        Value::Array(elements) => list_size(elements.len(), elements.iter().map(size)),
        Value::Object(object) => object_size(object),
    }
}

fn list_size(count: usize, items: impl Iterator<Item = usize>) -> usize {
    "[]".len() + count.saturating_sub(1) + items.sum::<usize>()
}

fn string_size(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | b'\x08' | b'\x0c' => 1,
        0..0x20 => "\\u0000".len() - 1,
        _ => 0,
    });
    "\"\"".len() + text.len() + escapes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::template::arbitrary;

    fn numbered(count: usize) -> Map<String, Value> {
        (0..count).map(|n| (format!("n{n}"), json!({}))).collect()
    }

    #[test]
    fn limits_are_named_when_exceeded() {
        let template = |parameters, outputs, size| {
            let text = "x".repeat(size);
            let template = json!({"parameters": numbered(parameters), "outputs": numbered(outputs), "text": text});
            template.as_object().cloned().unwrap_or_default()
        };
        assert_eq!(
            faults(&template(256, 64, 3_000_000), &Map::new()),
            Vec::<String>::new()
        );
        let faults = faults(&template(257, 65, 4 * 1024 * 1024), &Map::new());
        for (fault, expected) in
            faults
                .iter()
                .zip(["comes to 4.0 MB", "has 257 parameters", "has 65 outputs"])
        {
            assert!(fault.starts_with(expected), "{fault}");
        }
        assert_eq!(faults.len(), 3);
    }

    proptest! {
        #[test]
        fn size_is_that_of_compact_json(value in arbitrary::json()) {
            prop_assert_eq!(size(&value), value.to_string().len());
        }
    }
}
