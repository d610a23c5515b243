//! The secure values among the parameters, which must not be shown when Azure or the compiler quotes them.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    declaration::{Declaration, Declarations},
    parameters::{Given, Parameters},
};

/// Minimum length of a variable's value that is found within a secure value, in characters.
const SHORTEST_PART: usize = 8;
/// How deep the types of objects are followed; a type may contain itself.
const DEEPEST: usize = 32;

/// The texts of all values that the template declares to be secure, its own default values among them.
pub(super) fn values(parameters: &Parameters, declared: &Declarations<'_>) -> Vec<SecretString> {
    let mut leaves = Leaves::default();
    for declaration in declared.iter() {
        if let Some(value) = declaration.rule("defaultValue") {
            leaves.add(declaration, value, 0);
        }
    }
    // Azure evaluates them in the template only, not in what it is given.
    let is_expression = |text: &str| text.starts_with('[') && !text.starts_with("[[");
    leaves
        .secure
        .retain(|value| !is_expression(value.expose_secret()));
    for argument in parameters.iter() {
        if let (Some(declaration), Given::Value(value)) =
            (declared.get(&argument.name), &argument.given)
        {
            leaves.add(declaration, value, 0);
        }
    }
    leaves.secure
}

/// Whether anything in `value`, which has the type of `declaration`, is declared to be secure.
pub(super) fn has_secure(declaration: &Declaration<'_>, value: &Value) -> bool {
    reaches_secure(declaration, value, 0)
}

fn reaches_secure(declaration: &Declaration<'_>, value: &Value, depth: usize) -> bool {
    let reaches = |part: Option<Declaration<'_>>, value| {
        part.is_some_and(|part| reaches_secure(&part, value, depth + 1))
    };
    match value {
        _ if declaration.is_secure() => true,
        _ if depth == DEEPEST => false,
        Value::Object(members) => {
            let mut members = members.iter();
            members.any(|(name, member)| reaches(declaration.property(name), member))
        }
        Value::Array(items) => items.iter().any(|item| reaches(declaration.items(), item)),
        _ => false,
    }
}

/// Those of `variables`, values from the environment, that went into a secure value and into no other one.
pub(super) fn parts(
    variables: Vec<SecretString>,
    secure: &[SecretString],
    parameters: &Parameters,
) -> Vec<SecretString> {
    let mut all = Vec::new();
    for argument in parameters.iter() {
        if let Given::Value(value) = &argument.given {
            texts(value, &mut |text| all.push(text));
        }
    }
    let is_secure = |text: &str| secure.iter().any(|value| value.expose_secret() == text);
    let is_part = |variable: &SecretString| {
        let variable = variable.expose_secret();
        let mut around = all.iter().filter(|text| text.contains(variable)).peekable();
        variable.chars().count() >= SHORTEST_PART
            && around.peek().is_some()
            && around.all(|text| is_secure(text))
    };
    variables.into_iter().filter(is_part).collect()
}

#[derive(Default)]
struct Leaves {
    secure: Vec<SecretString>,
}

impl Leaves {
    /// Adds what is secure in `value`, which has the type of `declaration`.
    fn add(&mut self, declaration: &Declaration<'_>, value: &Value, depth: usize) {
        if declaration.is_secure() {
            texts(value, &mut |text| self.secure.push(text.into()));
            return;
        }
        if depth == DEEPEST {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if let Some(part) = declaration.property(name) {
                        self.add(&part, member, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                if let Some(part) = declaration.items() {
                    items
                        .iter()
                        .for_each(|item| self.add(&part, item, depth + 1));
                }
            }
            _ => {}
        }
    }
}

/// Calls `visit` with every string and number in `value`.
fn texts(value: &Value, visit: &mut impl FnMut(String)) {
    match value {
        Value::String(text) => visit(text.clone()),
        Value::Number(number) => visit(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Object(members) => members.values().for_each(|member| texts(member, visit)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The names of the environment variables that a `.bicepparam` file reads.
pub(super) fn variables(text: &str) -> impl Iterator<Item = &str> {
    let calls = ["readEnvironmentVariable", "readEnvVar"];
    let calls = calls.into_iter().flat_map(|call| text.split(call).skip(1));
    calls.filter_map(|after| {
        let argument = after.trim_start().strip_prefix('(')?.trim_start();
        let (name, _) = argument.strip_prefix('\'')?.split_once('\'')?;
        Some(name)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;
    use crate::template::parameters::{Argument, Origin};

    fn parameters(values: Value) -> Parameters {
        let mut all = Parameters::default();
        for (name, value) in values.as_object().unwrap() {
            let _ = all.add(Argument {
                name: name.clone(),
                given: Given::Value(value.clone()),
                origin: Origin::Inline,
            });
        }
        all
    }

    fn exposed(secrets: &[SecretString]) -> Vec<&str> {
        secrets
            .iter()
            .map(|secret| secret.expose_secret())
            .collect()
    }

    #[test]
    fn secure_values_are_found_at_any_depth() {
        let template = json!({
            "definitions": {
                "password": {"type": "securestring"},
                "login": {"type": "object", "properties": {
                    "name": {"type": "string"},
                    "password": {"$ref": "#/definitions/password"},
                    "next": {"$ref": "#/definitions/login"},
                }},
            },
            "parameters": {
                "open": {"type": "string"},
                "key": {"type": "secureString", "defaultValue": "by-default"},
                "derived": {"type": "secureString", "defaultValue": "[newGuid()]"},
                "bag": {"type": "secureObject"},
                "logins": {"type": "array", "items": {"$ref": "#/definitions/login"}},
                "map": {"type": "object", "additionalProperties": {"type": "securestring"}},
            },
        });
        let given = parameters(json!({
            "OPEN": "o",
            "KEY": "[k]",
            "bag": {"a": ["b1", {"c": 12345678}], "d": true, "e": null},
            "logins": [{"name": "n", "password": "p1", "next": {"password": "p2"}}],
            "map": {"x": "m"},
            "unknown": "u",
        }));
        let declared = Declarations::of(template.as_object().unwrap());
        let found = values(&given, &declared);
        assert_eq!(
            exposed(&found),
            ["by-default", "b1", "12345678", "[k]", "p1", "p2", "m"]
        );
    }

    #[test]
    fn a_variable_is_secret_if_it_went_into_secure_values_only() {
        let secure = ["Server=x;Password=hunter2-long".into()];
        let given = parameters(json!({
            "connection": "Server=x;Password=hunter2-long",
            "place": "westeurope",
        }));
        let read = [
            "hunter2-long",
            "westeurope",
            "Server=x",
            "unused-value",
            "hunter2",
        ];
        let read = read.map(SecretString::from).to_vec();
        assert_eq!(
            exposed(&parts(read, &secure, &given)),
            ["hunter2-long", "Server=x"]
        );
    }

    #[test]
    fn variables_of_a_parameters_file() {
        let text = "param a = readEnvironmentVariable('ONE')\nparam b = int(readEnvironmentVariable ( 'TWO', '3'))\n\
                    param c = readEnvVar('THREE') // readEnvironmentVariable\nparam d = readEnvironmentVariable(name)";
        assert_eq!(variables(text).collect::<Vec<_>>(), ["ONE", "TWO", "THREE"]);
    }
}
