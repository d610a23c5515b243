//! Functions that take `lambda('x', …)`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{
    super::{Result, TemplateError, evaluate::placeholder, expression::Expression},
    Unevaluated, boolean, wrong_count,
};

pub(super) fn call(call: &Unevaluated<'_>) -> Option<Result<Value>> {
    Some(match call.name {
        "map" => map(call),
        "filter" => filter(call),
        "sort" => sort(call),
        "reduce" => reduce(call),
        "toobject" => to_object(call),
        "groupby" => group_by(call),
        "mapvalues" => map_values(call),
        _ => return None,
    })
}

struct Lambda<'a> {
    call: &'a Unevaluated<'a>,
    names: Vec<String>,
    body: &'a Expression,
}

impl Lambda<'_> {
    fn apply(&self, values: &[Value]) -> Result<Value> {
        let locals = self.call.locals.with_lambda(&self.names, values);
        self.call.evaluator.expression(self.body, &locals)
    }

    fn text(&self, values: &[Value]) -> Result<String> {
        let value = self.apply(values)?;
        Ok(value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned))
    }
}

fn lambda<'a>(call: &'a Unevaluated<'a>, index: usize) -> Result<Lambda<'a>> {
    let Some(Expression::Call { name, arguments }) = call.arguments.get(index) else {
        return Err(wrong_count(call.name));
    };
    let Some((body, names)) = arguments.split_last() else {
        return Err(wrong_count(call.name));
    };
    if !name.eq_ignore_ascii_case("lambda") {
        return Err(TemplateError(format!(
            "The function '{}' expects a lambda.",
            call.name
        )));
    }
    let names = names
        .iter()
        .map(|name| match name {
            Expression::Literal(Value::String(name)) => Ok(name.clone()),
            _ => Err(TemplateError::new(
                "The names of lambda variables must be literal strings.",
            )),
        })
        .collect::<Result<_>>()?;
    Ok(Lambda { call, names, body })
}

/// The array to walk; a value that only Azure knows counts as one element.
fn items(call: &Unevaluated<'_>) -> Result<Vec<Value>> {
    match call.argument(0)? {
        Value::Array(items) => Ok(items),
        Value::String(text) => Ok(vec![placeholder(&text)]),
        _ => Err(TemplateError(format!(
            "The function '{}' expects an array.",
            call.name
        ))),
    }
}

fn map(call: &Unevaluated<'_>) -> Result<Value> {
    let lambda = lambda(call, 1)?;
    let items = items(call)?.into_iter().enumerate();
    items
        .map(|(index, item)| lambda.apply(&[item, index.into()]))
        .collect()
}

fn filter(call: &Unevaluated<'_>) -> Result<Value> {
    let lambda = lambda(call, 1)?;
    let mut kept = Vec::new();
    for (index, item) in items(call)?.into_iter().enumerate() {
        if boolean(&lambda.apply(&[item.clone(), index.into()])?).unwrap_or(true) {
            kept.push(item);
        }
    }
    Ok(kept.into())
}

/// The lambda answers whether its first argument comes before its second.
fn sort(call: &Unevaluated<'_>) -> Result<Value> {
    let lambda = lambda(call, 1)?;
    let mut items = items(call)?;
    let mut failure = None;
    items.sort_by(|a, b| {
        let mut before = |a: &Value, b: &Value| {
            let answer = lambda.apply(&[a.clone(), b.clone()]);
            answer
                .map_err(|error| failure = Some(error))
                .ok()
                .as_ref()
                .and_then(boolean)
        };
        match (before(a, b), before(b, a)) {
            (Some(true), Some(false)) => Ordering::Less,
            (Some(false), Some(true)) => Ordering::Greater,
            _ => Ordering::Equal,
        }
    });
    failure.map_or(Ok(items.into()), Err)
}

fn reduce(call: &Unevaluated<'_>) -> Result<Value> {
    let lambda = lambda(call, 2)?;
    let mut result = call.argument(1)?;
    for (index, item) in items(call)?.into_iter().enumerate() {
        result = lambda.apply(&[result, item, index.into()])?;
    }
    Ok(result)
}

fn to_object(call: &Unevaluated<'_>) -> Result<Value> {
    let key = lambda(call, 1)?;
    let value = (call.arguments.len() > 2)
        .then(|| lambda(call, 2))
        .transpose()?;
    let mut object = Map::new();
    for item in items(call)? {
        let item = std::slice::from_ref(&item);
        let made = value
            .as_ref()
            .map_or_else(|| Ok(item[0].clone()), |value| value.apply(item))?;
        object.insert(key.text(item)?, made);
    }
    Ok(object.into())
}

fn group_by(call: &Unevaluated<'_>) -> Result<Value> {
    let key = lambda(call, 1)?;
    let mut groups = Map::new();
    for item in items(call)? {
        let group = groups.entry(key.text(std::slice::from_ref(&item))?);
        if let Value::Array(group) = group.or_insert_with(|| Value::Array(Vec::new())) {
            group.push(item);
        }
    }
    Ok(groups.into())
}

fn map_values(call: &Unevaluated<'_>) -> Result<Value> {
    let lambda = lambda(call, 1)?;
    let Value::Object(object) = call.argument(0)? else {
        return Err(TemplateError::new(
            "The function 'mapValues' expects an object.",
        ));
    };
    let mapped = object
        .into_iter()
        .map(|(key, value)| Ok((key, lambda.apply(&[value])?)));
    mapped.collect::<Result<Map<_, _>>>().map(Value::Object)
}
