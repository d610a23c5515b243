//! `copy` on properties, variables and outputs.

use serde_json::{Map, Value};

use super::{
    Result, TemplateError,
    evaluate::{Evaluator, Locals},
};

/// Most iterations that Resource Manager allows.
const LIMIT: i64 = 800;

/// Whether a property called `copy` is a loop and not just a property.
pub(crate) fn is_property_loop(value: &Value) -> bool {
    value.as_array().is_some_and(|loops| {
        !loops.is_empty()
            && loops.iter().all(|each| {
                ["name", "count", "input"]
                    .iter()
                    .all(|part| each.get(part).is_some())
            })
    })
}

/// The properties that a `copy` array produces.
pub(crate) fn properties(
    evaluator: &Evaluator<'_>,
    loops: &Value,
    locals: &Locals,
) -> Result<Map<String, Value>> {
    let mut result = Map::new();
    for each in loops.as_array().into_iter().flatten() {
        let name = each["name"].as_str().unwrap_or_default();
        result.insert(name.to_owned(), items(evaluator, name, each, locals)?);
    }
    Ok(result)
}

/// The value of a variable that the `copy` block of the variables section defines.
pub(crate) fn variable(
    evaluator: &Evaluator<'_>,
    name: &str,
    definition: &Value,
) -> Result<Option<Value>> {
    let named = definition["name"]
        .as_str()
        .is_some_and(|own| own.eq_ignore_ascii_case(name));
    let looped = named && definition.get("count").is_some() && definition.get("input").is_some();
    looped
        .then(|| items(evaluator, name, definition, &Locals::default()))
        .transpose()
}

/// Runs one loop.
pub(crate) fn items(
    evaluator: &Evaluator<'_>,
    name: &str,
    definition: &Value,
    locals: &Locals,
) -> Result<Value> {
    let count = count(evaluator, &definition["count"], locals)?;
    (0..count)
        .map(|index| evaluator.value(&definition["input"], &locals.with_loop(name, index)))
        .collect()
}

/// How often a loop runs.
pub(crate) fn count(evaluator: &Evaluator<'_>, count: &Value, locals: &Locals) -> Result<i64> {
    let value = evaluator.value(count, locals)?;
    let number = value.as_i64().ok_or_else(|| {
        TemplateError(format!(
            "The value for the copy count '{value}' is not a valid integer."
        ))
    })?;
    if (0..=LIMIT).contains(&number) {
        return Ok(number);
    }
    Err(TemplateError(format!(
        "The copy count '{number}' is outside the supported range '0' to '{LIMIT}'."
    )))
}
