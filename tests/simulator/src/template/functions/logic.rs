//! Conditions, which evaluate only the branch they take, and names: parameters, variables, loops.

use serde_json::Value;

use super::{
    super::{Result, TemplateError, evaluate::is_placeholder},
    Unevaluated, boolean, wrong_count,
};

pub(super) fn call(call: &Unevaluated<'_>) -> Option<Result<Value>> {
    Some(match call.name {
        "if" => condition(call),
        "and" => all(call, false),
        "or" => all(call, true),
        "coalesce" => coalesce(call),
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        "null" => Ok(Value::Null),
        "parameters" => named(call, |name| call.evaluator.environment.parameter(name)),
        "variables" => named(call, |name| call.evaluator.variable(name)),
        "lambdavariables" => named(call, |name| lambda_variable(call, name)),
        "copyindex" => copy_index(call),
        _ => return None,
    })
}

fn condition(call: &Unevaluated<'_>) -> Result<Value> {
    let value = call.argument(0)?;
    match boolean(&value) {
        Some(true) => call.argument(1),
        Some(false) => call.argument(2),
        None if is_placeholder(&value) => call.argument(1),
        None => Err(TemplateError::new(
            "The template language function 'if' expects its first argument to be a boolean.",
        )),
    }
}

/// `and` ends at the first false, `or` at the first true.
fn all(call: &Unevaluated<'_>, decisive: bool) -> Result<Value> {
    for index in 0..call.arguments.len() {
        let value = call.argument(index)?;
        let known = boolean(&value).or_else(|| is_placeholder(&value).then_some(!decisive));
        let known = known.ok_or_else(|| {
            TemplateError(format!(
                "The template language function '{}' expects boolean arguments.",
                call.name
            ))
        })?;
        if known == decisive {
            return Ok(decisive.into());
        }
    }
    Ok((!decisive).into())
}

fn coalesce(call: &Unevaluated<'_>) -> Result<Value> {
    for index in 0..call.arguments.len() {
        let value = call.argument(index)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Value::Null)
}

fn named(call: &Unevaluated<'_>, find: impl Fn(&str) -> Result<Value>) -> Result<Value> {
    let name = call.argument(0)?;
    find(name.as_str().ok_or_else(|| wrong_count(call.name))?)
}

fn lambda_variable(call: &Unevaluated<'_>, name: &str) -> Result<Value> {
    let found = call
        .locals
        .lambdas
        .iter()
        .rev()
        .find(|(own, _)| own.eq_ignore_ascii_case(name));
    found
        .map(|(_, value)| value.clone())
        .ok_or_else(|| TemplateError(format!("The lambda variable '{name}' is not in scope.")))
}

/// `copyIndex()`, `copyIndex(offset)`, `copyIndex('loop')`, `copyIndex('loop', offset)`.
fn copy_index(call: &Unevaluated<'_>) -> Result<Value> {
    let arguments = (0..call.arguments.len())
        .map(|index| call.argument(index))
        .collect::<Result<Vec<_>>>()?;
    let (name, offset) = match arguments.as_slice() {
        [] => (None, 0),
        [Value::String(name)] => (Some(name), 0),
        [Value::String(name), offset] => (Some(name), offset.as_i64().unwrap_or(0)),
        [offset, ..] => (None, offset.as_i64().unwrap_or(0)),
    };
    let mut loops = call.locals.loops.iter().rev();
    let found = loops.find(|(own, _)| name.is_none_or(|name| own.eq_ignore_ascii_case(name)));
    found.map(|(_, index)| (index + offset).into()).ok_or_else(|| {
        TemplateError::new("The template function 'copyIndex' is not expected at this location. The function can only be used in a resource with copy specified. Please see https://aka.ms/arm-copy for usage details.")
    })
}
