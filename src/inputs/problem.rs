//! What is wrong with the inputs.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::host::Place;

/// One thing wrong with one input. Never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    /// The input's name, as in `action.yml`.
    pub input: Cow<'static, str>,
    /// What is wrong and what to do about it: a lower-case fragment.
    pub message: String,
    /// Where in the user's files, if known.
    pub place: Option<Place>,
}

/// All problems of the inputs, so that one run reports them all. Never empty as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem of `input`.
    pub(crate) fn add(&mut self, input: &'static str, message: impl Into<String>) {
        self.add_at(None, input, message);
    }

    /// Adds a problem of `input` at a place in the user's files.
    pub(crate) fn add_at(
        &mut self,
        place: Option<Place>,
        input: &'static str,
        message: impl Into<String>,
    ) {
        self.0.push(Problem {
            input: input.into(),
            message: message.into(),
            place,
        });
    }

    /// Adds all of `others`.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether something is wrong with `input`.
    pub(super) fn concern(&self, input: &str) -> bool {
        self.0.iter().any(|problem| problem.input == input)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems in the order they were found.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The problems, to change their texts.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Problem> {
        self.0.iter_mut()
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// The problems themselves.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.input)?;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
