//! Arithmetic, comparison and conversion.

use std::cmp::Ordering;

use serde_json::Value;

use super::{super::Result, Call};

pub(super) fn call(call: &Call<'_>) -> Option<Result<Value>> {
    Some(match call.name {
        "add" => arithmetic(call, i64::checked_add),
        "sub" => arithmetic(call, i64::checked_sub),
        "mul" => arithmetic(call, i64::checked_mul),
        "div" => arithmetic(call, i64::checked_div),
        "mod" => arithmetic(call, i64::checked_rem),
        "min" => numbers(call).map(|all| all.into_iter().min().into()),
        "max" => numbers(call).map(|all| all.into_iter().max().into()),
        "int" => int(call),
        "bool" => bool(call),
        "not" => call.boolean(0).map(|value| (!value).into()),
        "equals" => equals(call),
        "less" => compare(call, Ordering::is_lt),
        "lessorequals" => compare(call, Ordering::is_le),
        "greater" => compare(call, Ordering::is_gt),
        "greaterorequals" => compare(call, Ordering::is_ge),
        _ => return None,
    })
}

fn arithmetic(call: &Call<'_>, operation: fn(i64, i64) -> Option<i64>) -> Result<Value> {
    let result = operation(call.integer(0)?, call.integer(1)?);
    result
        .map(Value::from)
        .ok_or_else(|| call.failure("the result is not a number."))
}

fn numbers(call: &Call<'_>) -> Result<Vec<i64>> {
    let all = match call.value(0)? {
        Value::Array(items) => items.as_slice(),
        _ => call.values,
    };
    all.iter()
        .map(|each| each.as_i64().ok_or_else(|| call.wrong_type(0, "integers")))
        .collect()
}

fn int(call: &Call<'_>) -> Result<Value> {
    let value = call.value(0)?;
    #[expect(clippy::cast_possible_truncation, reason = "int() cuts fractions off")]
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other
            .as_i64()
            .or_else(|| other.as_f64().map(|number| number as i64)),
    };
    number
        .map(Value::from)
        .ok_or_else(|| call.wrong_type(0, "a number"))
}

fn bool(call: &Call<'_>) -> Result<Value> {
    match call.value(0)? {
        Value::Number(number) => Ok((number.as_i64() != Some(0)).into()),
        _ => call.boolean(0).map(Value::from),
    }
}

fn equals(call: &Call<'_>) -> Result<Value> {
    Ok((call.value(0)? == call.value(1)?).into())
}

fn compare(call: &Call<'_>, test: fn(Ordering) -> bool) -> Result<Value> {
    let order = match (call.value(0)?, call.value(1)?) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => call.integer(0)?.cmp(&call.integer(1)?),
    };
    Ok(test(order).into())
}
