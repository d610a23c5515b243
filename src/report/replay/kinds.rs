//! The names of an enum's variants, as they are written.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

/// The names of the variants of `T`; none if it is no enum.
pub(super) fn variants<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    T::deserialize(Asked).map_or_else(|Names(names)| names, |_| &[])
}

/// A deserializer that is only asked for, and told the names with it.
struct Asked;

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", self.0.join(", "))
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Asked {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        Err(Names(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        Err(Names(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its names matter")]
    enum Several {
        First,
        TheSecond { field: u8 },
    }

    #[test]
    fn names_are_those_that_are_written() {
        assert_eq!(variants::<Several>(), ["first", "theSecond"]);
        assert_eq!(variants::<Vec<u8>>(), [""; 0]);
    }
}
