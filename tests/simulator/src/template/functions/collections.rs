//! Arrays, objects, and what they share with strings.

use serde_json::{Map, Value, json};

use super::{
    super::{Result, member},
    Call,
    strings::display,
};

pub(super) fn call(call: &Call<'_>) -> Option<Result<Value>> {
    Some(
        match call.name {
            "concat" => concat(call),
            "length" => length(call),
            "empty" => length(call).map(|length| (length == 0).into()),
            "contains" => contains(call),
            "indexof" => position(call, |items| items.iter().position(|found| *found)),
            "lastindexof" => position(call, |items| items.iter().rposition(|found| *found)),
            "first" => end(call, false),
            "last" => end(call, true),
            "take" => slice(call, true),
            "skip" => slice(call, false),
            "union" => union(call),
            "intersection" => intersection(call),
            "range" => range(call),
            "flatten" => flatten(call),
            "shallowmerge" => shallow_merge(call),
            "items" => items(call),
            "objectkeys" => call
                .object(0)
                .map(|object| object.keys().cloned().collect()),
            "createarray" => Ok(call.values.to_vec().into()),
            "createobject" => create_object(call),
            "array" => call.value(0).map(|value| {
                if value.is_array() {
                    value.clone()
                } else {
                    json!([value])
                }
            }),
            "tryget" => Ok(try_get(call)),
            "indexfromend" | "tryindexfromend" => from_end(call),
            _ => return None,
        }
        .map(|value: Value| value),
    )
}

fn concat(call: &Call<'_>) -> Result<Value> {
    if call.values.first().is_some_and(Value::is_array) {
        let arrays = (0..call.values.len()).map(|index| call.array(index));
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        return Ok(arrays.into_iter().flatten().cloned().collect());
    }
    Ok(call.values.iter().map(display).collect::<String>().into())
}

fn length(call: &Call<'_>) -> Result<Value> {
    match call.value(0)? {
        Value::String(text) => Ok(text.chars().count().into()),
        Value::Array(items) => Ok(items.len().into()),
        Value::Object(object) => Ok(object.len().into()),
        Value::Null => Ok(0.into()),
        _ => Err(call.wrong_type(0, "a string, an array or an object")),
    }
}

fn contains(call: &Call<'_>) -> Result<Value> {
    let wanted = call.value(1)?;
    let found = match call.value(0)? {
        Value::String(text) => text.contains(&display(wanted)),
        Value::Array(items) => items.contains(wanted),
        Value::Object(object) => member(object, &display(wanted)).is_some(),
        _ => return Err(call.wrong_type(0, "a string, an array or an object")),
    };
    Ok(found.into())
}

fn position(call: &Call<'_>, pick: fn(&[bool]) -> Option<usize>) -> Result<Value> {
    let hits: Vec<bool> = match call.value(0)? {
        Value::Array(items) => {
            let wanted = call.value(1)?;
            items.iter().map(|item| item == wanted).collect()
        }
        _ => {
            let text: Vec<char> = call.text(0)?.to_lowercase().chars().collect();
            let wanted: Vec<char> = call.text(1)?.to_lowercase().chars().collect();
            (0..=text.len())
                .map(|start| text[start..].starts_with(&wanted))
                .collect()
        }
    };
    Ok(pick(&hits).map_or(json!(-1), Value::from))
}

fn end(call: &Call<'_>, last: bool) -> Result<Value> {
    match call.value(0)? {
        Value::Array(items) => {
            let item = if last { items.last() } else { items.first() };
            Ok(item.cloned().unwrap_or(Value::Null))
        }
        _ => {
            let mut letters = call.text(0)?.chars();
            let letter = if last {
                letters.next_back()
            } else {
                letters.next()
            };
            Ok(letter.map(String::from).unwrap_or_default().into())
        }
    }
}

