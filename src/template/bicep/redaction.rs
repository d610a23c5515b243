//! Removes values of parameters from the compiler's messages.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::diagnostics::Compilation;
use crate::host::Secrets;

/// Precedes the type of a value in the compiler's messages. The type of a literal is the literal itself.
const TYPE: &str = "provided value is of type \"";
/// Minimum length of a text in `overrides`, in characters: it need not be secret, and a shorter one is found by chance.
const SHORTEST: usize = 5;

/// Removes values from messages about a parameters file: literals that are quoted as types, all values of `overrides`,
/// and those that the file `read` from the environment. Only these messages hide them: elsewhere most are no secrets.
pub(super) fn redact<'v>(
    compilation: &mut Compilation,
    overrides: impl Iterator<Item = &'v Value>,
    read: &[SecretString],
) {
    let mut secrets = Secrets::default();
    for value in read.iter().map(|value| value.expose_secret()) {
        secrets.add(value, SHORTEST);
    }
    overrides.for_each(|value| collect(value, &mut secrets));
    for diagnostic in &mut compilation.diagnostics {
        let message = without_literal(&diagnostic.message);
        diagnostic.message = secrets.redact(&message).into_owned();
    }
    compilation.text = secrets.redact(&compilation.text).into_owned();
}

fn collect(value: &Value, secrets: &mut Secrets) {
    match value {
        Value::String(text) if text.chars().count() >= SHORTEST => {
            secrets.add(text, SHORTEST);
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, secrets)),
        Value::Object(members) => members.values().for_each(|member| collect(member, secrets)),
        _ => {}
    }
}

/// `message` with the type of the value instead of the value.
fn without_literal(message: &str) -> String {
    let Some((before, rest)) = message.split_once(TYPE) else {
        return message.to_owned();
    };
    let end = rest.rfind('"').filter(|end| *end > 0).unwrap_or(rest.len());
    let kind = match rest.chars().next() {
        Some('\'') => "string",
        Some('{') => "object",
        Some('[') => "array",
        Some(first) if first.is_ascii_digit() || first == '-' => "int",
        _ => return message.to_owned(),
    };
    format!("{before}{TYPE}{kind}{}", &rest[end..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{host::Severity, template::bicep::Diagnostic};

    #[test]
    fn literals_lose_their_value() {
        for (quoted, shown) in [
            ("'it\\'s \"hush\"'", "string"),
            ("'a' | 'b'", "string"),
            ("{ key: 'hush' }", "object"),
            ("['hush']", "array"),
            ("-7", "int"),
            ("null | string", "null | string"),
        ] {
            let message = |kind| {
                format!(
                    "Expected a value of type \"int\" but the {TYPE}{kind}\". [https://aka.ms/x]"
                )
            };
            assert_eq!(without_literal(&message(quoted)), message(shown));
        }
    }

    #[test]
    fn overrides_are_not_shown() {
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            code: "BCP999".to_owned(),
            message: "Cannot use \"hunter2-long\" in yes, nor 'from-env'".to_owned(),
            place: None,
        };
        let mut compilation = Compilation {
            diagnostics: vec![diagnostic],
            text: "exception: hunter2".to_owned(),
            ..Compilation::default()
        };
        let overrides = json!({"a": "hunter2", "b": [{"c": "hunter2-long"}], "d": "yes", "e": 7});
        redact(&mut compilation, [overrides].iter(), &["from-env".into()]);
        assert_eq!(
            compilation.diagnostics[0].message,
            "Cannot use \"***\" in yes, nor '***'"
        );
        assert_eq!(compilation.text, "exception: ***");
    }
}
