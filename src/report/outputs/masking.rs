//! Secrets among the values of outputs.
//!
//! Each leaf of a JSON value is masked on its own: a mask of the whole text would not match its parts, and a mask of
//! each line would hide every brace of the log. Short values would hide too much as well, so they cause a warning
//! instead.

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{
    event::Texts,
    host::{SHORTEST_SECRET as SHORTEST, Vault},
};

/// Values to mask, and warnings about values that cannot be masked.
#[derive(Debug, Default)]
struct Masking {
    masks: Vec<SecretString>,
    /// Lower-case fragments for the user.
    warnings: Vec<String>,
}

/// Whether an output of the template has a secure type, whose value Azure does not return.
pub(crate) fn is_secure(output: &Value) -> bool {
    let kind = output
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    ["SecureString", "SecureObject"]
        .iter()
        .any(|secure| secure.eq_ignore_ascii_case(kind))
}

/// Whether `name` is among `masked`, in any case.
pub(crate) fn is_masked(masked: &[String], name: &str) -> bool {
    masked.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Registers the secrets among `outputs`, those of a secure type and those named in `masked`, and takes all known secrets
/// out of the others; the warnings for the user.
pub(crate) fn redact(
    outputs: &mut Map<String, Value>,
    masked: &[String],
    vault: &Vault,
) -> Vec<String> {
    let secure = outputs.iter().filter(|(_, output)| is_secure(output));
    let secure: Vec<_> = secure.map(|(name, _)| name.clone()).collect();
    let Masking {
        masks,
        mut warnings,
    } = masking(outputs, masked);
    let secure = masking(outputs, &secure).masks;
    masks.iter().for_each(|mask| vault.keep(mask));
    secure.iter().for_each(|value| vault.keep_value(value));
    for (mut name, mut output) in std::mem::take(outputs) {
        if !is_masked(masked, &name) {
            let before = output.clone();
            vault.clean(&mut name);
            output.texts(&mut |text| vault.clean(text));
            if output != before && !is_secure(&output) {
                warnings.push(secret_inside(&name));
            }
        }
        outputs.insert(name, output);
    }
    warnings
}

fn secret_inside(name: &str) -> String {
    format!(
        "the template's output {name:?} contains a secret, which the step's outputs replace with ***: leave the secret out \
         of the output, or name the output in `masked-outputs`, which hands its value to later steps and masks it"
    )
}

/// The masks of the `outputs` that are named in `masked`.
fn masking(outputs: &Map<String, Value>, masked: &[String]) -> Masking {
    let mut masking = Masking::default();
    for name in masked {
        let Some((_, output)) = outputs
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        else {
            masking.warnings.push(format!(
                "masked-outputs contains {name:?}, which is not an output of the template"
            ));
            continue;
        };
        let mut complete = true;
        leaves(output.get("value").unwrap_or(&Value::Null), &mut |leaf| {
            let masks = masks_of(leaf);
            complete &= !masks.is_empty() || leaf.is_empty();
            masking.masks.extend(masks);
        });
        if !complete {
            masking.warnings.push(format!(
                "the output {name:?} contains true, false or values shorter than {SHORTEST} characters, which are not masked: \
                 a mask would hide the same text everywhere in the log"
            ));
        }
    }
    masking
}

/// The lines of `leaf` that are long enough for a mask.
fn masks_of(leaf: &str) -> Vec<SecretString> {
    leaf.split(['\r', '\n'])
        .map(str::trim)
        .filter(|line| line.chars().count() >= SHORTEST && !matches!(*line, "true" | "false"))
        .map(SecretString::from)
        .collect()
}

/// Calls `visit` with the text of every string, number and Boolean in `value`.
fn leaves(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::Null => {}
        Value::String(text) => visit(text),
        Value::Bool(_) | Value::Number(_) => visit(&value.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, visit)),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;
    use crate::host::{Console, Taste};

    fn of(value: Value) -> (Vec<String>, usize) {
        let outputs = json!({ "Key": { "type": "Object", "value": value } });
        let outputs = outputs.as_object().expect("an object");
        let masking = masking(outputs, &["kEY".to_owned()]);
        let masks = masking
            .masks
            .iter()
            .map(|mask| mask.expose_secret().to_owned())
            .collect();
        (masks, masking.warnings.len())
    }

    #[test]
    fn leaves_are_masked_line_by_line() {
        for (value, masks, warnings) in [
            (json!("hunter22"), &["hunter22"][..], 0),
            (
                json!({ "a": ["secret-1", { "b": 12345 }], "c": null }),
                &["secret-1", "12345"],
                0,
            ),
            (json!("{\n  \"key\": \"x\"\n}"), &["\"key\": \"x\""], 0),
            (json!(""), &[], 0),
            (json!(null), &[], 0),
            (json!("abc"), &[], 1),
            (
                json!({ "on": true, "off": "false", "key": "secret-1" }),
                &["secret-1"],
                1,
            ),
        ] {
            let (found, warned) = of(value.clone());
            assert_eq!(
                (found.iter().map(String::as_str).collect::<Vec<_>>(), warned),
                (masks.to_vec(), warnings),
                "{value}"
            );
        }
    }

    #[test]
    fn known_secrets_leave_all_outputs_but_those_that_are_masked() {
        let vault = Vault::new(Console::of("", std::io::sink(), Taste::default()));
        vault.keep(&"hush-4711".into());
        let outputs = json!({
            "open": {"type": "String", "value": "a=hush-4711"},
            "deep": {"type": "Object", "value": {"hush-4711": ["secure-value"]}},
            "plain": {"type": "String", "value": "nothing"},
            "key": {"type": "String", "value": "hush-4711"},
            "secure": {"type": "SecureString", "value": "secure-value"},
        });
        let mut outputs = outputs.as_object().expect("an object").clone();
        let warnings = redact(&mut outputs, &["KEY".to_owned()], &vault);
        let values: Vec<_> = outputs
            .values()
            .map(|output| output["value"].clone())
            .collect();
        assert_eq!(
            Value::from(values),
            json!(["a=***", {"***": ["***"]}, "nothing", "hush-4711", "***"])
        );
        let named = warnings.iter().map(|warning| warning.split('"').nth(1));
        assert_eq!(named.collect::<Vec<_>>(), [Some("open"), Some("deep")]);
    }

    #[test]
    fn a_name_without_an_output_is_told() {
        let masking = masking(&Map::new(), &["adminKey".to_owned()]);
        assert_eq!(
            masking.warnings,
            ["masked-outputs contains \"adminKey\", which is not an output of the template"]
        );
    }
}
