//! The functions of the template language, one file a family.

mod collections;
mod dates;
mod hashing;
mod lambdas;
mod logic;
mod network;
mod numbers;
mod places;
mod resources;
mod strings;

use serde_json::{Map, Value};

use super::{
    Result, TemplateError,
    evaluate::{Evaluator, Locals, NoReferences, is_placeholder, placeholder},
    expression::Expression,
};

/// Calls a function by name. An unknown one yields a placeholder: new functions must not stop a
/// rehearsal.
pub(crate) fn call(
    evaluator: &Evaluator<'_>,
    name: &str,
    arguments: &[Expression],
    locals: &Locals,
) -> Result<Value> {
    let lower = name.to_ascii_lowercase();
    let unevaluated = Unevaluated {
        evaluator,
        name: &lower,
        arguments,
        locals,
    };
    if let Some(result) = logic::call(&unevaluated).or_else(|| lambdas::call(&unevaluated)) {
        return result;
    }
    let values = arguments
        .iter()
        .map(|argument| evaluator.expression(argument, locals))
        .collect::<Result<Vec<_>>>()?;
    if let Some(function) = evaluator.environment.functions.get(&lower) {
        return user_function(evaluator, function, values);
    }
    let call = Call {
        name: &lower,
        values: &values,
    };
    match built_in(evaluator, &call) {
        Some(Err(_)) if values.iter().any(is_placeholder) => Ok(placeholder(&lower)),
        Some(result) => result,
        None => Ok(placeholder(&lower)),
    }
}

fn built_in(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Option<Result<Value>> {
    resources::call(evaluator, call)
        .or_else(|| places::call(evaluator, call))
        .or_else(|| strings::call(call))
        .or_else(|| collections::call(call))
        .or_else(|| numbers::call(call))
        .or_else(|| hashing::call(evaluator, call))
        .or_else(|| dates::call(evaluator, call))
        .or_else(|| network::call(call))
}

fn user_function(
    evaluator: &Evaluator<'_>,
    function: &super::environment::UserFunction,
    values: Vec<Value>,
) -> Result<Value> {
    let parameters: Map<_, _> = function.parameters.iter().cloned().zip(values).collect();
    let environment = evaluator.environment.of_function(parameters);
    Evaluator::new(&environment, &NoReferences).value(&function.output, &Locals::default())
}

/// A call whose arguments are not evaluated yet.
struct Unevaluated<'a> {
    evaluator: &'a Evaluator<'a>,
    name: &'a str,
    arguments: &'a [Expression],
    locals: &'a Locals,
}

impl Unevaluated<'_> {
    fn argument(&self, index: usize) -> Result<Value> {
        let argument = self
            .arguments
            .get(index)
            .ok_or_else(|| wrong_count(self.name))?;
        self.evaluator.expression(argument, self.locals)
    }
}

/// A call with its arguments; accessors check their types.
struct Call<'a> {
    name: &'a str,
    values: &'a [Value],
}

impl Call<'_> {
    fn value(&self, index: usize) -> Result<&Value> {
        self.values.get(index).ok_or_else(|| wrong_count(self.name))
    }

    fn text(&self, index: usize) -> Result<&str> {
        self.value(index)?
            .as_str()
            .ok_or_else(|| self.wrong_type(index, "a string"))
    }

    fn integer(&self, index: usize) -> Result<i64> {
        self.value(index)?
            .as_i64()
            .ok_or_else(|| self.wrong_type(index, "an integer"))
    }

    fn size(&self, index: usize) -> Result<usize> {
        Ok(usize::try_from(self.integer(index)?).unwrap_or(0))
    }

    fn boolean(&self, index: usize) -> Result<bool> {
        boolean(self.value(index)?).ok_or_else(|| self.wrong_type(index, "a boolean"))
    }

    fn array(&self, index: usize) -> Result<&Vec<Value>> {
        self.value(index)?
            .as_array()
            .ok_or_else(|| self.wrong_type(index, "an array"))
    }

    fn object(&self, index: usize) -> Result<&Map<String, Value>> {
        self.value(index)?
            .as_object()
            .ok_or_else(|| self.wrong_type(index, "an object"))
    }

    fn wrong_type(&self, index: usize, expected: &str) -> TemplateError {
        TemplateError(format!(
            "The template language function '{}' expects {expected} as its argument number '{}'. Please see https://aka.ms/arm-functions for usage details.",
            self.name,
            index + 1
        ))
    }

    fn failure(&self, why: &str) -> TemplateError {
        TemplateError(format!(
            "Unable to evaluate template language function '{}': {why}",
            self.name
        ))
    }
}

fn wrong_count(function: &str) -> TemplateError {
    TemplateError(format!(
        "Unable to evaluate template language function '{function}': the number of arguments is not valid. Please see https://aka.ms/arm-functions for usage details."
    ))
}

/// A boolean, also from `'true'` and `'false'`.
fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
