//! Parameters from several sources, and how they are merged.

use std::{collections::BTreeMap, fmt, rc::Rc};

use serde_json::{Map, Value, json};

use super::{declaration::Declarations, fit::fit};

/// The value of a parameter. May be secret, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub(super) enum Given {
    /// A value.
    Value(Value),
    /// A secret of a Key Vault, which Azure reads.
    Reference(Value),
    /// A template expression, which Azure evaluates.
    Expression(Value),
}

impl Given {
    /// The parameter in the form of Azure's API.
    fn into_json(self) -> Value {
        match self {
            Self::Value(value) => json!({ "value": value }),
            Self::Reference(reference) => json!({ "reference": reference }),
            Self::Expression(expression) => json!({ "expression": expression }),
        }
    }
}

/// The source of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A file of the input `parameters-file`, by its path as given.
    File(Rc<str>),
    /// A file that the input `parameters` names among other words.
    Word(Rc<str>),
    /// The input `parameters`.
    Inline,
}

impl Origin {
    /// The input to change.
    pub(super) fn input(&self) -> &'static str {
        match self {
            Self::File(_) => "parameters-file",
            Self::Word(_) | Self::Inline => "parameters",
        }
    }
}

impl fmt::Display for Origin {
    /// Prefix of a message about this source; empty for the input itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) | Self::Word(path) => write!(f, "`{path}`: "),
            Self::Inline => Ok(()),
        }
    }
}

/// One given parameter.
#[derive(Clone, PartialEq)]
pub(super) struct Argument {
    /// The name as it was given.
    pub(super) name: String,
    /// Its value.
    pub(super) given: Given,
    /// Its host.
    pub(super) origin: Origin,
}

/// Given parameters by name, without regard to case.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Parameters(BTreeMap<String, Argument>);

impl Parameters {
    /// Adds a parameter of one source. Returns whether its name is new: one source must not give a name twice.
    #[must_use]
    pub(super) fn add(&mut self, argument: Argument) -> bool {
        let replaced = self.0.insert(argument.name.to_lowercase(), argument);
        replaced.is_none()
    }

    /// These parameters and `later` ones, which win.
    #[must_use]
    pub(super) fn merge(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self
    }

    /// The parameter `name`, in any case.
    pub(super) fn get(&self, name: &str) -> Option<&Argument> {
        self.0.get(&name.to_lowercase())
    }

    /// All parameters, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.0.values()
    }

    /// Makes integers of integral floats where the template declares integers.
    pub(super) fn fit(&mut self, declarations: &Declarations<'_>) {
        for argument in self.0.values_mut() {
            if let (Given::Value(value), Some(declaration)) =
                (&mut argument.given, declarations.get(&argument.name))
            {
                fit(value, declaration);
            }
        }
    }

    /// The parameters in the form of Azure's API, with the template's spelling of their names.
    pub(super) fn into_json(self, declarations: &Declarations<'_>) -> Map<String, Value> {
        let spelled = |argument: Argument| {
            let declared = declarations.get(&argument.name);
            let name = declared.map_or(argument.name, |declaration| declaration.name.to_owned());
            (name, argument.given.into_json())
        };
        self.0.into_values().map(spelled).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn given(names: &[(String, i32)]) -> Parameters {
        let mut parameters = Parameters::default();
        for (name, value) in names {
            let _ = parameters.add(Argument {
                name: name.clone(),
                given: Given::Value((*value).into()),
                origin: Origin::Inline,
            });
        }
        parameters
    }

    #[test]
    fn later_wins_in_any_case_and_the_template_spells() {
        let template = json!({"parameters": {"Location": {"type": "string"}}});
        let first = given(&[("LOCATION".to_owned(), 1), ("count".to_owned(), 2)]);
        let merged = first.merge(given(&[("location".to_owned(), 3)]));
        let template = template.as_object().expect("an object");
        assert_eq!(
            Value::Object(merged.into_json(&Declarations::of(template))),
            json!({"count": {"value": 2}, "Location": {"value": 3}})
        );
    }

    proptest! {
        #[test]
        fn merging_is_associative(files in proptest::array::uniform3(vec(("[aAbB]{1,2}", any::<i32>()), 0..6))) {
            let [a, b, c] = files.map(|names| given(&names));
            let left = a.clone().merge(b.clone()).merge(c.clone());
            let right = a.merge(b.merge(c));
            prop_assert!(left == right);
        }
    }
}
