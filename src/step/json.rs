//! The outputs as one JSON object, for a script that started the program.

use serde_json::{Map, Value};

use crate::{host::Vault, inputs::catalog::OUTPUTS, report::is_masked};

/// Outputs that are texts of JSON because hosts know texts only.
const OF_JSON: [&str; 6] = [
    "changes",
    "duration-seconds",
    "has-changes",
    "outputs",
    "token-refreshes",
    "what-if",
];
const HIDDEN: &str = "***";

/// The outputs with their types. The terminal, or a file with what it shows, must not have a secret, so the template's
/// outputs in `masked` are hidden, and whatever else the vault knows. Secure outputs are in none, as Azure keeps them.
pub(super) fn of(outputs: &[(String, String)], masked: &[String], vault: &Vault) -> Value {
    let object = outputs.iter().map(|(name, text)| {
        let is_ours = OUTPUTS.iter().any(|ours| ours.name == name);
        let value = match is_masked(masked, name) && !is_ours {
            true => HIDDEN.into(),
            false => typed(name, text),
        };
        (name.clone(), value)
    });
    let mut object: Map<String, Value> = object.collect();
    if let Some(Value::Object(template)) = object.get_mut("outputs") {
        let hidden = template
            .iter_mut()
            .filter(|(name, _)| is_masked(masked, name));
        hidden.for_each(|(_, value)| *value = HIDDEN.into());
    }
    let mut json = Value::Object(object);
    clean(&mut json, vault);
    json
}

fn typed(name: &str, text: &str) -> Value {
    let json = OF_JSON.contains(&name).then(|| serde_json::from_str(text));
    match json {
        Some(Ok(value)) => value,
        _ => text.into(),
    }
}

fn clean(value: &mut Value, vault: &Vault) {
    match value {
        Value::String(text) => vault.clean(text),
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, vault)),
        Value::Object(fields) => fields.values_mut().for_each(|field| clean(field, vault)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::host::{Console, Kept, Taste};

    fn shown(outputs: &[(&str, &str)], masked: &[&str], secrets: &[&str]) -> Value {
        let vault = Vault::new(Console::plain(Kept::default(), Taste::default()));
        for secret in secrets {
            vault.keep(&(*secret).into());
        }
        let text = |text: &str| text.to_owned();
        let outputs: Vec<_> = outputs
            .iter()
            .map(|(name, value)| (text(name), text(value)))
            .collect();
        let masked: Vec<_> = masked.iter().map(|name| text(name)).collect();
        of(&outputs, &masked, &vault)
    }

    #[test]
    fn values_have_their_types() {
        let outputs = [
            ("deployment-name", "12"),
            ("duration-seconds", "12"),
            ("has-changes", "true"),
            ("what-if", "cut {"),
            ("outputs", r#"{"hubId":"/x","count":3}"#),
            ("count", "3"),
        ];
        assert_eq!(
            shown(&outputs, &[], &[]),
            json!({
                "deployment-name": "12", "duration-seconds": 12, "has-changes": true, "what-if": "cut {",
                "outputs": {"hubId": "/x", "count": 3}, "count": "3",
            })
        );
    }

    #[test]
    fn what_is_masked_elsewhere_is_not_shown() {
        let outputs = [
            (
                "outputs",
                r#"{"pin":7,"other":{"deep":["has hunter22 in it"]}}"#,
            ),
            ("pin", "7"),
            ("error-message", "hunter22"),
            ("duration", "1m"),
        ];
        assert_eq!(
            shown(&outputs, &["PIN", "duration"], &["hunter22"]),
            json!({
                "outputs": {"pin": "***", "other": {"deep": ["has *** in it"]}}, "pin": "***",
                "error-message": "***", "duration": "1m",
            })
        );
    }
}
