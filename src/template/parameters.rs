//! Parameters as given, from several places, and what becomes of them when they are put together.

use std::{collections::BTreeMap, fmt, rc::Rc};

use serde_json::{Map, Value, json};

use super::declaration::Declarations;

/// What a parameter is given. May be secret, so it cannot be printed.
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
    /// The parameter as Azure takes it.
    fn into_json(self) -> Value {
        match self {
            Self::Value(value) => json!({ "value": value }),
            Self::Reference(reference) => json!({ "reference": reference }),
            Self::Expression(expression) => json!({ "expression": expression }),
        }
    }
}

/// Where a parameter was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A file of the input `parameters-file`, by its path as given.
    File(Rc<str>),
    /// The input `parameters`.
    Inline,
}

impl Origin {
    /// The input to change.
    pub(super) fn input(&self) -> &'static str {
        match self {
            Self::File(_) => "parameters-file",
            Self::Inline => "parameters",
        }
    }
}

impl fmt::Display for Origin {
    /// What begins a message about this place: nothing where the input alone is the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{path}`: "),
            Self::Inline => Ok(()),
        }
    }
}

/// One given parameter.
#[derive(Clone, PartialEq)]
pub(super) struct Argument {
    /// The name as it was spelled there.
    pub(super) name: String,
    /// What it is given.
    pub(super) given: Given,
    /// Where.
    pub(super) origin: Origin,
}

/// Given parameters by name, without regard to case.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Parameters(BTreeMap<String, Argument>);

impl Parameters {
    /// Adds what one place gives. Whether the name was new: one place may not give a name twice.
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

    /// What the parameter `name` is given, in any case.
    pub(super) fn get(&self, name: &str) -> Option<&Argument> {
        self.0.get(&name.to_lowercase())
    }

    /// All that is given, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.0.values()
    }

    /// The parameters as Azure takes them, spelled as the template does.
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
