//! Evaluation: expressions to values, bodies to plain JSON.

use serde_json::{Map, Value};

use super::{
    Result, TemplateError, environment::Environment, expression, expression::Expression, functions,
    loops, member,
};

/// What stands for a value that only the real service would know.
pub(crate) const PLACEHOLDER: char = '‹';

/// How `reference()` and its kin find resources.
pub(crate) trait References {
    /// The resource named by symbolic name, name or id: its properties, or all of it when `full`.
    fn resource(&self, key: &str, full: bool) -> Result<Option<Value>>;
    /// All resources of a copy loop.
    fn collection(&self, name: &str, full: bool) -> Result<Option<Value>>;
    /// Id, type and name of a resource by its symbolic name.
    fn identity(&self, name: &str) -> Option<Value>;
}

/// Where nothing can be referred to: names, variables, parameters' defaults.
pub(crate) struct NoReferences;

impl References for NoReferences {
    fn resource(&self, _key: &str, _full: bool) -> Result<Option<Value>> {
        Ok(None)
    }
    fn collection(&self, _name: &str, _full: bool) -> Result<Option<Value>> {
        Ok(None)
    }
    fn identity(&self, _name: &str) -> Option<Value> {
        None
    }
}

/// Loop indexes and lambda variables around an expression, innermost last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Locals {
    pub(crate) loops: Vec<(String, i64)>,
    pub(crate) lambdas: Vec<(String, Value)>,
}

impl Locals {
    pub(crate) fn with_loop(&self, name: &str, index: i64) -> Self {
        let mut inner = self.clone();
        inner.loops.push((name.to_owned(), index));
        inner
    }

    pub(crate) fn with_lambda(&self, names: &[String], values: &[Value]) -> Self {
        let mut inner = self.clone();
        inner
            .lambdas
            .extend(names.iter().cloned().zip(values.iter().cloned()));
        inner
    }
}

/// Evaluates within one environment.
#[derive(Clone, Copy)]
pub(crate) struct Evaluator<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) references: &'a dyn References,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(environment: &'a Environment, references: &'a dyn References) -> Self {
        Self {
            environment,
            references,
        }
    }

    /// Evaluates every expression in a JSON value, and its property loops.
    pub(crate) fn value(&self, value: &Value, locals: &Locals) -> Result<Value> {
        match value {
            Value::String(text) => self.text(text, locals),
            Value::Array(items) => items
                .iter()
                .map(|item| self.value(item, locals))
                .collect::<Result<_>>(),
            Value::Object(object) => self.object(object, locals).map(Value::Object),
            plain => Ok(plain.clone()),
        }
    }

    fn text(&self, text: &str, locals: &Locals) -> Result<Value> {
        if let Some(inner) = expression::inside(text) {
            return self.expression(&expression::parse(inner)?, locals);
        }
        let plain = if text.starts_with("[[") {
            &text[1..]
        } else {
            text
        };
        Ok(plain.into())
    }

    fn object(&self, object: &Map<String, Value>, locals: &Locals) -> Result<Map<String, Value>> {
        let mut result = Map::new();
        for (key, value) in object {
            if key == "copy" && loops::is_property_loop(value) {
                result.extend(loops::properties(self, value, locals)?);
                continue;
            }
            let key = match self.text(key, locals)? {
                Value::String(key) => key,
                other => other.to_string(),
            };
            result.insert(key, self.value(value, locals)?);
        }
        Ok(result)
    }

    /// Evaluates one parsed expression.
    pub(crate) fn expression(&self, expression: &Expression, locals: &Locals) -> Result<Value> {
        match expression {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Call { name, arguments } => functions::call(self, name, arguments, locals),
            Expression::Property { target, name } => {
                let value = self.expression(target, locals)?;
                self.access(expression, &value, &Value::from(name.as_str()))
            }
            Expression::Index { target, index } => {
                let value = self.expression(target, locals)?;
                let index = self.expression(index, locals)?;
                self.access(expression, &value, &index)
            }
        }
    }

    /// What a deployed resource answers is not all known: a missing part of it is a placeholder.
    fn access(&self, whole: &Expression, value: &Value, key: &Value) -> Result<Value> {
        let open = whole.root().is_some_and(|root| {
            let root = root.to_ascii_lowercase();
            root.starts_with("reference") || root.starts_with("list")
        });
        match part(value, key) {
            Some(found) => Ok(found),
            None if value.is_string() && is_placeholder(value) => Ok(placeholder_part(value, key)),
            None if open => Ok(placeholder(&key_text(key))),
            None => Err(missing(value, key)),
        }
    }

    /// A variable, evaluated once.
    pub(crate) fn variable(&self, name: &str) -> Result<Value> {
        let environment = self.environment;
        let key = name.to_ascii_lowercase();
        if let Some(known) = environment.evaluated.borrow().get(&key) {
            return Ok(known.clone());
        }
        if environment.evaluating.borrow().contains(&key) {
            return Err(TemplateError(format!(
                "Circular reference to variable '{name}'."
            )));
        }
        let definition = environment.variable(name)?;
        environment.evaluating.borrow_mut().push(key.clone());
        let value = loops::variable(self, name, definition)
            .and_then(|items| items.map_or_else(|| self.value(definition, &Locals::default()), Ok));
        environment.evaluating.borrow_mut().pop();
        environment
            .evaluated
            .borrow_mut()
            .insert(key, value.clone()?);
        value
    }
}

fn part(value: &Value, key: &Value) -> Option<Value> {
    match (value, key) {
        (Value::Object(object), Value::String(name)) => member(object, name).cloned(),
        (Value::Array(items), Value::Number(index)) => {
            items.get(usize::try_from(index.as_i64()?).ok()?).cloned()
        }
        _ => None,
    }
}

fn missing(value: &Value, key: &Value) -> TemplateError {
    match value {
        Value::Object(object) => {
            let names: Vec<_> = object.keys().map(String::as_str).collect();
            TemplateError(format!(
                "The language expression property '{}' doesn't exist, available properties are '{}'.",
                key_text(key),
                names.join(", ")
            ))
        }
        Value::Array(_) => TemplateError(format!(
            "The language expression property array index '{}' is out of bounds.",
            key_text(key)
        )),
        _ => TemplateError(format!(
            "The language expression property '{}' can't be evaluated, property value is not an object or an array.",
            key_text(key)
        )),
    }
}

/// A text that stands for a value unknown outside Azure.
pub(crate) fn placeholder(what: &str) -> Value {
    Value::String(format!("{PLACEHOLDER}{what}›"))
}

/// Whether the value is, or contains, a placeholder.
pub(crate) fn is_placeholder(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(PLACEHOLDER),
        Value::Array(items) => items.iter().any(is_placeholder),
        Value::Object(object) => object.values().any(is_placeholder),
        _ => false,
    }
}

fn placeholder_part(value: &Value, key: &Value) -> Value {
    let stem = value.as_str().unwrap_or_default();
    let stem = stem.trim_start_matches(PLACEHOLDER).trim_end_matches('›');
    placeholder(&format!("{stem}.{}", key_text(key)))
}

fn key_text(key: &Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}
