//! Attributes: names and values.

use std::borrow::Cow;

/// Longest value of an attribute, in characters: messages of Azure can have many kilobytes.
pub(super) const LONGEST: usize = 4_000;

/// The attributes of a span, an event or a resource, in the order in which they were added; each name is there once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attributes(Vec<(Cow<'static, str>, Value)>);

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
}

impl Attributes {
    /// These and a text.
    pub(crate) fn text(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.with(name.into(), Value::Text(value.into()))
    }

    /// These and a text, if there is one.
    pub(crate) fn given(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// These and a whole number.
    pub(crate) fn integer(self, name: &'static str, value: impl TryInto<i64>) -> Self {
        let value = value.try_into().unwrap_or(i64::MAX);
        self.with(Cow::Borrowed(name), Value::Integer(value))
    }

    /// These and `others`, of which a name that both have counts.
    pub(crate) fn extended(self, others: &Self) -> Self {
        let others = others.0.iter().cloned();
        others.fold(self, |all, (name, value)| all.with(name, value))
    }

    fn with(mut self, name: Cow<'static, str>, value: Value) -> Self {
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => *own = value,
            None => self.0.push((name, value)),
        }
        self
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Changes all texts; names that the program chose are none.
    pub(super) fn texts(&mut self, change: &mut dyn FnMut(&mut String)) {
        for (name, value) in &mut self.0 {
            if let Cow::Owned(name) = name {
                change(name);
            }
            if let Value::Text(text) = value {
                change(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_there_once_and_the_last_value_counts() {
        let later = Attributes::default().text("b", "3").integer("c", 4_u64);
        let all = Attributes::default().text("a", "1").text("b", "2");
        let all = all.given("d", None::<String>).extended(&later);
        let all: Vec<_> = all.iter().collect();
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            all,
            [
                ("a", &text("1")),
                ("b", &text("3")),
                ("c", &Value::Integer(4))
            ]
        );
    }
}
