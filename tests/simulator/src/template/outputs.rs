//! Outputs.

use serde_json::{Map, Value, json};

use super::{
    Result,
    evaluate::{Evaluator, Locals},
    loops,
    types::Kind,
};

/// An evaluated output.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) value: Value,
}

impl Output {
    /// The way the deployment shows it: secure and empty values are left out.
    pub(crate) fn show(&self) -> Value {
        if self.kind.secure || self.value.is_null() {
            return json!({"type": self.kind.display()});
        }
        json!({"type": self.kind.display(), "value": self.value})
    }
}

/// Evaluates the outputs of a template.
pub(crate) fn evaluate(
    evaluator: &Evaluator<'_>,
    template: &Value,
    locals: &Locals,
) -> Result<Vec<Output>> {
    let none = Map::new();
    let defined = template["outputs"].as_object().unwrap_or(&none);
    let mut outputs = Vec::new();
    for (name, definition) in defined {
        let wanted = match definition.get("condition") {
            Some(condition) => evaluator.value(condition, locals)? != false,
            None => true,
        };
        if wanted {
            let kind = Kind::of(definition, template);
            outputs.push(Output {
                name: name.clone(),
                kind,
                value: value(evaluator, definition, locals)?,
            });
        }
    }
    Ok(outputs)
}

fn value(evaluator: &Evaluator<'_>, definition: &Value, locals: &Locals) -> Result<Value> {
    match definition.get("copy") {
        Some(copy) => loops::items(evaluator, "", copy, locals),
        None => evaluator.value(&definition["value"], locals),
    }
}

/// The name as the answer writes it. The real service runs names through a camel-case filter,
/// which makes `AZURE_ID` into `azurE_ID`.
pub(crate) fn camel_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let upper = |index: usize| letters.get(index).is_some_and(char::is_ascii_uppercase);
    let has_next = |index: usize| index + 1 < letters.len();
    let mut open = upper(0);
    letters
        .iter()
        .enumerate()
        .map(|(index, letter)| {
            open = open && upper(index) && !(index > 0 && has_next(index) && !upper(index + 1));
            if open {
                letter.to_ascii_lowercase()
            } else {
                *letter
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    /// From a recorded deployment of 2026.
    #[test]
    fn names_are_recased_like_the_real_ones() {
        for (name, shown) in [
            ("AZURE_STORAGE_ACCOUNT_ID", "azurE_STORAGE_ACCOUNT_ID"),
            ("STRING", "string"),
            ("ARRAY_INT", "arraY_INT"),
            ("nullableParamOutput", "nullableParamOutput"),
            ("VnetId", "vnetId"),
            ("", ""),
        ] {
            assert_eq!(camel_case(name), shown);
        }
    }
}
