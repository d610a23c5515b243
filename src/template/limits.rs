//! Azure's limits on a deployment, as far as they show before it runs.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::json::member;

/// What a template and its parameters may come to together, in bytes, written without white space.
const LARGEST: usize = 4 * 1024 * 1024;
const MOST_PARAMETERS: usize = 256;
const MOST_OUTPUTS: usize = 64;

/// Which limits the template and its parameters exceed.
pub(super) fn faults(
    template: &Map<String, Value>,
    parameters: &Map<String, Value>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let size = size(template) + size(parameters);
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

/// How long `value` is as JSON without white space, in bytes.
fn size(value: &impl Serialize) -> usize {
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, value).expect("a counter takes every byte");
    counter.0
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    #[test]
    fn size_is_that_of_compact_json() {
        let value = json!({"a": [1.5, "ä\n", null], "b": {}});
        assert_eq!(size(&value), value.to_string().len());
    }
}