fn slice(call: &Call<'_>, take: bool) -> Result<Value> {
    let count = call.size(1)?;
    let within = |index: &usize| (*index < count) == take;
    match call.value(0)? {
        Value::Array(items) => {
            let kept = items.iter().enumerate().filter(|(index, _)| within(index));
            Ok(kept.map(|(_, item)| item.clone()).collect())
        }
        _ => {
            let kept = call
                .text(0)?
                .chars()
                .enumerate()
                .filter(|(index, _)| within(index));
            Ok(kept.map(|(_, letter)| letter).collect::<String>().into())
        }
    }
}

fn union(call: &Call<'_>) -> Result<Value> {
    if call.value(0)?.is_array() {
        let mut all: Vec<Value> = Vec::new();
        for index in 0..call.values.len() {
            for item in call.array(index)? {
                if !all.contains(item) {
                    all.push(item.clone());
                }
            }
        }
        return Ok(all.into());
    }
    let mut whole = Map::new();
    for index in 0..call.values.len() {
        merge(&mut whole, call.object(index)?);
    }
    Ok(whole.into())
}

fn merge(whole: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        match (whole.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => merge(inner, more),
            _ => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
}

fn intersection(call: &Call<'_>) -> Result<Value> {
    if call.value(0)?.is_array() {
        let mut common = call.array(0)?.clone();
        for index in 1..call.values.len() {
            let other = call.array(index)?;
            common.retain(|item| other.contains(item));
        }
        return Ok(common.into());
    }
    let mut common = call.object(0)?.clone();
    for index in 1..call.values.len() {
        let other = call.object(index)?;
        common.retain(|key, value| other.get(key) == Some(value));
    }
    Ok(common.into())
}

fn range(call: &Call<'_>) -> Result<Value> {
    let (start, count) = (call.integer(0)?, call.integer(1)?);
    if !(0..=10_000).contains(&count) {
        return Err(call.failure("the count must be between 0 and 10000."));
    }
    Ok((start..start.saturating_add(count)).collect())
}

fn flatten(call: &Call<'_>) -> Result<Value> {
    let inner = call.array(0)?.iter().flat_map(|item| match item {
        Value::Array(items) => items.clone(),
        other => vec![other.clone()],
    });
    Ok(inner.collect())
}

fn shallow_merge(call: &Call<'_>) -> Result<Value> {
    let objects = call.array(0)?.iter().filter_map(Value::as_object);
    Ok(Value::Object(
        objects
            .flatten()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    ))
}

/// Sorted by key, as the real function does.
fn items(call: &Call<'_>) -> Result<Value> {
    let mut pairs: Vec<_> = call.object(0)?.iter().collect();
    pairs.sort_by_key(|(key, _)| key.to_lowercase());
    Ok(pairs
        .into_iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect())
}

fn create_object(call: &Call<'_>) -> Result<Value> {
    if !call.values.len().is_multiple_of(2) {
        return Err(call.failure("every key needs a value."));
    }
    let pairs = call.values.chunks(2);
    Ok(Value::Object(
        pairs
            .map(|pair| (display(&pair[0]), pair[1].clone()))
            .collect(),
    ))
}

fn try_get(call: &Call<'_>) -> Value {
    let Some((first, keys)) = call.values.split_first() else {
        return Value::Null;
    };
    let mut value = first;
    for key in keys {
        let part = match (value, key) {
            (Value::Object(object), Value::String(name)) => member(object, name),
            (Value::Array(items), Value::Number(index)) => index
                .as_u64()
                .and_then(|index| items.get(usize::try_from(index).ok()?)),
            _ => None,
        };
        let Some(part) = part else { return Value::Null };
        value = part;
    }
    value.clone()
}

fn from_end(call: &Call<'_>) -> Result<Value> {
    let (items, index) = (call.array(0)?, call.size(1)?);
    Ok(items
        .len()
        .checked_sub(index)
        .and_then(|at| items.get(at))
        .cloned()
        .unwrap_or(Value::Null))
}
